import Contract
import Testing
import Workshop

@Suite("A line of the worker's input")
struct QueryLineTests {
    private func parse(_ text: String, number: Int = 7) -> Result<Query, QueryLine.Refused> {
        QueryLine.parse(Array(text.utf8), number: number)
    }

    @Test(
        "a missing task follows from what is given",
        arguments: [
            (#"{"seeds": ["a", "b"]}"#, Query.Task.expand), (#"{"term": "a"}"#, .place),
            (#"{"tree": [{"child": "a", "parent": "b"}]}"#, .grow),
            (#"{"task": "audit", "term": "a"}"#, .audit),
        ]
    )
    func task(line: String, task: Query.Task) throws {
        #expect(try parse(line).get().task == task)
    }

    @Test("a missing key is the line's number; a given one is kept")
    func key() throws {
        #expect(try parse(#"{"term": "a"}"#).get().key == "line 7")
        #expect(try parse(#"{"term": "a", "key": "k"}"#).get().key == "k")
    }

    @Test(
        "what is no query gets an answer that names the fault and the line",
        arguments: [
            ("not json", SubmissionError.Code.malformedJSON), ("[1]", .unknownListShape),
            (#"{"key": "k"}"#, .unknownTask), (#"{"task": "fly", "term": "a"}"#, .unknownTask),
            (#"{"task": "place", "term": 5}"#, .unknownListShape),
            (#"{"task": "expand", "seeds": "a"}"#, .unknownListShape),
            ("", .malformedJSON), ("\u{FFFD}", .malformedJSON),
        ]
    )
    func faults(line: String, code: SubmissionError.Code) throws {
        guard case .failure(let refused) = parse(line) else {
            Issue.record("\(line) was taken")
            return
        }
        #expect(refused.answer.status == .error)
        #expect(refused.answer.reason?.code == code.rawValue)
    }

    @Test("the key of a faulty query is kept where it can be read")
    func keyOfFault() {
        guard case .failure(let refused) = parse(#"{"key": "mine", "task": "fly"}"#) else {
            Issue.record("it was taken")
            return
        }
        #expect(refused.answer.key == "mine")
    }
}
