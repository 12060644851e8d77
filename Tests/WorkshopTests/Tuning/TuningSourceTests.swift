import Contract
import Testing
import Workshop

@Suite("What an adapter is taught")
struct TuningSourceTests {
    private let tiny: TinyModels

    init() throws { tiny = try TinyModels() }

    private func source(_ named: String, under: String? = nil) throws -> TuningSource {
        try TuningSource(named, under: under, tiny.setup, tiny.setup.encoder())
    }

    @Test("a file of edges is a taxonomy, named after its folder and file")
    func edges() throws {
        let source = try source(tiny.edges())
        #expect(source.vocabulary.taxonomy.edgeCount == 27)
        #expect(source.vocabulary.name.hasSuffix("/edges"))
        #expect(source.attribution.isEmpty)
    }

    @Test("a loaded vocabulary is found by its name, with whose work it is")
    func loaded() throws {
        try tiny.loadDiseases()
        let source = try source("MEDIC")
        #expect(source.vocabulary.taxonomy.concepts.count == 13)
        #expect(source.attribution.contains { $0.contains("ctdbase.org") })
    }

    @Test("a concept's subtree can be taken alone")
    func under() throws {
        let part = try source(tiny.edges(), under: "cold").vocabulary.taxonomy
        #expect(part.concepts.count == 9)
        #expect(part.edgeCount == 8)
    }

    @Test("what is not there is named")
    func missing() throws {
        for (named, under, code) in [
            ("/nowhere.tsv", nil, SubmissionError.Code.unreadableFile),
            (try tiny.edges(), "unheard of", .seedsUnknown), ("MEDIC", nil, .noVocabulary),
        ] {
            let error = #expect(throws: SubmissionError.self) {
                _ = try source(named, under: under)
            }
            #expect(error?.code == code)
        }
    }
}
