import Contract
import Fixtures
import FoundationEssentials
import TaxoInstruct
import Taxonomy
import TaxonomyFormats
import Testing

@Suite("Names on MEDIC", .enabled(if: SharedData.path != nil, "no shared data here"))
struct MEDICNamesTests {
    private static let names: NameIndex? = try? NameIndex(
        SharedData.vocabulary("medic/CTD_diseases.xml.gz").taxonomy
    )

    private func match(_ given: String) throws -> TermMatch {
        try #require(Self.names).match(given).match
    }

    private func lines(_ name: String) throws -> [String] {
        let path = "\(SharedData.path ?? "")/dropped/\(name)"
        return try String(contentsOfFile: path, encoding: .utf8)
            .split(whereSeparator: \.isNewline).map(String.init)
    }

    @Test(
        "every line of these dropped lists is the concept meant",
        arguments: [
            (
                "22a_spelling.txt",
                [
                    "Anemia", "Anemia, Iron-Deficiency", "Hemophilia A", "Esophageal Neoplasms",
                    "Kidney Neoplasms", "Leukemia", "Diarrhea", "Celiac Disease",
                    "Fetal Alcohol Spectrum Disorders", "Pulmonary Edema", "Myocardial Ischemia",
                    "Pediatric Obesity",
                ]
            ),
            (
                "22e_typos.txt",
                [
                    "Hypertension", "Diabetes Mellitus", "Asthma", "Pneumonia",
                    "Myocardial Infarction", "Alzheimer Disease", "Parkinson Disease",
                    "Kidney Calculi", "Myocardial Infarction", "Stroke",
                ]
            ),
            (
                "22g_ids.txt",
                [
                    "Diabetes Mellitus, Type 2", "Diabetes Mellitus, Type 2",
                    "Diabetes Mellitus, Type 2", "Huntington Disease", "Huntington Disease",
                    "Huntington Disease", "Heart Diseases", "Cardiovascular Diseases",
                    "Diabetes Mellitus, Type 2", "Diabetes Mellitus, Type 2",
                ]
            ),
            (
                "27a_bare_mesh_ids.txt",
                ["Diabetes Mellitus, Type 2", "Huntington Disease", "Asthma"]
            ),
            ("27b_mesh_ids.txt", ["Diabetes Mellitus, Type 2", "Huntington Disease", "Asthma"]),
            (
                "42_pubmed_headings.txt",
                [
                    "Asthma", "Asthma", "Diabetes Mellitus, Type 2", "Heart Failure", "Asthma",
                    "Lupus Nephritis",
                ]
            ),
            (
                "44_bullets.txt",
                ["Asthma", "Bronchitis", "Pneumonia", "Emphysema", "Pleurisy", "Silicosis"]
            ),
            (
                "45_underscores.txt",
                ["Heart Diseases", "Renal Insufficiency", "Lupus Nephritis"]
            ),
            (
                "19d_nfd.txt",
                [
                    "Sjogren's Syndrome", "Meniere Disease", "Behcet Syndrome",
                    "Guillain-Barre Syndrome",
                ]
            ),
        ]
    )
    func dropped(_ file: String, _ meant: [String]) throws {
        #expect(try lines(file).map { try match($0).name } == meant)
    }

    @Test("numbers that MEDIC does not have resolve to nothing")
    func numbered() throws {
        for line in try lines("22f_numbered_new.txt") {
            #expect(try match(line).identifier == nil, "\(line)")
        }
    }

    @Test(
        "acronyms that it does not list are not guessed",
        arguments: ["ALS", "SARS", "ARDS", "CKD", "MDS", "HTN", "CAD", "NASH", "MI"]
    )
    func acronyms(_ acronym: String) throws {
        #expect(try match(acronym).kind == .unknown)
    }

    @Test("an acronym of three diseases takes none")
    func ambiguous() throws {
        let found = try match("ATS")
        #expect(found.kind == .ambiguous)
        #expect(found.candidates?.count == 3)
    }

    @Test("the paper's seeds are found, misspelled as they are")
    func paper() throws {
        #expect(try match("cardia arrests").name == "Heart Arrest")
        #expect(try match("heart dieases").name == "Heart Diseases")
        #expect(try match("heart vlave disease").name == "Heart Valve Diseases")
        #expect(try match("rheumatic heart diseases").name == "Rheumatic Heart Disease")
    }

    @Test("every numbered family with a number that it lacks resolves to nothing")
    func families() throws {
        let names = try #require(Self.names)
        var asked = 0
        for concept in names.taxonomy.concepts {
            for term in concept.terms {
                let words = term.split(separator: " ")
                guard words.count > 1, let last = words.last, Int(last) != nil else { continue }
                let stem = words.dropLast().joined(separator: " ")
                for number in [207, 931] {
                    let found = names.match("\(stem) \(number)")
                    #expect(found.index == nil, "\(stem) \(number)")
                    asked += 1
                }
            }
        }
        #expect(asked > 2_000)
    }

    /// Ways to spell names otherwise.
    private static let respellings: [(from: String, to: String)] = [
        ("emia", "aemia"), ("edema", "oedema"), ("esophag", "oesophag"), ("tumor", "tumour"),
        ("hemorrhag", "haemorrhag"), ("leuko", "leuco"), ("sulf", "sulph"), ("fetal", "foetal"),
        ("pediatric", "paediatric"), ("diarrhea", "diarrhoea"), ("ized", "ised"), ("'s", "’s"),
        ("-", " "), ("-", "‑"), (" beta-", " β-"), (" alpha-", " α-"), ("type 2", "type II"),
        ("type 1", "Type I"), ("Type III", "type 3"), ("disease", "diseases"),
        ("syndrome", "syndromes"), ("neoplasms", "neoplasm"), ("e", "é"), (", ", ",  "),
    ]

    @Test("every name in another spelling is its concept, or may be one of several with that name")
    func respelled() throws {
        let names = try #require(Self.names)
        var asked = 0
        for (index, concept) in names.taxonomy.concepts.enumerated() {
            for (from, to) in Self.respellings where concept.name.contains(from) {
                let text = concept.name.replacing(from, with: to)
                // “1X” would become “IX”, which is another number.
                if text.contains("Type IX") { continue }
                let found = names.match(text)
                asked += 1
                // MEDIC has some diseases twice, under two spellings.
                if [.name, .synonym].contains(found.match.kind) { continue }
                if found.match.kind == .ambiguous {
                    let candidates = found.match.candidates?.map(\.identifier) ?? []
                    #expect(candidates.contains(concept.identifier), "\(text)")
                } else {
                    #expect(found.index == index, "\(text)")
                }
            }
        }
        #expect(asked > 10_000)
    }
}
