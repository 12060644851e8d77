import Contract
import Fixtures
import FoundationEssentials
import Taxonomy
import TaxonomyFormats
import Testing

@Suite("Taxonomy store")
struct TaxonomyStoreTests {
    private let space: Workspace
    private let store: TaxonomyStore

    init() throws {
        space = try Workspace()
        store = TaxonomyStore(root: "\(space.path)/state/taxonomies")
    }

    private func save(
        _ text: String,
        _ name: String,
        second: Double,
        isEncoded: Bool = true
    ) throws -> VocabularyInfo {
        let info = try store.save(
            space.vocabulary(text),
            name: name,
            at: Date(timeIntervalSince1970: second)
        )
        guard isEncoded else { return info }
        try store.saveEmbeddings(
            [0],
            dimension: 1,
            encoderSHA256: String(repeating: "0", count: 64),
            of: info.version
        )
        return info
    }

    @Test("a version whose reader ended before its names were encoded is not listed")
    func unencoded() throws {
        let first = try save(Fixture.flat(2), "MEDIC", second: 1)
        let second = try save(Fixture.flat(3), "MEDIC", second: 2, isEncoded: false)
        #expect(try store.loaded() == [first])
        #expect(try save(Fixture.flat(3), "MEDIC", second: 3).version == second.version)
        #expect(try store.loaded().map(\.version) == [second.version, first.version])
    }

    @Test("a saved version is read back unchanged, odd characters included")
    func roundTrip() throws {
        let rows = [
            Fixture.row("R", "Diseases \\t \\ of “all”"),
            Fixture.row("N1", "Ménière\\n", parents: "R"),
            """
            <Row><DiseaseID>N2</DiseaseID><DiseaseName>b</DiseaseName><ParentIDs>R|N1</ParentIDs>
            <Synonyms>s1|s\\p2</Synonyms><Definition>d</Definition><TreeNumbers>C1</TreeNumbers><AltDiseaseIDs>OMIM:1|DOID:2</AltDiseaseIDs></Row>
            """,
        ]
        let file = try space.vocabulary(Fixture.medic(rows))
        let info = try store.save(file, name: "MEDIC", at: Date(timeIntervalSince1970: 0.25))
        #expect(info.loadedAt == "1970-01-01T00:00:00.250Z")
        let (again, taxonomy) = try store.open(version: file.sha256)
        #expect(again == info)
        #expect(taxonomy.concepts == file.taxonomy.concepts)
        #expect(taxonomy.parents == file.taxonomy.parents)
    }

    @Test("what an ontology says besides is read back unchanged, obsolete concepts included")
    func ontology() throws {
        let text = """
            format-version: 1.4
            ontology: x

            [Term]
            id: X:1
            name: a|b\\\\c
            synonym: "n|1: x" NARROW []
            synonym: "r" RELATED []
            synonym: "b" BROAD []
            xref: MESH:D1
            xref: x:a|b

            [Term]
            id: X:2
            name: old|name
            is_obsolete: true
            replaced_by: X:1
            consider: X:1
            consider: X:4

            [Term]
            id: X:3
            name: c
            is_a: X:1
            """
        let file = try space.vocabulary(text, as: "x.obo")
        #expect(file.taxonomy.concepts[0].looseSynonyms.count == 3)
        let info = try store.save(file, name: "x", at: Date(timeIntervalSince1970: 1))
        let (again, taxonomy) = try store.open(version: info.version)
        #expect(again == info && info.formatVersion == 3)
        #expect(taxonomy.concepts == file.taxonomy.concepts)
        #expect(taxonomy.parents == file.taxonomy.parents)
        #expect(taxonomy.obsolete == file.taxonomy.obsolete)
        #expect(taxonomy.obsolete.map(\.name) == ["old|name"])

        let path = "\(store.folder(of: info.version))/obsolete.tsv"
        for damaged in ["", "identifier\tname\treplacedBy\tconsider\nX:2\ta\tX:1"] {
            try Data(damaged.utf8).write(to: URL(filePath: path))
            #expect(throws: SubmissionError.self) { try store.open(version: info.version) }
        }
    }

    @Test("a file that is read by other rules than before replaces what was stored of it")
    func otherRules() throws {
        let text = """
            format-version: 1.4
            ontology: x

            [Term]
            id: X:1
            name: a

            [Term]
            id: Y:1
            name: b
            is_a: X:1
            """
        let path = try space.write(text, as: "x.obo")
        for (prefixes, count) in [([], 1), (["Y"], 2), ([], 1)] {
            let book = VocabularyRules.Book(["x": .init(prefixes: prefixes)])
            guard case .vocabulary(let file) = try Submission.read(path, rules: book) else {
                throw CocoaError(.fileReadUnknown)
            }
            let info = try store.save(file, name: "x", at: Date(timeIntervalSince1970: 1))
            #expect(try store.open(version: info.version).taxonomy.concepts.count == count)
        }
    }

    /// Rewrites a version as older releases did, whose tables had fewer columns.
    private func makeOld(_ info: VocabularyInfo, version: Int = 1) throws {
        let folder = store.folder(of: info.version)
        let table = URL(filePath: "\(folder)/concepts.tsv")
        let lines = try String(contentsOf: table, encoding: .utf8).split(separator: "\n")
        let old = lines.map { line in
            line.split(separator: "\t", omittingEmptySubsequences: false)
                .prefix(version == 1 ? 6 : 7).joined(separator: "\t") + "\n"
        }
        try Data(old.joined().utf8).write(to: table)
        try FileManager.default.removeItem(atPath: "\(folder)/obsolete.tsv")
        let description = URL(filePath: "\(folder)/vocabulary.json")
        let json = try String(contentsOf: description, encoding: .utf8)
        let older = json.replacing(
            #""formatVersion" : 3"#,
            with: #""formatVersion" : \#(version)"#
        )
        #expect(older != json)
        try Data(older.utf8).write(to: description)
    }

    @Test(
        "a version stored by an older release opens, and gains what it lacks when dropped again",
        arguments: [1, 2]
    )
    func older(version: Int) throws {
        let row = """
            <Row><DiseaseID>R</DiseaseID><DiseaseName>a</DiseaseName>
            <AltDiseaseIDs>OMIM:1</AltDiseaseIDs></Row>
            """
        let text = Fixture.medic([row, Fixture.row("N", "b", parents: "R")])
        let info = try save(text, "MEDIC", second: 1)
        try makeOld(info, version: version)
        let listed = try store.loaded()
        #expect(listed.map(\.formatVersion) == [version])
        func alternative() throws -> Int? {
            try store.open(version: info.version).taxonomy.index(ofAnyIdentifier: "OMIM:1")
        }
        #expect(try alternative() == (version == 1 ? nil : 0))
        let again = try store.makeCurrent(listed[0], at: Date(timeIntervalSince1970: 2))
        #expect(again.formatVersion == version)
        #expect(try store.open(version: info.version).taxonomy.parents == [[], [0]])
        try store.save(space.vocabulary(text), name: "MEDIC", at: Date(timeIntervalSince1970: 3))
        #expect(try store.loaded().map(\.formatVersion) == [3])
        #expect(try alternative() == 0)
    }

    @Test("a version whose names are read otherwise now loses its vectors")
    func otherNames() throws {
        let info = try save(Fixture.flat(2), "MEDIC", second: 1)
        try makeOld(info)
        let table = URL(filePath: "\(store.folder(of: info.version))/concepts.tsv")
        let old = try String(contentsOf: table, encoding: .utf8)
        let name = try store.open(version: info.version).taxonomy.concepts[1].name
        try Data(old.replacing("\t\(name)\t", with: "\tother\t").utf8).write(to: table)
        try store.save(
            space.vocabulary(Fixture.flat(2)),
            name: "MEDIC",
            at: Date(timeIntervalSince1970: 2)
        )
        #expect(try store.loaded().isEmpty)
        #expect(try store.open(version: info.version).taxonomy.concepts[1].name == name)
    }

    @Test("versions are listed newest first; saving one again makes it the newest")
    func order() throws {
        #expect(try store.loaded().isEmpty)
        let first = try save(Fixture.flat(2), "MEDIC", second: 1)
        let second = try save(Fixture.flat(3), "MEDIC", second: 2)
        #expect(try store.loaded() == [second, first])
        let again = try save(Fixture.flat(2), "MEDIC", second: 3)
        #expect(try store.loaded() == [again, second])
    }

    @Test("an incomplete folder is not listed, and is replaced")
    func halfWritten() throws {
        let info = try save(Fixture.flat(2), "MEDIC", second: 1)
        let folder = store.folder(of: info.version)
        try FileManager.default.removeItem(atPath: "\(folder)/vocabulary.json")
        try FileManager.default.createDirectory(
            atPath: "\(store.root)/.staging-\(info.version)",
            withIntermediateDirectories: true
        )
        #expect(try store.loaded().isEmpty)
        #expect(try save(Fixture.flat(2), "MEDIC", second: 2).version == info.version)
        #expect(try store.loaded().count == 1)
    }

    @Test("an unknown version and a damaged table are told apart")
    func damaged() throws {
        func code(_ version: String) -> SubmissionError.Code? {
            do throws(SubmissionError) {
                _ = try store.open(version: version)
                return nil
            } catch {
                return error.code
            }
        }
        let info = try save(Fixture.flat(2), "MEDIC", second: 1)
        #expect(code(String(repeating: "a", count: 64)) == .unknownTaxonomy)
        #expect(code("../\(info.version)") == .unknownTaxonomy)
        let path = "\(store.folder(of: info.version))/concepts.tsv"
        let bytes = try Data(contentsOf: URL(filePath: path))
        for damaged in [bytes.dropLast(3), bytes.dropFirst(1), Data()] {
            try damaged.write(to: URL(filePath: path))
            #expect(code(info.version) == .storageUnavailable)
        }
    }

    @Test("vectors are found only for the encoder and the number of rows they were saved with")
    func embeddings() throws {
        let info = try save(Fixture.flat(2), "MEDIC", second: 1)
        let encoder = String(repeating: "0123456789abcdef", count: 4)
        let vectors: [Float] = [0, 1, -2.5, .pi, 1e-30, 6]
        #expect(store.embeddings(of: info.version, encoderSHA256: encoder, rows: 3) == nil)
        try store.saveEmbeddings(
            vectors,
            dimension: 2,
            encoderSHA256: encoder,
            of: info.version
        )
        let file = try #require(
            store.embeddings(of: info.version, encoderSHA256: encoder, rows: 3)
        )
        #expect(Array(file.vectors) == vectors)
        #expect(file.dimension == 2)
        #expect(store.embeddings(of: info.version, encoderSHA256: encoder, rows: 2) == nil)
        let other = String(repeating: "f", count: 64)
        #expect(store.embeddings(of: info.version, encoderSHA256: other, rows: 3) == nil)
        let path = "\(store.folder(of: info.version))/embeddings.f32"
        let bytes = try Data(contentsOf: URL(filePath: path))
        try bytes.dropLast(4).write(to: URL(filePath: path))
        #expect(store.embeddings(of: info.version, encoderSHA256: encoder, rows: 3) == nil)
    }
}
