import Contract
import Foundation
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
}
