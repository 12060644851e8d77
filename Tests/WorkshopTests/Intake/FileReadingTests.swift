import Contract
import Fixtures
import TaxonomyFormats
import Testing
import Workshop

/// How a file would be read.
@Suite("Reading a file ahead")
struct FileReadingTests {
    private let tiny: TinyModels

    init() throws { tiny = try TinyModels() }

    private func reading(_ text: String, as name: String) throws -> FileReading {
        let path = try tiny.space.write(text, as: name)
        return try FileReader(tiny.configuration)
            .reading(of: Loader.Request(path: path, fileName: name))
    }

    @Test("a list is told with its names, tasks and vocabulary; nothing is stored")
    func list() throws {
        try tiny.loadDiseases()
        let found = try reading("Disease 1\nDisease 98\n", as: "a.txt")
        #expect(found.kind == .list && found.format == "text")
        #expect(found.vocabulary?.name == "MEDIC")
        #expect(found.tasks == ["expand": 1])
        #expect(found.matches.map(\.kind) == [.name, .unknown])
        #expect(found.summary == "1 of 2 names known; 1 unknown: “Disease 98”.")
        #expect(found.refusal == nil)
    }

    @Test("a vocabulary is told without being loaded")
    func vocabulary() throws {
        let found = try reading(Fixture.flat(5), as: "v.xml")
        #expect(found.kind == .vocabulary)
        #expect(found.vocabulary?.concepts == 6)
        #expect(found.format == "xml")
        let table = "id,name,parent\nX:1,Root,\nX:2,Leaf,X:1\nX:3,Other,X:1\n"
        #expect(try reading(table, as: "v.csv").format == "table")
        #expect(try TaxonomyStore(root: tiny.configuration.state + "/taxonomies").loaded().isEmpty)
    }

    @Test("what would be refused is told with its reason, and so is what would wait")
    func refused() throws {
        #expect(try reading("<a/>", as: "a.xml").refusal?.code == .unknownVocabularyShape)
        #expect(try reading("gout\n", as: "a.txt").refusal?.code == .noVocabulary)
    }
}
