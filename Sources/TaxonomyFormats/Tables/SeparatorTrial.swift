/// The first rows of a text, split at one separator.
struct SeparatorTrial {
    static let candidates = [UInt8]("\t;,|".utf8)
    /// The endings whose rows are tables even if they have a single column.
    static let nativeEndings: Set<String> = [
        "csv", "tsv", "tab", "terms", "taxo", "xls", "xlsx",
    ]

    let separator: UInt8
    /// Known titles in the header, if the rows have one.
    let knownTitles: Int
    /// Whether the header alone shows that this is the separator.
    let isTitled: Bool
    /// The number of cells that a row should have; `nil` if the rows do not agree.
    let width: Int?
    /// The part of the rows that the separator surely splits.
    let share: Double
    /// The part of the rows that have the most frequent number of cells.
    let evenness: Double
    private let rows: Int

    init(
        _ bytes: UnsafeBufferPointer<UInt8>,
        separator: UInt8,
        rows limit: Int,
        bytes byteLimit: Int
    ) {
        self.separator = separator
        guard bytes.prefix(byteLimit).contains(separator) else {
            (knownTitles, isTitled, width, share, evenness, rows) = (0, false, nil, 0, 0, 0)
            return
        }
        func read(isLenient: Bool, width: Int?) -> [Table.Row] {
            var parser = CellParser(
                bytes,
                separator: separator,
                width: width,
                isLenient: isLenient
            )
            var rows: [Table.Row] = []
            while rows.count < limit, parser.index < byteLimit, let row = parser.row() {
                if row.filled > 0 { rows.append(row) }
            }
            return rows
        }
        // Without a width a stray quote could glue rows; the first pass finds a width.
        let raw = Self.commonWidth(read(isLenient: false, width: nil).filter { !$0.isComment })
        let all = read(isLenient: false, width: raw?.width)
        let plain = all.filter { !$0.isComment }
        let lenient = read(isLenient: true, width: raw?.width).filter { !$0.isComment }
        self.rows = plain.count
        let common = Self.commonWidth(plain)
        let evenness = common.map { Double($0.count) / Double(plain.count) } ?? 0
        self.evenness = evenness
        share =
            lenient.isEmpty
            ? 0 : Double(lenient.count { $0.cells.count > 1 }) / Double(lenient.count)
        let header = TableHeader.known(in: all)
        let titles = header.map { all[$0.row].cells.count } ?? 0
        let known = header?.known ?? 0
        knownTitles = titles > 1 ? known : 0
        isTitled = titles > 1 && (known > 1 || share >= 0.5)
        let agreed = common.flatMap { evenness >= 0.9 || plain.count < 3 ? $0.width : nil }
        // R writes no title above the numbers of its rows.
        let body = header.map { all[($0.row + 1)...].filter { !$0.isComment } } ?? []
        let hasRowNumbers =
            !body.isEmpty
            && body.allSatisfy { $0.cells.count == titles + 1 && Int($0.cells[0]) != nil }
        if titles > 1 {
            let even = evenness >= 0.9 && plain.count > 2 ? agreed ?? 0 : 0
            width = max(hasRowNumbers ? titles + 1 : titles, even)
        } else {
            width = agreed
        }
    }

    /// Whether the rows alone show that this is the separator.
    func isEven(named ending: String) -> Bool {
        let isNative: Bool
        switch ending {
        case "csv", "xls", "xlsx": isNative = separator != UInt8(ascii: "|")
        default: isNative = separator == UInt8(ascii: "\t")
        }
        if isNative { return share >= 0.5 }
        // A single line with a comma may as well be one name.
        return share >= 0.9 && evenness >= 0.8 && rows > (separator == UInt8(ascii: "\t") ? 0 : 1)
    }

    private static func commonWidth(_ rows: [Table.Row]) -> (width: Int, count: Int)? {
        var counts: [Int: Int] = [:]
        for row in rows { counts[row.cells.count, default: 0] += 1 }
        return counts.max { ($0.value, $0.key) < ($1.value, $1.key) }
            .map { (width: $0.key, count: $0.value) }
    }
}
