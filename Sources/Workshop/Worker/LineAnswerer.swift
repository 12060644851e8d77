import Contract
import Foundation
package import TaxoInstruct
package import TaxonomyFormats

/// Turns a line of the worker's input into a line of its output.
package struct LineAnswerer: Sendable {
    /// The longest line accepted, in bytes; a list of 10,000 seeds has a tenth of that.
    package static let longestLine = 8 << 20

    private let expander: Expander
    private let door: QueryDoor

    /// - Parameters:
    ///   - expander: Answers the queries.
    ///   - scope: Where the terms of a list may be placed if it does not say so.
    package init(_ expander: Expander, scope: PlacingScope = PlacingScope()) {
        self.expander = expander
        door = QueryDoor(expander.vocabulary, scope: scope)
    }

    /// Answers a line.
    ///
    /// - Parameters:
    ///   - line: One JSON object, without the line end.
    ///   - number: Line number in the input, from 1.
    /// - Returns: The answer as canonical JSON, without a line end; several, one a line, for an
    ///   object that stands for several queries. A faulty query gets an answer with the status
    ///   `error`.
    /// - Throws: `SubmissionError` if the engine is no longer available.
    package func answer(_ line: [UInt8], number: Int) throws -> [UInt8] {
        guard line.count <= Self.longestLine else {
            let error = SubmissionError(
                .fileTooLarge,
                at: .init(file: QueryDoor.source, line: number),
                "the line has \(line.count) bytes, at most \(Self.longestLine) are taken",
                remedy: "Split the query."
            )
            return text(of: .failing(key: "line \(number)", task: .place, query: "", error))
        }
        let answers = try door.requests(in: line, number: number).map { request in
            text(of: try answer(request))
        }
        return Array(answers.joined(separator: [0x0A]))
    }

    /// Answers a list on several threads, in its order.
    ///
    /// - Parameters:
    ///   - list: The list.
    ///   - threads: Number of threads, at least one.
    ///   - write: Writes a line; returns `false` if nobody reads it.
    /// - Throws: `SubmissionError` if no entry can be asked, or the engine is no longer available.
    package func answer(
        _ list: ListFile,
        threads: Int,
        write: @escaping @Sendable ([UInt8]) -> Bool
    ) throws {
        let requests = try door.requests(in: list)
        let numbers = requests.indices.map { "\($0)\n" }.joined()
        try OrderedWork(input: LineReader(Array(numbers.utf8))) { [self] _, number in
            text(of: try answer(requests[number - 1]))
        }
        .run(threads: threads, write: write)
    }

    private func answer(_ request: QueryDoor.Request) throws -> Answer {
        switch request {
        case .refused(let answer): return answer
        case .ask(let query, let notes):
            var answer = try expander.answer(query)
            answer.notes += notes
            return answer
        }
    }

    private func text(of answer: Answer) -> [UInt8] {
        do {
            return Array(try AnswerLine(answer).text.utf8)
        } catch {
            preconditionFailure("an answer cannot be encoded: \(error)")
        }
    }
}
