import Contract
import Foundation
package import TaxoInstruct

/// Turns a line of the worker's input into a line of its output.
package struct LineAnswerer: Sendable {
    /// The longest line accepted, in bytes; a list of 10,000 seeds has a tenth of that.
    package static let longestLine = 8 << 20

    private let expander: Expander

    package init(_ expander: Expander) {
        self.expander = expander
    }

    /// Answers a line.
    ///
    /// - Parameters:
    ///   - line: One JSON object, without the line end.
    ///   - number: Line number in the input, from 1.
    /// - Returns: The answer as canonical JSON, without a line end; a faulty query gets an answer
    ///   with the status `error`.
    /// - Throws: `SubmissionError` if the engine is no longer available.
    package func answer(_ line: [UInt8], number: Int) throws -> [UInt8] {
        let answer: Answer
        if line.count > Self.longestLine {
            let error = SubmissionError(
                .fileTooLarge,
                at: .init(file: "standard input", line: number),
                "the line has \(line.count) bytes, at most \(Self.longestLine) are taken",
                remedy: "Split the query."
            )
            answer = .failing(key: "line \(number)", task: .place, query: "", error)
        } else {
            switch QueryLine.parse(line, number: number) {
            case .success(let query): answer = try expander.answer(query)
            case .failure(let refused): answer = refused.answer
            }
        }
        do {
            return Array(try AnswerLine(answer).text.utf8)
        } catch {
            preconditionFailure("an answer cannot be encoded: \(error)")
        }
    }
}
