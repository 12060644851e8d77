import Contract
import Foundation
import Synchronization
import Testing
import Workshop

@Suite("Answering lines")
struct LineAnswererTests {
    private let answerer: LineAnswerer

    init() throws {
        let tiny = try TinyModels()
        try tiny.loadDiseases()
        answerer = LineAnswerer(try tiny.setup.expander(vocabulary: nil, withoutModel: true))
    }

    private func answer(_ line: [UInt8], number: Int = 1) throws -> Answer {
        try JSONDecoder().decode(Answer.self, from: Data(answerer.answer(line, number: number)))
    }

    @Test("an answer is canonical JSON on one line and carries the query's key")
    func canonical() throws {
        let line = try answerer.answer(
            Array(#"{"key": "a/b", "term": "Disease 99"}"#.utf8),
            number: 1
        )
        #expect(!line.contains(0x0A))
        let answer = try JSONDecoder().decode(Answer.self, from: Data(line))
        #expect(answer.key == "a/b")
        #expect(answer.task == .place)
        #expect(try Array(CanonicalJSON.data(of: answer)) == line)
    }

    @Test("a line that is too long is answered by an error, and the next one as usual")
    func tooLong() throws {
        let long = [UInt8](repeating: 0x20, count: LineAnswerer.longestLine + 1)
        let refused = try answer(long, number: 3)
        #expect(refused.reason?.code == "file-too-large")
        #expect(refused.key == "line 3")
        #expect(try answer(Array(#"{"term": "Disease 99"}"#.utf8)).status != .error)
    }

    @Test("the same line gets the same bytes")
    func deterministic() throws {
        let line = Array(#"{"seeds": ["Disease 1", "Disease 2"]}"#.utf8)
        #expect(try answerer.answer(line, number: 1) == answerer.answer(line, number: 1))
    }

    /// The answers to standard input of any form.
    private func answers(to text: String) throws -> [Answer] {
        let written = Mutex<[[UInt8]]>([])
        let write: @Sendable ([UInt8]) -> Bool = { line in
            written.withLock { $0.append(line) }
            return true
        }
        switch try WorkerInput.of(LineReader(Array(text.utf8)), limit: 1 << 20) {
        case .list(let list):
            try answerer.answer(list, threads: 2, write: write)
        case .lines(let reader):
            try OrderedWork(input: reader) { try answerer.answer($0, number: $1) }
                .run(threads: 2, write: write)
        }
        return try written.withLock(\.self).flatMap { $0.split(separator: 0x0A) }
            .map { try JSONDecoder().decode(Answer.self, from: Data($0)) }
    }

    @Test("the paper's own lines are understood, and a line may stand for several queries")
    func paper() throws {
        let found = try answers(
            to: """
                {"input": ["Disease 1", "Disease 2"], "parent": "Diseases", "task": "Set-Expan"}
                {"key": "k", "terms": ["Disease 98", "Disease 99"]}
                {"task": "Taxo-Expan", "input": ["Disease 97"]}
                """
        )
        #expect(found.map(\.key) == ["line 1", "k.1", "k.2", "line 3"])
        #expect(found.map(\.task) == [.expand, .place, .place, .place])
        #expect(
            found.map(\.query) == [
                "Disease 1 | Disease 2", "Disease 98", "Disease 99", "Disease 97",
            ]
        )
    }

    @Test(
        "standard input takes the forms that the inbox takes",
        arguments: [
            ("Disease 98\nDisease 99\n", ["Disease 98", "Disease 99"]),
            ("[\"Disease 98\", \"Disease 99\"]", ["Disease 98", "Disease 99"]),
            ("{\n  \"terms\": [\"Disease 98\"]\n}", ["Disease 98"]),
            ("Disease 1\nDisease 2\n", ["Disease 1 | Disease 2"]),
        ]
    )
    func forms(text: String, queries: [String]) throws {
        let found = try answers(to: text)
        #expect(found.map(\.query) == queries)
        #expect(found.map(\.key) == queries.indices.map { "q00000\($0 + 1)" })
    }

    @Test("a stray line before queries is a fault of its own")
    func stray() throws {
        let found = try answers(to: "Loading …\n{\"term\": \"Disease 98\"}\n")
        #expect(found.map(\.key) == ["line 1", "line 2"])
        #expect(found[0].reason?.code == "malformed-json")
        #expect(found[1].query == "Disease 98")
    }

    @Test("a line that neither reading takes keeps the fault of a query")
    func neither() throws {
        let found = try answers(to: #"{"task": "summon", "seeds": ["Disease 1"]}"#)
        #expect(found.map(\.reason?.code) == ["unknown-task"])
    }
}
