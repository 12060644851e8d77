/// A small generator of random numbers that gives the same sequence everywhere (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
    mutating func pick<T>(_ values: [T]) -> T { values[below(values.count)] }
}

/// A random table as one of the programs that people use would write it.
struct GeneratedTable {
    /// The programs, by how they quote, end lines, and what they put around a table.
    enum Program: CaseIterable {
        case excel, excelSemicolon, excelTab, numbers, libreOffice, pandas, pandasTab, r, rTab,
            sheets
    }

    let program: Program
    /// Titles and cells as they should be read, row by row, without empty rows and trailing cells.
    private(set) var expected: [[String]] = []
    /// The names of the rows that have one.
    private(set) var names: [String] = []
    /// Rows that hold something, but no name.
    private(set) var nameless = 0
    private(set) var text = ""
    private(set) var ending = "csv"

    private var numbers: SeededNumbers
    private var separator: String
    private var lineEnd: String

    init(seed: UInt64) {
        numbers = SeededNumbers(seed: seed)
        program = numbers.pick(Program.allCases)
        switch program {
        case .excelSemicolon: separator = ";"
        case .excelTab, .pandasTab, .rTab: separator = "\t"
        case .libreOffice: separator = numbers.pick([",", ";", "\t", "|"])
        default: separator = ","
        }
        switch program {
        case .excel, .excelSemicolon, .excelTab, .sheets: lineEnd = "\r\n"
        default: lineEnd = numbers.chance(3) ? "\r" : "\n"
        }
        ending = separator == "\t" ? numbers.pick(["tsv", "txt", "tab"]) : "csv"
        if numbers.chance(10) { ending = numbers.pick(["csv", "txt", "tsv"]) }
        write()
    }

    // MARK: Content

    private static let heads = [
        "Asthma", "Neuropathy", "Sjögren Syndrome", "β-Thalassemia", "Retinitis Pigmentosa",
        "Lung Injury", "Ménière Disease", "Dystrophy", "Carcinoma", "Anemia", "Wet lung",
        "Ataxia", "Γ-hydroxy Deficiency", "Osteopetrosis", "Long COVID",
    ]
    private static let tails = [
        ", Bronchial", ", Familial, 3", " type 2", " (disorder)", " \"late onset\"", "", "; HD",
        " 5\" ring", ", 46,XX", " / overlap", " 2,4-D induced", "\u{2028}variant", " #4",
        " with αβ chains", "'s", " – rare",
    ]

    /// A name that no other row has.
    private mutating func name(_ row: Int) -> String {
        "\(numbers.pick(Self.heads))\(numbers.pick(Self.tails)) \(row + 1)"
    }

    private mutating func sentence() -> String {
        var words = (0..<(4 + numbers.below(14))).map { _ in
            numbers.pick([
                "a", "disease", "of", "the", "lung,", "which", "is \"rare\"", "in", "children;",
                "and", "α-cells", "mutation", "(OMIM)", "5%", "type 2,", "with", "onset",
            ])
        }
        if numbers.chance(6) { words.insert("first line\nsecond line", at: 2) }
        if numbers.chance(3) { words.insert("tab\there", at: 1) }
        return words.joined(separator: " ")
    }

    private mutating func cell(_ title: String, row: Int) -> String {
        switch title {
        case "ID", "Disease ID", "MeSH ID": numbers.chance(20) ? "" : "X:\(1_000 + row)"
        case "Synonyms", "Synonym(s)", "Synonym":
            numbers.chance(40) ? "" : "\(name(row)) alias|\(name(row)) other"
        case "Definition", "Description", "Comment": numbers.chance(30) ? "" : sentence()
        case "Parent": numbers.chance(30) ? "" : numbers.pick(Self.heads)
        default: numbers.chance(50) ? "" : "value \(numbers.below(9)), \(numbers.below(9))"
        }
    }

    private mutating func titles() -> [String] {
        let name = numbers.pick(["Term", "Name", "Disease", "Label", "Disease label", "prefLabel"])
        var others = [
            "ID", "Synonyms", "Definition", "Comment", "Parent", "Category", "Curator", "Extra",
        ]
        others.shuffle(using: &numbers)
        var titles = [name] + others.prefix(numbers.below(6))
        if numbers.chance(3) { titles += (0..<50).map { "Field \($0)" } }
        if numbers.chance(30) { titles.swapAt(0, numbers.below(titles.count)) }
        return titles
    }

    // MARK: Writing

    private mutating func write() {
        let titles = titles()
        let nameColumn = titles.firstIndex {
            ["Term", "Name", "Disease", "Label", "Disease label", "prefLabel"].contains($0)
        }
        var rows: [[String]] = []
        for row in 0..<(1 + numbers.below(numbers.chance(5) ? 300 : 25)) {
            var cells = titles.map { cell($0, row: row) }
            let isNameless = numbers.chance(2) && titles.count > 1
            cells[nameColumn ?? 0] = isNameless ? "" : name(row)
            rows.append(cells)
            if !isNameless {
                names.append(cells[nameColumn ?? 0])
            } else if cells.contains(where: { !$0.isEmpty }),
                zip(titles, cells).allSatisfy({ $0 != "ID" || $1.isEmpty })
            {
                // A row with an identifier is used by it.
                nameless += 1
            }
        }
        let isR = program == .r || program == .rTab
        let extra = !isR && numbers.chance(12) ? 1 + numbers.below(3) : 0
        let hasRowNames =
            program == .r || program == .rTab || program == .pandas && numbers.chance(40)
        var lines: [[String]] = [titles] + rows
        if hasRowNames {
            for index in lines.indices {
                let first = program == .pandas ? index - 1 : index
                // `write.table` writes no title above the row names.
                if index == 0, program == .rTab { continue }
                lines[index].insert(index == 0 ? "" : String(first), at: 0)
            }
        }
        lines = lines.map { $0 + [String](repeating: "", count: extra) }
        expected = lines.map(Self.trimmed).filter { !$0.isEmpty }
        writeAround(lines)
    }

    private mutating func writeAround(_ lines: [[String]]) {
        var written = lines.map { line in
            line.map { quoted($0) }.joined(separator: separator)
        }
        let width = lines[0].count
        if numbers.chance(6), width > 1, program != .r, program != .rTab {
            // A title over the table, as Excel exports it.
            let title = "Review list \(numbers.below(99))"
            let rest = String(repeating: separator, count: width - 1)
            written.insert(title + rest, at: 0)
            expected.insert([title], at: 0)
            if numbers.chance(50) { written.insert(rest, at: 1) }
        }
        if program == .excelSemicolon, numbers.chance(30) { written.insert("sep=;", at: 0) }
        if numbers.chance(10), width > 1 {
            written.append(String(repeating: separator, count: width - 1))
        }
        text = written.joined(separator: lineEnd)
        if !numbers.chance(15) { text += lineEnd }
        if [.excel, .excelSemicolon].contains(program) || numbers.chance(5) {
            text = "\u{FEFF}" + text
        }
    }

    private mutating func quoted(_ cell: String) -> String {
        let isR = program == .r || program == .rTab
        let isAlways = isR || program == .libreOffice && numbers.chance(90)
        let marks = [separator, "\"", "\n", "\r"]
        guard isAlways && !cell.isEmpty || marks.contains(where: { cell.contains($0) }) else {
            return cell
        }
        return "\"\(cell.replacing("\"", with: "\"\""))\""
    }

    /// The cells as they should be read: white space collapsed, trailing empty ones gone.
    private static func trimmed(_ cells: [String]) -> [String] {
        var cells = cells.map { cell in
            cell.split { $0 == " " || $0 == "\t" || $0.isNewline }.joined(separator: " ")
        }
        while cells.last?.isEmpty == true { cells.removeLast() }
        return cells
    }
}
