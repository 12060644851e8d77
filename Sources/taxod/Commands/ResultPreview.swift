import Contract

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
            // The path of a child ends at the parent it is placed under.
            let parent = proposal.parent.map { proposal.evidence.rootPath.last ?? $0 }
            lines.append(
                "    \(String(proposal.rank).padded(to: 4))"
                    + proposal.relation.rawValue.padded(to: 9)
                    + proposal.name.cut(to: 36).padded(to: 38)
                    + thousandths(proposal.score).padded(to: 8)
                    + proposal.standing.rawValue
                    + (parent.map { " under \($0)" } ?? "")
            )
        }
        let rest = answer.proposals.count - rows
        if rest > 0 { lines.append("    … \(rest) more") }
        return lines.joined(separator: "\n")
    }

    /// Always three decimals, so that the rows of a table line up.
    private static func thousandths(_ value: Double) -> String {
        let count = Int((abs(value) * 1000).rounded())
        let decimals = String(count % 1000)
        let zeros = String(repeating: "0", count: 3 - decimals.count)
        return (value < 0 ? "-" : " ") + "\(count / 1000).\(zeros)\(decimals)"
    }

    /// The text wrapped at 78 columns and indented by two.
    static func wrapped(_ text: String) -> String {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > 76 {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? String(word) : " \(word)"
        }
        return (lines + [line]).map { "  " + $0 }.joined(separator: "\n")
    }
}

extension String {
    /// The first characters, with an ellipsis if some were left out.
    fileprivate func cut(to width: Int) -> String {
        count <= width ? self : String(prefix(width - 1)) + "…"
    }
}
