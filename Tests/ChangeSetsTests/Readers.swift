/// Reads strings of OBO by the letter of its specification.
enum OBOReader {
    /// The text of a clause that ends with its line; what stands unescaped behind it is dropped.
    static func plain(_ text: String) -> String {
        var scalars = text.unicodeScalars[...]
        return read(&scalars) { $0 == "!" || $0 == "{" }
    }

    /// The text in quotes with which a clause begins; `nil` if it has none.
    static func quoted(_ text: String) -> String? {
        var scalars = text.unicodeScalars[...]
        guard scalars.popFirst() == "\"" else { return nil }
        let inner = read(&scalars) { $0 == "\"" }
        return scalars.first == "\"" ? inner : nil
    }

    private static func read(
        _ scalars: inout Substring.UnicodeScalarView,
        until isEnd: (Unicode.Scalar) -> Bool
    ) -> String {
        var text = String.UnicodeScalarView()
        while let next = scalars.first, !isEnd(next) {
            scalars.removeFirst()
            guard next == "\\", let escaped = scalars.popFirst() else {
                text.append(next)
                continue
            }
            switch escaped {
            case "n": text.append("\n")
            case "t": text.append("\t")
            case "W": text.append(" ")
            default: text.append(escaped)
            }
        }
        return String(text)
    }
}

/// Reads tables as RFC 4180 says, with tabs; with an escape as opencsv does.
enum TableReader {
    struct Fault: Error {
        let row: Int
    }

    static func rows(_ text: String, escape: Unicode.Scalar?) throws -> [[String]] {
        var rows: [[String]] = []
        var row: [String] = []
        var cell = String.UnicodeScalarView()
        var isQuoted = false
        var rest = text.unicodeScalars[...]
        while let next = rest.popFirst() {
            switch next {
            case _ where next == escape:
                // opencsv drops an escape that stands outside quotes.
                guard isQuoted, let escaped = rest.popFirst(), escaped == escape || escaped == "\""
                else { throw Fault(row: rows.count) }
                cell.append(escaped)
            case "\"" where isQuoted && rest.first == "\"":
                rest.removeFirst()
                cell.append("\"")
            case "\"" where isQuoted:
                isQuoted = false
                guard rest.first == "\t" || rest.first == "\n" else { throw Fault(row: rows.count) }
            case "\"":
                guard cell.isEmpty else { throw Fault(row: rows.count) }
                isQuoted = true
            case "\t" where !isQuoted, "\n" where !isQuoted:
                row.append(String(cell))
                cell = String.UnicodeScalarView()
                if next == "\n" {
                    rows.append(row)
                    row = []
                }
            default: cell.append(next)
            }
        }
        guard row.isEmpty, cell.isEmpty, !isQuoted else { throw Fault(row: rows.count) }
        return rows
    }
}
