import ChangeSets
import Contract
import Testing

/// Names of any characters come back from every format, or are listed as what it cannot carry.
@Suite struct HostileNameTests {
    private static let names: [String] = {
        var random = Seeded(state: 20_261_201)
        let parts = [
            "'", "\"", "\\", "|", "\t", "\n", "=", "+", "-", "@", "%", "{", "}", "!", "[", "]",
            "(", ")", ",", ";", ":", "#", "<", ">", "&", "a", "b", " ", "β", "é", "\u{301}", "𝔘",
            "\u{202E}", "\u{2028}", "\u{85}", "\u{B}", "\u{FEFF}", "NA", "\\n", "\\t", "''", "\"\"",
            " for X:1", " from ", "create node X:2 ", "! comment", "{source=\"x\"}", "%s",
            "SPLIT=|",
        ]
        return (0..<400).map { number in
            let count = Int.random(in: 1...8, using: &random)
            let name = (0..<count).map { _ in parts.randomElement(using: &random) ?? "" }.joined()
            // Names are cleaned when a file is read: no space at their ends.
            return "n\(number)" + name + "."
        }
    }()

    /// A generator with a fixed start.
    private struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 33)
        }
    }

    static let answers = names.enumerated().map { number, name in
        let digits = String(number, radix: 16)
        return Answer(
            key: "q\(number)",
            task: .place,
            query: name,
            provisionalIdentifier: "TAXOD:" + String(repeating: "0", count: 12 - digits.count)
                + digits,
            synonyms: ["s" + name],
            definition: "d" + name,
            status: number.isMultiple(of: 3) ? .none : .proposed,
            reason: number.isMultiple(of: 3) ? .init(code: "out-of-scope", message: name) : nil,
            proposals: number.isMultiple(of: 3)
                ? []
                : [
                    Proposal(
                        rank: 1,
                        relation: .parent,
                        identifier: "X:1",
                        name: names[names.count - 1 - number],
                        standing: .proposed,
                        score: 0.5,
                        evidence: Evidence()
                    )
                ]
        )
    }

    private static let written = GoldenTests.write(answers)

    /// The names that the format must hold for terms that are proposed.
    private func expected(
        _ format: ChangeFormat,
        _ what: LeftOut.What,
        _ value: (Answer) -> String?
    ) -> Set<String> {
        let leftOut = Self.written.leftOut.filter { $0.format == format }
        let terms = Set(leftOut.filter { $0.what == .term }.map(\.key))
        let values = Set(leftOut.filter { $0.what == what }.map { $0.key + $0.value })
        return Set(
            Self.answers.filter { $0.status == .proposed && !terms.contains($0.key) }.compactMap {
                guard let value = value($0), !values.contains($0.key + value) else { return nil }
                return value
            }
        )
    }

    private func text(_ format: ChangeFormat) throws -> String {
        try #require(Self.written.files[format.fileName])
    }

    @Test("OBO holds every name, synonym and definition")
    func obo() throws {
        let text = try text(.obo)
        var found: [String: Set<String>] = [:]
        for line in text.unicodeScalars.split(separator: "\n") {
            let line = String(line)
            guard let colon = line.firstIndex(of: ":") else { continue }
            let tag = String(line[..<colon])
            let value = String(line[colon...].dropFirst(2))
            if tag == "name" { found[tag, default: []].insert(OBOReader.plain(value)) }
            if tag == "synonym" || tag == "def" {
                found[tag, default: []].insert(try #require(OBOReader.quoted(value)))
            }
        }
        #expect(found["name"] == expected(.obo, .name) { $0.query })
        #expect(found["synonym"] == expected(.obo, .synonym) { $0.synonyms?.first })
        #expect(found["def"] == expected(.obo, .definition) { $0.definition })
        #expect(found["name"]?.count == Self.answers.filter { $0.status == .proposed }.count)
    }

    @Test("ROBOT's reader of tables finds every name, synonym and definition")
    func robot() throws {
        for format in [ChangeFormat.robot, .robotBulk] {
            let rows = try TableReader.rows(try text(format), escape: "\\")
            let label = try #require(rows[1].firstIndex(of: "LABEL"))
            let synonym = try #require(rows[1].firstIndex { $0.contains("hasExactSynonym") })
            let definition = try #require(rows[1].firstIndex(of: "A IAO:0000115"))
            #expect(rows.allSatisfy { $0.count == rows[0].count })
            func cells(_ column: Int) -> Set<String> {
                Set(rows.dropFirst(2).map { $0[column] }.filter { !$0.isEmpty })
            }
            #expect(cells(label) == expected(format, .name) { $0.query })
            #expect(cells(synonym) == expected(format, .synonym) { $0.synonyms?.first })
            #expect(cells(definition) == expected(format, .definition) { $0.definition })
        }
    }

    @Test("KGCL holds a command a line, and every name that its grammar can carry")
    func kgcl() throws {
        let text = try text(.kgcl)
        var found: [String: Set<String>] = [:]
        for line in text.unicodeScalars.split(whereSeparator: {
            [0x0A, 0x0B, 0x0C, 0x0D, 0x1C, 0x1D, 0x1E, 0x85, 0x2028, 0x2029].contains($0.value)
        }) {
            let line = String(line)
            if line.hasPrefix("#") || line.hasPrefix("create edge X") { continue }
            if line.hasPrefix("create edge TAXOD:") { continue }
            let quotes = line.unicodeScalars.filter { $0 == "'" }
            try #require(quotes.count == 2, "\(line)")
            let inner = String(
                line.unicodeScalars.split(separator: "'", omittingEmptySubsequences: false)[1]
            )
            let words = ["create node": "name", "create exact": "synonym", "add": "definition"]
            let word = words.first { line.hasPrefix($0.key) }?.value
            found[try #require(word), default: []].insert(inner)
        }
        #expect(found["name"] == expected(.kgcl, .name) { $0.query })
        #expect(found["synonym"] == expected(.kgcl, .synonym) { $0.synonyms?.first })
        #expect(found["definition"] == expected(.kgcl, .definition) { $0.definition })
        #expect((found["name"]?.count ?? 0) > 40)
    }

    @Test("SSSOM holds every name for which nothing was found")
    func sssom() throws {
        let text = try text(.sssom)
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        let table = lines.drop { $0.first == "#" }.map { String($0) }.joined(separator: "\n")
        let rows = try TableReader.rows(table, escape: nil)
        let names = Set(rows.dropFirst().map { $0[1] })
        #expect(names == Set(Self.answers.filter { $0.status == .none }.map(\.query)))
    }
}
