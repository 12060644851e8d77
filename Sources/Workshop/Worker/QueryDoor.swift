import Contract
import TaxoInstruct
import TaxonomyFormats

/// Turns the worker's input into queries: lines as the daemon sends them, and every form of list
/// that the inbox takes.
package struct QueryDoor: Sendable {
    /// What becomes of a line.
    enum Request {
        /// A query to ask, and what the reader of its answer must know about how it was read.
        case ask(Query, notes: [String])
        case refused(Answer)
    }

    /// The name of the input, for messages.
    static let source = "standard input"

    private let names: NameIndex
    private let vocabulary: String
    private let version: String
    private let scope: PlacingScope

    /// - Parameters:
    ///   - vocabulary: The vocabulary that answers.
    ///   - scope: Where the terms of a list may be placed if it does not say so; a query that is
    ///     written out says so itself.
    init(_ vocabulary: Vocabulary, scope: PlacingScope) {
        self.scope = scope
        names = vocabulary.names
        self.vocabulary = vocabulary.name
        version = vocabulary.version
    }

    /// The queries of a line.
    ///
    /// - Parameters:
    ///   - line: One JSON value, without the line end.
    ///   - number: Line number in the input, from 1.
    /// - Returns: One or more; an answer that says what is wrong for a line that is no query.
    func requests(in line: [UInt8], number: Int) -> [Request] {
        let strict = QueryLine.parse(line, number: number)
        if case .success(let query) = strict, !QueryLine.hasForeignKeys(line) {
            return [.ask(query, notes: [])]
        }
        do {
            return try listed(line, number: number)
        } catch {
            switch strict {
            case .success(let query): return [.ask(query, notes: [error.message])]
            case .failure(let refused): return [.refused(refused.answer)]
            }
        }
    }

    /// The queries of a line that is read as a list of its own.
    private func listed(_ line: [UInt8], number: Int) throws(SubmissionError) -> [Request] {
        let list = try ListFile.read(json: line, name: "line \(number) of \(Self.source)")
        let key = QueryLine.key(of: line) ?? "line \(number)"
        let all = try requests(in: list)
        return all.enumerated().map { place, request in
            request.keyed(all.count == 1 ? key : "\(key).\(place + 1)")
        }
    }

    /// The queries of a list, in its order.
    ///
    /// - Throws: `SubmissionError` if no entry can be asked.
    func requests(in list: ListFile) throws(SubmissionError) -> [Request] {
        let plan = try TaskRule.queries(
            from: list,
            folder: nil,
            names: names,
            vocabularyName: vocabulary,
            vocabularyAliases: [version],
            scope: scope
        )
        let asked = plan.queries.map { (key: $0.key, request: Request.ask($0, notes: plan.notes)) }
        let refused = plan.refusals.map { refusal in
            (
                key: refusal.query.key,
                request: Request.refused(.failing(to: refusal.query, refusal.error))
            )
        }
        return (asked + refused).sorted { $0.key < $1.key }.map(\.request)
    }
}

extension QueryDoor.Request {
    /// The same request under another key.
    fileprivate func keyed(_ key: String) -> Self {
        switch self {
        case .ask(var query, let notes):
            query.key = key
            return .ask(query, notes: notes)
        case .refused(var answer):
            answer.key = key
            return .refused(answer)
        }
    }
}
