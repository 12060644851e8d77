import Contract
import Fixtures
import Foundation
import Settings
import Taxonomy
import TaxonomyFormats
import Testing
import Workshop

/// Files as people drop them, each with what is expected of it.
///
/// The folder `Dropped` holds small files that follow public reports of what goes wrong between a
/// team's file and a program; `expected.tsv` beside them says what must become of each when MEDIC
/// is loaded. Its columns are the file; the outcome (`list FORMAT`, `vocabulary NAME` or
/// `refused CODE`); the queries of each task; counts of what the items carry; the first names, in
/// their order; and words that the receipt or the refusal must say.
@Suite(
    "Files as they are dropped",
    .enabled(if: SharedData.path != nil, "MEDIC is not there: set TAXOD_SHARED")
)
struct DroppedFilesTests {
    /// A row of `expected.tsv`.
    struct Expectation: Sendable, CustomTestStringConvertible {
        let file: String
        let outcome: String
        let queries: String
        let counts: String
        let names: [String]
        let words: [String]

        var testDescription: String { file }

        static func words(_ cell: Substring) -> [String] {
            cell == "-" ? [] : cell.components(separatedBy: " && ")
        }

        init(_ line: Substring) {
            let cells = line.split(separator: "\t", omittingEmptySubsequences: false)
            precondition(cells.count == 6, "expected.tsv: \(cells.count) cells in “\(line)”")
            file = String(cells[0])
            outcome = String(cells[1])
            queries = String(cells[2])
            counts = String(cells[3])
            names = Self.words(cells[4])
            words = Self.words(cells[5])
        }
    }

    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Dropped")

    static let expectations: [Expectation] = {
        let text = try? String(contentsOf: folder.appending(path: "expected.tsv"), encoding: .utf8)
        return (text ?? "").split(separator: "\n").dropFirst().map { Expectation($0) }
    }()

    /// A state folder in which MEDIC is loaded as far as reading needs it, made once.
    private static let state: Result<TinyModels, any Error> = Result {
        let tiny = try TinyModels()
        let file = try SharedData.vocabulary("medic/CTD_diseases.xml.gz")
        let store = TaxonomyStore(root: tiny.configuration.state + "/taxonomies")
        let info = try store.save(file, name: "MEDIC", at: Date(timeIntervalSince1970: 0))
        try store.saveEmbeddings(
            [Float](repeating: 0, count: file.taxonomy.concepts.count),
            dimension: 1,
            encoderSHA256: String(repeating: "0", count: 64),
            of: info.version
        )
        return tiny
    }

    @Test("each becomes what is expected of it", arguments: expectations)
    func outcome(_ expected: Expectation) throws {
        let configuration = try Self.state.get().configuration
        let request = Loader.Request(
            path: Self.folder.appending(path: expected.file).path,
            fileName: expected.file
        )
        let reading = try FileReader(configuration).reading(of: request)
        #expect(Self.outcome(of: reading) == expected.outcome)
        var said = reading.notes + [reading.reading, reading.summary ?? ""]
        if let refusal = reading.refusal { said += ["\(refusal.error)"] }
        let all = said.joined(separator: "\n")
        for word in expected.words { #expect(all.contains(word), "said was: \(all)") }
        guard reading.refusal == nil else { return }
        let queries =
            reading.kind == .list
            ? try Loader(configuration) { _ in }.load(request).queries.map(\.query) : []
        let tasks = reading.tasks.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        #expect(tasks.joined(separator: ", ") == expected.queries)
        #expect(Self.counts(of: queries, reading) == expected.counts)
        let names = queries.flatMap(Self.names)
        #expect(Array(names.prefix(expected.names.count)) == expected.names)
    }

    @Test("every file has one expectation")
    func whole() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(
            Set(files).subtracting(["expected.tsv"]) == Set(Self.expectations.map(\.file))
        )
        #expect(files.count == Self.expectations.count + 1)
    }

    private static func outcome(of reading: FileReading) -> String {
        switch reading.kind {
        case .list: "list \(reading.format ?? "")"
        case .vocabulary: "vocabulary \(reading.vocabulary?.name ?? "")"
        case .refused: "refused \(reading.refusal?.code.rawValue ?? "")"
        }
    }

    /// The counts that are not 0, such as `definitions=5 known=3`.
    private static func counts(of queries: [Query], _ reading: FileReading) -> String {
        let known = Set(reading.matches.filter(\.isKnown).map(\.given)).count
        let counts = [
            ("definitions", queries.count { $0.definition != nil }),
            ("synonyms", queries.reduce(0) { $0 + $1.synonyms.count }),
            ("parents", queries.reduce(0) { $0 + $1.mappedTo.count }),
            ("identifiers", queries.reduce(0) { $0 + identifiers(of: $1) }),
            ("known", known), ("refused", reading.refused.count),
        ]
        let told = counts.filter { $0.1 > 0 }.map { "\($0.0)=\($0.1)" }
        return told.isEmpty ? "-" : told.joined(separator: " ")
    }

    private static func identifiers(of query: Query) -> Int {
        query.seedIdentifiers.count { !$0.isEmpty } + (query.identifier == nil ? 0 : 1)
    }

    private static func names(of query: Query) -> [String] {
        switch query.task {
        case .expand: query.seeds
        case .place, .audit: [query.term ?? ""]
        case .grow: query.tree.map { "\($0.child) < \($0.parent)" }
        }
    }
}
