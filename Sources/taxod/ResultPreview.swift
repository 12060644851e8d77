import Jobs

/// The first proposals of answers as a table for a terminal.
enum ResultPreview {
    private static let rows = 5

    /// One block for each answer: what was asked, then the best proposals.
    static func table(of answers: [Answer]) -> String {
        answers.map(block).joined(separator: "\n")
    }

    private static func block(_ answer: Answer) -> String {
        var lines = ["  \(answer.task.rawValue): \(answer.query.cut(to: 90))"]
        if let reason = answer.reason { lines.append("    \(reason.code): \(reason.message)") }
        for proposal in answer.proposals.prefix(rows) {
            let parent = proposal.parent.map { "  under \($0)" } ?? ""
            let score = "\((proposal.score * 1000).rounded() / 1000)"
            lines.append(
                "    \(String(proposal.rank).padded(to: 4))"
                    + proposal.relation.rawValue.padded(to: 9)
                    + proposal.name.cut(to: 44).padded(to: 46)
                    + score.padded(to: 8)
                    + proposal.standing.rawValue
                    + parent
            )
        }
        let rest = answer.proposals.count - rows
        if rest > 0 { lines.append("    … \(rest) more") }
        return lines.joined(separator: "\n")
    }
}

extension String {
    /// The first characters, with an ellipsis if some were left out.
    fileprivate func cut(to width: Int) -> String {
        count <= width ? self : String(prefix(width - 1)) + "…"
    }
}
