extension Answer {
    /// The answer that reports why a query could not be answered.
    package static func failing(
        key: String,
        task: Query.Task,
        query: String,
        _ error: SubmissionError
    ) -> Answer {
        Answer(
            key: key,
            task: task,
            query: query,
            status: .error,
            reason: Reason(
                code: error.code.rawValue,
                message: [
                    error.location.map { "\($0):" }, error.message + ".", error.remedy,
                ].compactMap { $0 }.joined(separator: " ")
            )
        )
    }
}

extension Answer {
    /// The answer that reports why a query could not be answered.
    package static func failing(to query: Query, _ error: SubmissionError) -> Answer {
        failing(key: query.key, task: query.task, query: query.text, error)
    }
}

extension Query {
    /// What is asked, for a person to read: the term, the seeds, or the tree's edges.
    package var text: String {
        if let term { return term }
        if !seeds.isEmpty { return seeds.joined(separator: " | ") }
        return tree.map { "\($0.child) < \($0.parent)" }.joined(separator: " | ")
    }
}
