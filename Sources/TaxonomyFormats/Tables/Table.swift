/// A table as rows of cells, before anything is known of what its columns mean.
///
/// A reader of a file format makes it: separated text, or the sheet of a workbook.
package struct Table: Sendable {
    package struct Row: Hashable, Sendable {
        /// The text of each cell, cleaned; empty where the file has nothing.
        package var cells: [String]
        /// Line in the file, or row of the sheet, counted from 1.
        package let line: Int
        /// Whether the line begins with an unquoted `#`.
        package var isComment: Bool
        /// Whether separators inside unquoted text made more cells than the table has columns, so
        /// that nobody can say which cells belong together.
        package var isTorn: Bool

        package init(cells: [String], line: Int, isComment: Bool = false, isTorn: Bool = false) {
            self.cells = cells
            self.line = line
            self.isComment = isComment
            self.isTorn = isTorn
        }

        /// The number of cells that hold anything.
        var filled: Int { cells.count { !$0.isEmpty } }
    }

    package var rows: [Row]
    /// What a reader of the receipt must know, such as a quote left open or a sheet left out.
    package var notes: [String]
    /// Whether tabs separate the cells.
    package var isTabbed: Bool

    package init(rows: [Row], notes: [String] = [], isTabbed: Bool = false) {
        self.rows = rows
        self.notes = notes
        self.isTabbed = isTabbed
    }
}

/// A note about several lines, the first of which it names.
struct LineNote {
    private static let shown = 5
    private var lines: [Int] = []
    private var last: Int?
    private var count = 0
    private var times = 0

    var isEmpty: Bool { count == 0 }

    mutating func add(_ line: Int) {
        times += 1
        guard line != last else { return }
        last = line
        count += 1
        if lines.count < Self.shown { lines.append(line) }
    }

    /// `line 3`, `lines 3 and 5`, or `lines 3, 5, 8, 9, 12 and 90 more`.
    var text: String {
        let rest = count - lines.count
        guard count > 1 else {
            return "line \(lines.first ?? 1)\(times > 1 ? " (\(times) times)" : "")"
        }
        if rest > 0 {
            return "lines \(lines.map(String.init).joined(separator: ", ")) and \(rest) more"
        }
        let head = lines.dropLast().map(String.init).joined(separator: ", ")
        return "lines \(head) and \(lines[lines.count - 1])"
    }
}
