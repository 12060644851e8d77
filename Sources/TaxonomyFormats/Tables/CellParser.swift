import Contract

/// Splits text into rows of cells; RFC 4180 with any separator, over UTF-8 bytes.
///
/// A cell counts as quoted only if its quotes open, close and double within that cell; otherwise
/// they are characters like any other, so that a stray quote swallows no row. Line ends are LF,
/// CR LF and CR alone; other line separators of Unicode belong to the cell.
struct CellParser {
    /// A byte that no text has, for a table with a single column.
    static let noSeparator: UInt8 = 0

    /// More cells than this are refused: each takes memory even if it is empty.
    private static let mostCells = 4_000_000
    /// More lines than this in a single cell of a table with one column are no name.
    private static let longestName = 3

    private static let quote = UInt8(ascii: "\"")
    private static let space = UInt8(ascii: " ")

    private let bytes: UnsafeBufferPointer<UInt8>
    private let separator: UInt8
    private let width: Int?
    /// Takes a separator that a space follows, or that stands inside a chemical name or karyotype,
    /// for text.
    private let isLenient: Bool

    private(set) var index = 0
    private(set) var line = 1
    private var rowStart = 0
    private var cellCount = 0
    /// Lines on which a quote opens that closes nowhere.
    private(set) var openQuotes = LineNote()
    /// Lines whose cells were put together again because separators had no quotes around them.
    private(set) var mended = LineNote()
    private(set) var hasTooManyCells = false

    /// - Parameters:
    ///   - bytes: Valid UTF-8 without a byte order mark.
    ///   - separator: The byte between cells, or ``noSeparator``.
    ///   - width: How many cells a row has, if that is known.
    ///   - isLenient: Whether to take doubtful separators for text.
    ///   - line: The number of the first line.
    init(
        _ bytes: UnsafeBufferPointer<UInt8>,
        separator: UInt8,
        width: Int?,
        isLenient: Bool = false,
        firstLine line: Int = 1
    ) {
        self.bytes = bytes
        self.separator = separator
        self.width = width
        self.isLenient = isLenient
        self.line = line
    }

    /// The next row; `nil` at the end.
    mutating func row() -> Table.Row? {
        guard index < bytes.count, !hasTooManyCells else { return nil }
        let start = (index: index, line: line)
        rowStart = index
        let isComment = beginsComment
        var cells = self.cells(isLenient: isLenient, isComment: isComment)
        var row = Table.Row(cells: [], line: start.line, isComment: isComment)
        if let width, width > 1, cells.count > width, !isLenient, !isComment,
            cells[width...].contains(where: { !$0.isEmpty })
        {
            let end = (index: index, line: line, openQuotes: openQuotes)
            (index, line) = (start.index, start.line)
            let mended = self.cells(isLenient: true, isComment: false)
            if mended.count == width {
                cells = mended
                self.mended.add(start.line)
            } else {
                (index, line) = (end.index, end.line)
                row.isTorn = true
            }
            openQuotes = end.openQuotes
        }
        if index < bytes.count { endLine() }
        cellCount += cells.count
        hasTooManyCells = cellCount > Self.mostCells
        row.cells = cells
        return row
    }

    // MARK: Cells

    /// Whether the line begins with `#` and is neither a row number such as “#1” nor one of Excel's
    /// words for an error.
    private var beginsComment: Bool {
        var start = index
        skipMarks(&start)
        guard start < bytes.count, bytes[start] == UInt8(ascii: "#") else { return false }
        var end = start + 1
        while end < bytes.count, bytes[end] != separator, !isLineEnd(bytes[end]) { end += 1 }
        let first = String(decoding: bytes[start..<end], as: UTF8.self)
        return !CellKind.isBlank(Text.clean(first)) && Int(first.dropFirst()) == nil
    }

    private mutating func cells(isLenient: Bool, isComment: Bool) -> [String] {
        var cells: [String] = []
        cells.reserveCapacity(width ?? 4)
        while true {
            cells.append(cell(isLenient: isLenient, isComment: isComment))
            guard index < bytes.count, bytes[index] == separator else { return cells }
            index += 1
            if cells.count + cellCount > Self.mostCells {
                hasTooManyCells = true
                return cells
            }
        }
    }

    private mutating func cell(isLenient: Bool, isComment: Bool) -> String {
        skipMarks(&index)
        var start = index
        while start < bytes.count, bytes[start] == Self.space { start += 1 }
        if start < bytes.count, bytes[start] == Self.quote,
            let text = quoted(at: start, isComment: isComment)
        {
            return text
        }
        let first = index
        while index < bytes.count, !isLineEnd(bytes[index]) {
            if bytes[index] == separator, !(isLenient && isText(separatorAt: index)) { break }
            index += 1
        }
        return Text.clean(UnsafeBufferPointer(rebasing: bytes[first..<index]))
    }

    /// Whether a separator at this place is part of a name: a space follows it, digits stand on
    /// both sides, or it belongs to a karyotype such as “46,XX”.
    private func isText(separatorAt place: Int) -> Bool {
        guard separator != UInt8(ascii: "\t"), place + 1 < bytes.count, place > 0 else {
            return false
        }
        let next = bytes[place + 1]
        if next == Self.space {
            // At the end of a line it is an empty cell.
            var end = place + 1
            while end < bytes.count, bytes[end] == Self.space { end += 1 }
            return end < bytes.count && !isLineEnd(bytes[end]) && bytes[end] != separator
        }
        guard separator == UInt8(ascii: ","), (0x30...0x39).contains(bytes[place - 1]) else {
            return false
        }
        return (0x30...0x39).contains(next)
            || place > 1 && bytes[place - 2] == UInt8(ascii: "4")
                && (next == UInt8(ascii: "X") || next == UInt8(ascii: "Y"))
    }

    // MARK: Quotes

    /// The text of a quoted cell, behind which the parser then stands; `nil` if the quotes are
    /// characters.
    private mutating func quoted(at start: Int, isComment: Bool) -> String? {
        var place = start + 1
        var breaks = 0
        var isEscaped = false
        while place < bytes.count {
            let byte = bytes[place]
            if isLineEnd(byte) {
                if isComment { return nil }
                breaks += 1
                place += length(ofLineEndAt: place)
            } else if byte != Self.quote {
                place += 1
            } else if place + 1 < bytes.count, bytes[place + 1] == Self.quote {
                isEscaped = true
                place += 2
            } else if let end = endOfCell(behind: place) {
                guard breaks == 0 || isCell(from: start, to: end, breaks: breaks) else {
                    openQuotes.add(line)
                    return nil
                }
                let text = text(from: start + 1, to: place, isEscaped: isEscaped)
                index = end
                line += breaks
                return text
            } else if bytes[place - 1] == UInt8(ascii: "\\"), place - 1 > start {
                // As R writes them.
                isEscaped = true
                place += 1
            } else {
                if breaks > 0 { openQuotes.add(line) }
                return nil
            }
        }
        openQuotes.add(line)
        return nil
    }

    /// The end of a cell whose closing quote stands at a place: nothing but spaces follows.
    private func endOfCell(behind place: Int) -> Int? {
        var end = place + 1
        while end < bytes.count, bytes[end] == Self.space { end += 1 }
        return end == bytes.count || bytes[end] == separator || isLineEnd(bytes[end]) ? end : nil
    }

    private func text(from start: Int, to end: Int, isEscaped: Bool) -> String {
        guard isEscaped else {
            return Text.clean(UnsafeBufferPointer(rebasing: bytes[start..<end]))
        }
        var text: [UInt8] = []
        text.reserveCapacity(end - start)
        var place = start
        while place < end {
            let isPair =
                place + 1 < end && bytes[place + 1] == Self.quote
                && (bytes[place] == Self.quote || bytes[place] == UInt8(ascii: "\\"))
            text.append(isPair ? Self.quote : bytes[place])
            place += isPair ? 2 : 1
        }
        return text.withUnsafeBufferPointer { Text.clean($0) }
    }

    /// Whether quotes around several lines hold one cell, and not rows between two stray quotes.
    ///
    /// They are stray if each of the lines has as many cells as a row of the table.
    private func isCell(from start: Int, to end: Int, breaks: Int) -> Bool {
        guard separator != Self.noSeparator else { return breaks < Self.longestName }
        guard let width, width > 1, breaks > 1 || separator == UInt8(ascii: "\t") else {
            return true
        }
        var place = rowStart
        var cells = 1
        while place < bytes.count {
            if isLineEnd(bytes[place]) {
                if cells != width { return true }
                if place >= end { return false }
                cells = 1
                place += length(ofLineEndAt: place)
            } else {
                if bytes[place] == separator { cells += 1 }
                place += 1
            }
        }
        return cells != width
    }

    // MARK: Lines

    private func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

    private func length(ofLineEndAt place: Int) -> Int {
        bytes[place] == 0x0D && place + 1 < bytes.count && bytes[place + 1] == 0x0A ? 2 : 1
    }

    private mutating func endLine() {
        index += length(ofLineEndAt: index)
        line += 1
    }

    /// Steps over byte order marks, which concatenated files have in their middle.
    private func skipMarks(_ place: inout Int) {
        while place + 2 < bytes.count, bytes[place] == 0xEF, bytes[place + 1] == 0xBB,
            bytes[place + 2] == 0xBF
        {
            place += 3
        }
    }
}
