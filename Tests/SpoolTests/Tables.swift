/// A reader of tab-separated tables by the letter of RFC 4180, to read what taxod writes.
enum Tables {
    struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    /// The rows of a table; whatever the grammar does not allow is an error.
    static func strict(_ text: String) throws -> [[String]] {
        var rows: [[String]] = []
        var row: [String] = []
        var rest = text.unicodeScalars[...]
        while !rest.isEmpty {
            row.append(try cell(&rest))
            switch rest.popFirst() {
            case "\t": continue
            case "\n":
                rows.append(row)
                row = []
            case let other: throw Fault(description: "\(String(describing: other)) after a cell")
            }
        }
        guard row.isEmpty else { throw Fault(description: "the last row has no line feed") }
        return rows
    }

    private static func cell(_ rest: inout Substring.UnicodeScalarView) throws -> String {
        var cell = String.UnicodeScalarView()
        guard rest.first == "\"" else {
            while let next = rest.first, next != "\t", next != "\n" {
                guard next != "\"", next != "\r" else {
                    throw Fault(description: "\(next) in \(cell)")
                }
                cell.append(next)
                rest.removeFirst()
            }
            return String(cell)
        }
        rest.removeFirst()
        while let next = rest.popFirst() {
            if next != "\"" {
                cell.append(next)
            } else if rest.first == "\"" {
                cell.append("\"")
                rest.removeFirst()
            } else {
                return String(cell)
            }
        }
        throw Fault(description: "a quote is left open")
    }
}
