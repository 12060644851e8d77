import Contract
import Testing

@Suite struct AnswerLineTests {
    private static let scores: [Double] = [0.1, 1.0 / 3, 1e-7, -0.0, 12, .leastNonzeroMagnitude]

    private static let answer = Answer(
        key: "q1",
        task: .place,
        query: "tab\t, slash / “quote” \u{2028} \u{1F9EC}",
        status: .proposed,
        proposals: scores.enumerated().map { rank, score in
            Proposal(
                rank: rank + 1,
                relation: .parent,
                identifier: "MESH:D\(rank)",
                name: "parent \(rank)",
                standing: .proposed,
                score: score,
                evidence: Evidence(parts: ["retrieval": score, "encoder": -score])
            )
        },
        tokens: 7
    )

    @Test("a line that taxod wrote is what it would write again, so that handing it on is enough")
    func canonical() throws {
        let line = try AnswerLine(Self.answer)
        let read = try AnswerLine(text: line.text)
        #expect(read == line)
        #expect(try CanonicalJSON.text(of: read.answer) == line.text)
    }

    @Test("another spelling of an answer is read as the same one and keeps its text")
    func foreign() throws {
        let canonical = try AnswerLine(Self.answer).text
        let text = #"{"of another engine": [1, 2], "# + canonical.dropFirst()
        let line = try AnswerLine(text: text)
        #expect(line.answer == Self.answer)
        #expect(line.text == text)
    }

    @Test("what is no answer is no line", arguments: ["", "{]", "{}", "[]", "null", "{} {}"])
    func rubbish(text: String) {
        #expect(throws: DecodingError.self) { try AnswerLine(text: text) }
    }
}
