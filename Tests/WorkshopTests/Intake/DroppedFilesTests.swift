import Contract
import Fixtures
import Foundation
import Settings
import TaxoInstruct
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

    /// MEDIC as the vocabulary that answers, and a state folder that holds it; made once.
    private struct Loaded {
        let tiny: TinyModels
        let answering: ListIntake.Answering

        init() throws {
            tiny = try TinyModels()
            let file = try SharedData.vocabulary("medic/CTD_diseases.xml.gz")
            let store = TaxonomyStore(root: tiny.configuration.state + "/taxonomies")
            let info = try store.save(file, name: "MEDIC", at: Date(timeIntervalSince1970: 0))
            try store.saveEmbeddings(
                [Float](repeating: 0, count: file.taxonomy.concepts.count),
                dimension: 1,
                encoderSHA256: String(repeating: "0", count: 64),
                of: info.version
            )
            answering = ListIntake.Answering(info: info, names: NameIndex(file.taxonomy))
        }
    }

    // Never changed once it is made; its folder goes with the process.
    private nonisolated(unsafe) static let loaded = Result { try Loaded() }

    @Test("each becomes what is expected of it", arguments: expectations)
    func outcome(_ expected: Expectation) throws {
        let path = Self.folder.appending(path: expected.file).path
        do {
            switch try Submission.read(path, name: expected.file) {
            case .list(let list): try check(list, expected)
            case .vocabulary: try checkVocabulary(path, expected)
            }
        } catch let error as SubmissionError {
            #expect(expected.outcome == "refused \(error.code.rawValue)", "\(error)")
            check(["\(error)"], expected)
        }
    }

    private func check(_ list: ListFile, _ expected: Expectation) throws {
        let loaded = try Self.loaded.get()
        let lists = ListIntake(loaded.tiny.configuration)
        let plan = try lists.plan(for: list, folder: nil, loaded.answering)
        let matches = lists.matches(of: plan, loaded.answering)
        #expect(expected.outcome == "list \(list.format.rawValue)")
        let tasks = Query.Task.allCases.compactMap { task -> String? in
            let count = plan.queries.count { $0.task == task }
            return count == 0 ? nil : "\(task.rawValue) \(count)"
        }
        #expect(tasks.joined(separator: ", ") == expected.queries)
        #expect(Self.counts(of: plan, matches) == expected.counts)
        let names = plan.queries.flatMap(Self.names)
        #expect(Array(names.prefix(expected.names.count)) == expected.names)
        var summary = MatchSummary()
        for match in matches { summary.add(match) }
        check(plan.notes + [plan.reading, summary.sentence ?? ""], expected)
    }

    private func checkVocabulary(_ path: String, _ expected: Expectation) throws {
        let configuration = try Self.loaded.get().tiny.configuration
        let request = Loader.Request(path: path, fileName: expected.file)
        let reading = try FileReader(configuration).reading(of: request)
        #expect(expected.outcome == "vocabulary \(reading.vocabulary?.name ?? "")")
        let tasks = reading.tasks.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        #expect(tasks.joined(separator: ", ") == expected.queries)
        check(reading.notes + [reading.reading], expected)
    }

    private func check(_ said: [String], _ expected: Expectation) {
        let all = said.joined(separator: "\n")
        for word in expected.words { #expect(all.contains(word), "said was: \(all)") }
    }

    @Test("every file has one expectation")
    func whole() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(
            Set(files).subtracting(["expected.tsv"]) == Set(Self.expectations.map(\.file))
        )
        #expect(files.count == Self.expectations.count + 1)
    }

    /// The counts that are not 0, such as `definitions=5 known=3`.
    private static func counts(of plan: QueryPlan, _ matches: [TermMatch]) -> String {
        let counts = [
            ("definitions", plan.queries.count { $0.definition != nil }),
            ("synonyms", plan.queries.reduce(0) { $0 + $1.synonyms.count }),
            ("parents", plan.queries.reduce(0) { $0 + $1.mappedTo.count }),
            ("identifiers", plan.queries.reduce(0) { $0 + identifiers(of: $1) }),
            ("known", Set(matches.filter(\.isKnown).map(\.given)).count),
            ("refused", plan.refusals.count),
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
