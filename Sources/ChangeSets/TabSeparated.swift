/// Tables of a result: a header, then one row a line, cells separated by tabs.
///
/// A cell that holds a quote, a tab or a line feed stands in quotes, and a quote inside it is
/// doubled; every other cell stands as it is. Python's `csv`, pandas, frictionless, SQLite and R
/// then read the same rows (`Tests/SpoolTests/Golden/readers.json`).
///
/// ## Source
/// RFC 4180, sections 2.5 to 2.7, with the tab in place of the comma and lines ended by a line feed.
package enum TabSeparated {
    /// A column, with its type in a Table Schema.
    package struct Column: Sendable {
        package let name: String
        package let type: String

        package init(_ name: String, _ type: String = "string") {
            self.name = name
            self.type = type
        }
    }

    package static func header(_ columns: [Column]) -> String { row(columns.map(\.name)) }

    /// A row with its line feed.
    package static func row(_ cells: [String]) -> String {
        cells.map(cell).joined(separator: "\t") + "\n"
    }

    /// A cell as it is written.
    ///
    /// A carriage return becomes a line feed, because R and frictionless read it as one; NUL, which
    /// ends a text for some readers, becomes a space.
    package static func cell(_ text: String) -> String {
        var written = String.UnicodeScalarView()
        var isQuoted = false
        var last: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\r":
                written.append("\n")
                isQuoted = true
            case "\n":
                if last != "\r" { written.append("\n") }
                isQuoted = true
            case "\"":
                written.append(contentsOf: "\"\"".unicodeScalars)
                isQuoted = true
            case "\t":
                written.append("\t")
                isQuoted = true
            case "\0": written.append(" ")
            default: written.append(scalar)
            }
            last = scalar
        }
        return isQuoted ? "\"\(String(written))\"" : String(written)
    }
}
