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
            <Synonyms>s1|s\\p2</Synonyms><Definition>d</Definition><TreeNumbers>C1</TreeNumbers></Row>
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
