import Contract
import Fixtures
import Foundation
import Synchronization
import TaxonomyFormats
import Testing
import Workshop

/// From a dropped file to a stored vocabulary or to queries.
@Suite("Loading a file")
struct LoaderTests {
    private let tiny: TinyModels

    init() throws { tiny = try TinyModels() }

    private func load(
        _ text: String,
        as name: String,
        _ change: (inout Loader.Request) -> Void = { _ in }
    ) throws -> (outcome: LoadOutcome, queries: [LoadedQuery]) {
        var request = Loader.Request(path: try tiny.space.write(text, as: name), fileName: name)
        change(&request)
        return try Loader(tiny.configuration) { _ in }.load(request)
    }

    private func code(_ body: () throws -> Void) -> SubmissionError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? SubmissionError)?.code
        }
    }

    @Test("a vocabulary is stored with vectors and fit, and told with its counts")
    func vocabulary() throws {
        let steps = Mutex<Set<String>>([])
        let path = try tiny.space.write(Fixture.flat(12), as: "v.xml")
        let outcome = try Loader(tiny.configuration) { progress in
            steps.withLock { _ = $0.insert(progress.step) }
        }.load(Loader.Request(path: path, fileName: "v.xml")).outcome
        #expect(outcome.kind == .vocabulary)
        #expect(outcome.vocabulary?.concepts == 13)
        #expect(outcome.vocabulary?.edges == 12)
        #expect(outcome.bytes == Fixture.flat(12).utf8.count)
        #expect(steps.withLock { $0.contains("encoding names") })
        let store = TaxonomyStore(root: tiny.configuration.state + "/taxonomies")
        #expect(try store.loaded().map(\.name) == ["MEDIC"])
        #expect(store.fit(of: try #require(outcome.vocabulary?.version)) != nil)
    }

    @Test("a list becomes queries of the vocabulary that is loaded")
    func list() throws {
        try tiny.loadDiseases()
        let (outcome, queries) = try load("Disease 98\nDisease 99\n", as: "terms.txt")
        #expect(outcome.kind == .list)
        #expect(outcome.queryCount == 2)
        #expect(queries.map(\.query.task) == [.place, .place])
        #expect(queries.map(\.query.term) == ["Disease 98", "Disease 99"])
    }

    @Test("a list waits where no vocabulary is loaded")
    func waits() {
        #expect(code { _ = try load("a\nb\n", as: "terms.txt") } == .noVocabulary)
    }

    @Test("the basis of answers changes with settings, task and vocabulary, and with nothing else")
    func basis() throws {
        try tiny.loadDiseases()
        func basis(_ change: (inout Loader.Request) -> Void = { _ in }) throws -> String {
            try load("Disease 98\n", as: "terms.txt", change).outcome.basis
        }
        let first = try basis()
        #expect(try basis() == first)
        #expect(try basis { $0.fileName = "other.txt" } == first)
        #expect(try basis { $0.task = .place } != first)
        var other = tiny
        other.configuration.method.candidates += 1
        let path = try tiny.space.write("Disease 98\n", as: "terms.txt")
        let changed = try Loader(other.configuration) { _ in }
            .load(Loader.Request(path: path, fileName: "terms.txt")).outcome.basis
        #expect(changed != first)
    }

    @Test("a file whose hash is not the one beside it is refused")
    func checksum() {
        #expect(
            code { _ = try load("a\n", as: "a.txt") { $0.expectedSHA256 = "00" } }
                == .checksumMismatch
        )
    }

    @Test("a file over the limit is refused")
    func size() throws {
        var small = tiny
        small.configuration.spool.maximumFileBytes = 10
        let path = try tiny.space.write("more than ten bytes\n", as: "a.txt")
        #expect(
            code {
                _ = try Loader(small.configuration) { _ in }
                    .load(Loader.Request(path: path, fileName: "a.txt"))
            } == .fileTooLarge
        )
    }

    /// Loads a second vocabulary, of flowers.
    private func loadFlowers() throws {
        let rows = (1...12).map { Fixture.row("F\($0)", "Flower \($0)", parents: "F") }
        let text = Fixture.medic([Fixture.row("F", "Flowers")] + rows)
        let path = try tiny.space.write(text, as: "flowers.xml")
        _ = try Loader(tiny.configuration) { _ in }
            .load(Loader.Request(path: path, fileName: "flowers.xml", name: "Flowers"))
    }

    @Test("of two vocabularies, the one that clearly knows most names answers, and it is told")
    func clear() throws {
        try tiny.loadDiseases()
        try loadFlowers()
        let known = try load("Disease 1\nDisease 2\nDisease 98\n", as: "a.txt").outcome
        #expect(known.vocabulary?.name == "MEDIC")
        #expect(
            known.notes.first?.hasPrefix("Asked of MEDIC, which knows 2 of the 3 names") == true
        )
    }

    @Test("where nothing tells the vocabulary, the list waits, and the choices are named")
    func several() throws {
        try tiny.loadDiseases()
        try loadFlowers()
        let error = #expect(throws: SubmissionError.self) {
            try load("Disease 98\nFlower 98\n", as: "a.txt")
        }
        #expect(error?.code == .severalVocabularies)
        #expect(error?.isPermanent == false)
        #expect(error?.message.contains("MEDIC (knows 0 of the 2 names)") == true)
        #expect(error?.remedy.contains("Inbox/Flowers") == true)
        let named = try load("Flower 98\n", as: "a.txt") { $0.vocabulary = "flowers" }.outcome
        #expect(named.vocabulary?.name == "Flowers")
        var configured = tiny
        configured.configuration.vocabulary = "MEDIC"
        let path = try tiny.space.write("Flower 98\n", as: "a.txt")
        let outcome = try Loader(configured.configuration) { _ in }
            .load(Loader.Request(path: path, fileName: "a.txt")).outcome
        #expect(outcome.vocabulary?.name == "MEDIC")
    }

    @Test("each note stands once in the receipt")
    func notes() throws {
        try tiny.loadDiseases()
        let notes = try load("Disease 98\nDisease 98\n", as: "a.txt").outcome.notes
        #expect(notes.count == 1)
        #expect(notes.first?.contains("repeats line 1") == true)
    }
}
