import Contract
import Fixtures
import Taxonomy
import TaxonomyFormats
import Testing

@Suite("Reading MEDIC and MeSH")
struct VocabularyReadingTests {
    private let space: Workspace

    init() throws { space = try Workspace() }

    @Test("MEDIC: lists, several parents, a byte order mark, CRLF and odd rows are read")
    func medic() throws {
        let text = """
            \u{FEFF}<?xml version="1.0"?>
            <rowset xmlns:x="urn:x"><Row source="ctd">
            <DISEASENAME>Heart  Diseases
            </DISEASENAME><DiseaseID>MESH:1</DiseaseID><Definition/><ParentIDs></ParentIDs></Row>
            <Page><Row><DiseaseID>MESH:2</DiseaseID><DiseaseName>Gout &amp; Rheuma</DiseaseName>
            <ParentIDs>MESH:1</ParentIDs><ParentIDs>|MESH:3</ParentIDs><Unknown>x</Unknown>
            <Synonyms>Podagra|Gout &amp; Rheuma|<![CDATA[a<b]]>|Podagra</Synonyms>
            <Definition>Painful.</Definition><TreeNumbers>C1|C2</TreeNumbers></Row></Page>
            <Row><DiseaseName>Joint</DiseaseName><DiseaseID>MESH:3</DiseaseID></Row></rowset>
            """
        let file = try space.vocabulary(text.split(separator: "\n").joined(separator: "\r\n"))
        #expect(file.kind == .medic)
        #expect(file.taxonomy.concepts.map(\.name) == ["Heart Diseases", "Gout & Rheuma", "Joint"])
        let gout = file.taxonomy.concepts[1]
        #expect(gout.synonyms == ["Podagra", "a<b"])
        #expect(gout.definition == "Painful.")
        #expect(gout.treeNumbers == ["C1", "C2"])
        #expect(file.taxonomy.parents == [[], [0, 2], []])
        #expect(file.counts.severalParents == 1)
        #expect(file.problems.isEmpty)
        #expect(file.orphans.isEmpty)
    }

    @Test("MEDIC's alternative identifiers are read, DO's without the mark of its source")
    func alternatives() throws {
        let row = """
            <Row><DiseaseID>MESH:1</DiseaseID><DiseaseName>Gout</DiseaseName>
            <AltDiseaseIDs>DO:DOID:9351| OMIM:143100 |</AltDiseaseIDs></Row>
            """
        let file = try space.vocabulary(Fixture.medic([row]))
        #expect(
            file.taxonomy.concepts[0].alternativeIdentifiers == ["DOID:9351", "OMIM:143100"]
        )
        #expect(file.taxonomy.index(ofAnyIdentifier: "doid_9351") == 0)
    }

    @Test("a translated MeSH gives both names; an English one keeps its brackets")
    func translated() throws {
        func concept(_ language: String, _ name: String) throws -> Concept {
            let text = """
                <DescriptorRecordSet LanguageCode="\(language)"><DescriptorRecord>
                <DescriptorUI>D1</DescriptorUI>
                <DescriptorName><String><![CDATA[\(name)]]></String></DescriptorName>
                <TreeNumberList><TreeNumber>C08</TreeNumber></TreeNumberList>
                <ConceptList><Concept PreferredConceptYN="Y"><ConceptName>
                <String><![CDATA[\(name)]]></String></ConceptName><TermList><Term>
                <String>Begriff</String></Term></TermList></Concept></ConceptList>
                </DescriptorRecord></DescriptorRecordSet>
                """
            return try space.vocabulary(text).taxonomy.concepts[0]
        }
        let german = try concept("ger", "Asthma bronchiale[Asthma]")
        #expect(german.name == "Asthma bronchiale")
        #expect(german.synonyms == ["Asthma", "Begriff"])
        #expect(try concept("ger", "Benzo[Benzo[a]]").synonyms == ["Benzo[a]", "Begriff"])
        #expect(try concept("ger", "[Asthma]").name == "[Asthma]")
        #expect(try concept("eng", "Benzo[a]").name == "Benzo[a]")
    }

    @Test("the hash is that of the bytes on disk")
    func hash() throws {
        let file = try space.vocabulary(
            "<RowSet><Row><DiseaseID>a</DiseaseID><DiseaseName>a</DiseaseName></Row></RowSet>"
        )
        // Computed with Python's hashlib.
        #expect(
            file.sha256 == "2872e92b0fb055600a28b639a3f6735d6769d3950e41b5bce1e5828be92d743e"
        )
    }

    @Test("MeSH: terms, scope note and parents are read; a top descriptor's parent is its category")
    func descriptors() throws {
        let record = """
            <DescriptorRecord DescriptorClass="1"><DescriptorUI>D2</DescriptorUI>
            <DescriptorName><String>Heart Arrest</String></DescriptorName>
            <SeeRelatedList><SeeRelatedDescriptor><DescriptorReferredTo><DescriptorUI>D9</DescriptorUI>
            <DescriptorName><String>Not this</String></DescriptorName></DescriptorReferredTo>
            </SeeRelatedDescriptor></SeeRelatedList>
            <TreeNumberList><TreeNumber>C14.280.383</TreeNumber><TreeNumber>C14.10</TreeNumber>
            </TreeNumberList><ConceptList><Concept PreferredConceptYN="N"><ConceptName>
            <String>Asystole</String></ConceptName><ScopeNote>Other.</ScopeNote></Concept>
            <Concept PreferredConceptYN="Y"><ConceptName><String>Heart Arrest</String></ConceptName>
            <ScopeNote>Cessation
              of the heart beat. </ScopeNote><TermList><Term><TermUI>T1</TermUI>
            <String>Cardiac Arrest</String></Term></TermList></Concept></ConceptList>
            </DescriptorRecord>
            """
        let file = try space.vocabulary(
            Fixture.mesh([
                Fixture.descriptor("D1", "Heart Diseases", trees: ["C14.280"]), record,
                Fixture.descriptor("D0", "Cardiovascular Diseases", trees: ["C14"]),
                Fixture.descriptor("D3", "Male", trees: []),
            ])
        )
        #expect(file.kind == .mesh)
        #expect(file.counts.concepts == 4)
        #expect(file.counts.categories == 1)
        let taxonomy = file.taxonomy
        #expect(taxonomy.concepts[1].synonyms == ["Asystole", "Cardiac Arrest"])
        #expect(taxonomy.concepts[1].definition == "Cessation of the heart beat.")
        #expect(taxonomy.concepts[4].identifier == "MeSH:C")
        #expect(taxonomy.concepts[4].name == "Diseases")
        #expect(taxonomy.parents == [[2], [0, 2], [4], [], []])
        #expect(file.orphans == [3])
        #expect(file.warnings.isEmpty)
    }

    @Test("a tree number whose parent is missing gets the nearest ancestor, with a warning")
    func missingTreeParent() throws {
        let file = try space.vocabulary(
            Fixture.mesh([
                Fixture.descriptor("D1", "Cardiovascular Diseases", trees: ["C14"]),
                Fixture.descriptor("D2", "Tachycardia", trees: ["C14.280.67.845", "D02.1"]),
            ])
        )
        #expect(file.taxonomy.parents[1] == [0, 3])
        #expect(file.warnings.map(\.code) == ["missing-tree-parent", "missing-tree-parent"])
        #expect(file.warnings[0].line == 9)
        #expect(file.problems.isEmpty)
    }

    @Test("supplementary records keep their class, note and mappings")
    func supplementary() throws {
        let file = try space.vocabulary(
            """
            <SupplementalRecordSet><SupplementalRecord SCRClass = "3">
            <SupplementalRecordUI>C1</SupplementalRecordUI>
            <SupplementalRecordName><String>Rare gout</String></SupplementalRecordName>
            <Note>seldom</Note><HeadingMappedToList><HeadingMappedTo><DescriptorReferredTo>
            <DescriptorUI>*D7</DescriptorUI><DescriptorName><String>Gout</String></DescriptorName>
            </DescriptorReferredTo></HeadingMappedTo></HeadingMappedToList></SupplementalRecord>
            </SupplementalRecordSet>
            """
        )
        #expect(file.kind == .meshSupplementary)
        #expect(file.taxonomy.concepts.isEmpty)
        let record = try #require(file.supplementary.first)
        #expect(record.mappedTo == ["D7"])
        #expect(record.recordClass == 3)
        #expect(record.definition == "seldom")
        #expect(record.line == 1)
    }

    @Test("faults in single records are listed with line and identifier, and cost nothing else")
    func problems() throws {
        var rows = (1...40).map { Fixture.row("N\($0)", "Disease \($0)", parents: "R") }
        rows.insert(Fixture.row("R", "Diseases"), at: 0)
        rows += [
            Fixture.row("N1", "Again", parents: "R"), Fixture.row("X1", ""),
            Fixture.row("", "No identifier"), Fixture.row("X2", "Lost", parents: "NONE"),
            Fixture.row("X3", "Own", parents: "X3|R"),
            Fixture.row("X4", String(repeating: "long", count: 300), parents: "R"),
        ]
        let file = try space.vocabulary(Fixture.medic(rows))
        #expect(
            file.problems.map(\.code) == [
                "duplicate-identifier", "missing-name", "missing-identifier", "name-too-long",
                "dangling-parent", "self-parent",
            ]
        )
        #expect(file.problems.map(\.line) == [44, 45, 46, 49, 47, 48])
        #expect(file.problems[0].message.contains("line 4 "))
        #expect(file.problems[4].identifier == "X2")
        #expect(file.counts.concepts == 43)
        #expect(file.orphans.map { file.taxonomy.concepts[$0].identifier } == ["X2"])
    }
}

@Suite("Reading real vocabularies", .enabled(if: SharedData.path != nil, "no shared data here"))
struct RealVocabularyTests {
    @Test("MEDIC has its known size")
    func medic() throws {
        let file = try SharedData.vocabulary("medic/CTD_diseases.xml.gz")
        #expect(file.counts.concepts == 11_865)
        #expect(file.counts.edges == 20_018)
        #expect(file.counts.severalParents == 5_068)
        #expect(file.counts.roots == 1)
        #expect(file.problems.isEmpty)
        #expect(file.orphans.isEmpty)
    }

    @Test("the natural order of MEDIC's inverted names is nearly always their reordered synonym")
    func naturalOrder() throws {
        let file = try SharedData.vocabulary("medic/CTD_diseases.xml.gz")
        func words(_ key: String) -> [Substring] { key.split(separator: " ").sorted() }
        var count = 0
        var met = 0
        for concept in file.taxonomy.concepts where concept.name.contains(", ") {
            let key = Term.key(concept.name)
            let reordered = concept.synonyms.filter { !$0.contains(", ") }.map(Term.key)
                .filter { $0 != key && words($0) == words(key) }
            guard !reordered.isEmpty else { continue }
            count += 1
            if reordered.contains(Term.key(Term.natural(concept.name))) { met += 1 }
        }
        #expect(count > 1_000)
        #expect(Double(met) / Double(count) >= 0.98, "\(met) of \(count)")
    }

    @Test("MeSH 2017 has its known size")
    func descriptors() throws {
        let file = try SharedData.vocabulary("mesh/desc2017.xml.gz")
        #expect(file.counts.concepts == 28_470)
        #expect(file.counts.categories == 16)
        #expect(file.taxonomy.concepts.count { !$0.treeNumbers.isEmpty } == 28_486)
    }

    @Test(
        "NLM's samples of 2006 to 2026 load",
        arguments: [
            ("xml2006sample.xml", 1), ("desc2014-head.xml", 63), ("xml2014sample.xml", 1),
            ("mesh_ci_desc_subset.xml", 33), ("mesh_ci_supp_subset.xml", 1),
            ("supp-samples.xml", 19),
        ]
    )
    func samples(name: String, records: Int) throws {
        let file = try SharedData.vocabulary("mesh/real/\(name)")
        #expect(file.counts.records == records)
        #expect(file.counts.concepts + file.counts.supplementary == records)
        #expect(file.problems.isEmpty)
    }
}
