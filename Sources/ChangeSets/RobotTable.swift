/// How tables for ROBOT are written.
///
/// ROBOT reads tables with opencsv, for which a backslash escapes the next character, in quotes and
/// outside. A cell with a quote, a tab, a line feed or a backslash stands in quotes, in which quotes
/// and backslashes are doubled. In a cell that is split, `|` parts values.
///
/// ## Source
/// ROBOT 1.9, `docs/template.md`; the reader is opencsv's `CSVParserBuilder` with a tab.
enum RobotTable {
    struct Column {
        let title: String
        /// The template string; a column with an empty one is for readers, and ROBOT skips it.
        let template: String

        init(_ title: String, _ template: String = "") {
            self.title = title
            self.template = template
        }

        /// The column as tables of other readers have it.
        var plain: TabSeparated.Column {
            .init(title, title == "Probability" ? "number" : "string")
        }
    }

    static func head(_ columns: [Column]) -> String {
        row(columns.map(\.title)) + row(columns.map(\.template))
    }

    /// A row with its line feed.
    static func row(_ cells: [String]) -> String {
        cells.map(cell).joined(separator: "\t") + "\n"
    }

    private static func cell(_ text: String) -> String {
        let plain = TabSeparated.cell(text)
        guard plain.utf8.contains(0x5C) else { return plain }
        // By scalars: a mark that combines with a backslash would hide it in a character.
        var doubled = String.UnicodeScalarView()
        for scalar in plain.unicodeScalars {
            if scalar == "\\" { doubled.append(scalar) }
            doubled.append(scalar)
        }
        let isQuoted = text.utf8.contains { [0x09, 0x0A, 0x0D, 0x22].contains($0) }
        return isQuoted ? String(doubled) : "\"\(String(doubled))\""
    }

    /// The values of a cell that is split at `|`; the others come apart.
    static func split(_ values: [String]) -> (cell: String, others: [String]) {
        let carried = values.filter { !$0.utf8.contains(0x7C) }
        return (carried.joined(separator: "|"), values.filter { $0.utf8.contains(0x7C) })
    }

    /// Why a value with `|` is left out.
    static let barFault = "it holds |, at which ROBOT splits the cell"

    /// The cell of a stamp's probability.
    static func comment(_ probability: Double?) -> String {
        probability.map { "probability \($0)" } ?? "chosen by a curator"
    }
}
