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
        // An exact match needs no second look.
        let told = answer.matches.filter { ![.identifier, .name, .synonym].contains($0.kind) }
        lines += told.prefix(rows).map { "    \(match($0))" }
        if told.count > rows { lines.append("    … \(told.count - rows) more names") }
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

    /// What a given name was taken for.
    static func match(_ match: TermMatch) -> String {
        let given = "“\(match.given.cut(to: 60))”"
        let meant = match.candidates?.prefix(rows).map { "\($0.name) (\($0.identifier))" } ?? []
        switch match.kind {
        case .unknown where meant.isEmpty: return "\(given) is unknown"
        case .unknown, .ambiguous:
            return "\(given) is not taken; perhaps \(meant.joined(separator: " or "))"
        default:
            let sure = match.confidence < 1 ? ", confidence\(thousandths(match.confidence))" : ""
            return "\(given) is \(match.name ?? "") (\(match.identifier ?? "")), by "
                + "\(match.kind.rawValue)\(sure)"
        }
    }

    /// Always three decimals, so that the rows of a table line up.
    private static func thousandths(_ value: Double) -> String {
        let count = Int((abs(value) * 1000).rounded())
        let decimals = String(count % 1000)
        let zeros = String(repeating: "0", count: 3 - decimals.count)
        return (value < 0 ? "-" : " ") + "\(count / 1000).\(zeros)\(decimals)"
    }

    /// The text wrapped at 78 columns and indented by two.
    static func wrapped(_ text: String) -> String { wrapped(text, under: "  ") }

    /// The text wrapped at 78 columns behind a title, its further lines below the first.
    static func wrapped(_ text: String, under title: String) -> String {
        let margin = String(repeating: " ", count: title.count)
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > 78 - title.count {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? String(word) : " \(word)"
        }
        return title + (lines + [line]).joined(separator: "\n" + margin)
    }
}

extension String {
    /// The first characters, with an ellipsis if some were left out.
    fileprivate func cut(to width: Int) -> String {
        count <= width ? self : String(prefix(width - 1)) + "…"
    }
}
