package import FoundationEssentials

/// The results of an evaluation: the measures of each ranking on each group of queries.
package struct EvaluationReport: Sendable {
    package struct Section: Sendable {
        /// The group of queries, such as `all`.
        package let group: String
        /// The ranking, such as `fusion`, or `gain` for the paired difference of two rankings.
        package let mode: String
        package let measures: Measures
    }

    /// The top-level key in the JSON, such as `rollover`.
    package let title: String
    package private(set) var sections: [Section] = []
    /// Additional remarks for readers.
    package var notes: [String] = []
    /// One JSON object per query and line.
    package private(set) var dump = Data()

    package init(title: String) { self.title = title }

    package mutating func add(_ group: String, _ mode: String, _ measures: Measures) {
        sections.append(Section(group: group, mode: mode, measures: measures))
    }

    package mutating func addLine(_ line: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        dump.append(try encoder.encode(line))
        dump.append(UInt8(ascii: "\n"))
    }

    package func measures(_ group: String, _ mode: String) -> Measures? {
        sections.first { $0.group == group && $0.mode == mode }?.measures
    }

    /// `{title: {group: {mode: {key: number}}}}` with sorted keys.
    package func json() throws -> Data {
        var groups: [String: [String: [String: Double]]] = [:]
        for section in sections {
            groups[section.group, default: [:]][section.mode] = section.measures.flat
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return try encoder.encode([title: groups])
    }

    /// A table for each group, with a row per measure and a column per ranking.
    package func table() -> String {
        var groups: [String] = []
        for section in sections where !groups.contains(section.group) {
            groups.append(section.group)
        }
        let tables = groups.map { group in
            table(group, sections.filter { $0.group == group })
        }
        let notes = notes.isEmpty ? [] : [notes.joined(separator: "\n")]
        return (tables + notes).joined(separator: "\n\n") + "\n"
    }

    /// A Markdown table for each group, with a row per ranking and a column per requested measure;
    /// measures that a group lacks are omitted.
    package func markdown(_ keys: [String]) -> String {
        var groups: [String] = []
        for section in sections where !groups.contains(section.group) {
            groups.append(section.group)
        }
        let tables = groups.map { group -> String in
            let members = sections.filter { $0.group == group }
            let present = keys.filter { key in members.contains { $0.measures[key] != nil } }
            func row(_ cells: [String]) -> String { "| \(cells.joined(separator: " | ")) |" }
            let head = [row([group] + present), row(["---"] + present.map { _ in "---:" })]
            let rows = members.map { section in
                row(
                    [section.mode]
                        + present.map { key in
                            section.measures.figures.first { $0.key == key }.map {
                                Self.cell($0, decimals: Self.decimals[key] ?? 1)
                            } ?? ""
                        }
                )
            }
            return (head + rows).joined(separator: "\n")
        }
        let notes = notes.isEmpty ? [] : [notes.joined(separator: "\n")]
        return (tables + notes).joined(separator: "\n\n") + "\n"
    }

    private func table(_ group: String, _ sections: [Section]) -> String {
        var keys: [String] = []
        for figure in sections.flatMap(\.measures.figures) where !keys.contains(figure.key) {
            keys.append(figure.key)
        }
        let heading = Self.line("\(title), \(group)", sections.map(\.mode))
        let rows = keys.map { key in
            Self.line(
                "  " + key,
                sections.map { section in
                    section.measures.figures.first { $0.key == key }.map(Self.cell) ?? ""
                }
            )
        }
        return ([heading] + rows).joined(separator: "\n")
    }

    /// Number of decimals for measures that are not percentages.
    private static let decimals = [
        "processorSeconds": 3, "agreement": 2, "proposed": 2, "orders": 1,
    ]

    private static func cell(_ figure: Measures.Figure) -> String { cell(figure, decimals: nil) }

    private static func cell(_ figure: Measures.Figure, decimals: Int?) -> String {
        guard let span = figure.span else { return "\(Int(figure.value))" }
        let (low, high) = (decimal(span.low, decimals), decimal(span.high, decimals))
        return "\(decimal(figure.value, decimals)) [\(low), \(high)]"
    }

    /// By default, one decimal for a percentage and three for a number below 1.
    private static func decimal(_ value: Double, _ decimals: Int?) -> String {
        let width = decimals ?? (abs(value) < 1 && value != 0 ? 3 : 1)
        let scale = (0..<width).reduce(1) { scale, _ in 10 * scale }
        let scaled = Int((abs(value) * Double(scale)).rounded())
        let fraction = String(scaled % scale)
        let zeros = String(repeating: "0", count: max(0, width - fraction.count))
        return "\(value < 0 && scaled > 0 ? "-" : "")\(scaled / scale).\(zeros)\(fraction)"
    }

    private static func line(_ title: String, _ cells: [String]) -> String {
        let head = title + String(repeating: " ", count: max(1, 34 - title.count))
        let columns = cells.map { cell in
            String(repeating: " ", count: max(1, 24 - cell.count)) + cell
        }
        return head + columns.joined()
    }
}
