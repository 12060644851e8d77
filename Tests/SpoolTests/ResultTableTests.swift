import Contract
import Files
import Foundation
import Jobs
import Spool
import Testing

/// The tables of a result are what every reader takes them for.
@Suite struct ResultTableTests {
    private let folder = TemporaryFolder()
    private let time = Timestamp(milliseconds: 1_763_000_000_000)
    private let job = JobID(at: Timestamp(milliseconds: 1_763_000_000_000))

    /// What `Golden/read_tables.py` recorded of other readers.
    private struct Golden: Decodable {
        struct Verdict: Decodable {
            let version: String
            let rows: Int
            let sameRows: Bool
        }
        struct Dialect: Codable, Equatable {
            let delimiter: String
            let header: Bool
            let quoteChar: String
            let doubleQuote: Bool
        }
        let dialect: Dialect
        let cells: [String]
        let readers: [String: Verdict]
    }

    private struct Package: Decodable {
        struct Resource: Decodable {
            struct Schema: Decodable {
                let fields: [Field]
            }
            struct Field: Decodable {
                let name: String
                let type: String
            }
            let path: String
            let dialect: Golden.Dialect?
            let schema: Schema?
        }
        let resources: [Resource]
    }

    private func golden(_ name: String) throws -> Data {
        let golden = try #require(Bundle.module.url(forResource: "Golden", withExtension: nil))
        return try Data(contentsOf: golden.appending(path: name))
    }

    private func recorded() throws -> Golden {
        try JSONDecoder().decode(Golden.self, from: golden("readers.json"))
    }

    /// Stages a result with these answers, and returns its folder.
    private func stage(
        _ answers: [Answer],
        state: JobState? = nil,
        remarks: [String] = []
    ) throws -> (folder: String, receipt: Receipt) {
        let outbox = try Outbox(path: SpoolPath(folder.path))
        var writer = try outbox.stage(job, result: "d/r")
        for answer in answers { try writer.add(try AnswerLine(answer)) }
        var facts = JobFacts(
            name: "a.txt",
            claimedName: "a.txt",
            vocabularyHint: "medic",
            droppedAt: "medic/a.txt"
        )
        for remark in remarks { facts.remark(remark) }
        let record = JobRecord(
            id: job,
            state: state ?? .staged(result: "d/r"),
            facts: facts,
            created: time,
            updated: time
        )
        let receipt = try writer.finish(record, audit: nil, auditLines: [], at: time, taxod: "t")
        return (".staging/\(job)", receipt)
    }

    private func place(_ query: String, name: String, key: String = "q1") -> Answer {
        Answer(
            key: key,
            task: .place,
            query: query,
            identifier: query,
            status: .proposed,
            matches: [
                TermMatch(
                    given: query,
                    kind: .synonym,
                    identifier: "X:2",
                    name: query,
                    confidence: 1
                )
            ],
            proposals: [
                Proposal(
                    rank: 1,
                    relation: .parent,
                    identifier: "X:1",
                    name: name,
                    standing: .proposed,
                    score: 0.5,
                    evidence: Evidence()
                )
            ]
        )
    }

    @Test("taxod writes the table that Python, pandas, frictionless, SQLite and R read alike")
    func bytes() throws {
        let recorded = try recorded()
        let answers = recorded.cells.enumerated().map { index, cell in
            let number = String(index + 1)
            let key = "q" + String(repeating: "0", count: 6 - number.count) + number
            return place(cell, name: recorded.cells[recorded.cells.count - 1 - index], key: key)
        }
        let (staged, _) = try stage(answers)
        let written = try Data(contentsOf: URL(filePath: "\(folder.path)/\(staged)/results.tsv"))
        #expect(try written == golden("table.tsv"))
        #expect(
            Set(recorded.readers.keys) == [
                "csv", "pandas", "pandas, Python engine", "frictionless", "sqlite", "R",
            ]
        )
        for (name, verdict) in recorded.readers {
            #expect(verdict.sameRows && verdict.rows == answers.count + 1, "\(name)")
        }
        let text = try folder.text(of: "\(staged)/datapackage.json")
        let package = try CanonicalJSON.value(Package.self, from: text)
        let table = try #require(package.resources.first { $0.path == "results.tsv" })
        #expect(table.dialect == recorded.dialect)
        let rows = try Tables.strict(String(decoding: written, as: UTF8.self))
        #expect(rows[0] == table.schema?.fields.map(\.name))
        #expect(rows.dropFirst().map { $0[2] } == recorded.cells)
        #expect(rows.dropFirst().map { $0[16] } == recorded.cells)
    }

    @Test(
        "Python reads what was just written",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3"), "no python3")
    )
    func python() throws {
        let recorded = try recorded().cells
        let changed = [
            ("cr\rhere", "cr\nhere"), ("crlf\r\nhere", "crlf\nhere"), ("nul\0here", "nul here"),
            ("\r", "\n"), ("\r\r\n", "\n\n"), ("\n\r", "\n\n"),
        ]
        let cells = recorded + changed.map(\.0)
        let (staged, _) = try stage(cells.map { place($0, name: $0) })
        let python = Process()
        python.executableURL = URL(filePath: "/usr/bin/python3")
        let program = """
            import csv, json, sys
            with open(sys.argv[1], newline="", encoding="utf-8") as file:
                json.dump([row[2] for row in csv.reader(file, "excel-tab", strict=True)], sys.stdout)
            """
        python.arguments = ["-I", "-c", program, "\(folder.path)/\(staged)/results.tsv"]
        let output = Pipe()
        python.standardOutput = output
        try python.run()
        let read = output.fileHandleForReading.readDataToEndOfFile()
        python.waitUntilExit()
        let found = try JSONDecoder().decode([String].self, from: read)
        #expect(Array(found.dropFirst()) == recorded + changed.map(\.1))
    }

    // MARK: - Matches

    private func match(_ given: String, _ kind: TermMatch.Kind, _ name: String?) -> TermMatch {
        TermMatch(
            given: given,
            givenIdentifier: kind == .spelling ? "MINE:1" : nil,
            kind: kind,
            identifier: name.map { "I:\($0)" },
            name: name,
            confidence: name == nil ? 0 : 0.9,
            candidates: kind == .ambiguous
                ? [.init(identifier: "A", name: "one"), .init(identifier: "B", name: "two")] : nil
        )
    }

    private func expand(_ key: String, _ matches: [TermMatch]) -> Answer {
        Answer(key: key, task: .expand, query: "x", status: .none, matches: matches)
    }

    @Test("the names of seed sets stand in a table of their own, those of terms in the results")
    func matches() throws {
        let seeds = expand(
            "q1",
            [
                match("heart arrest", .name, "Heart Arrest"),
                match("cardia\tarrests", .spelling, "Heart Arrest"), match("ATS", .ambiguous, nil),
            ]
        )
        let (staged, receipt) = try stage([seeds, place("gout", name: "Arthritis", key: "q2")])
        let table = try Tables.strict(try folder.text(of: "\(staged)/matches.tsv"))
        #expect(
            table == [
                [
                    "key", "given", "given_identifier", "kind", "identifier", "name", "confidence",
                    "candidates",
                ],
                ["q1", "heart arrest", "", "name", "I:Heart Arrest", "Heart Arrest", "0.9", ""],
                [
                    "q1", "cardia\tarrests", "MINE:1", "spelling", "I:Heart Arrest", "Heart Arrest",
                    "0.9", "",
                ],
                ["q1", "ATS", "", "ambiguous", "", "", "0.0", "one (A) | two (B)"],
            ]
        )
        let results = try Tables.strict(try folder.text(of: "\(staged)/results.tsv"))
        #expect(results[1].suffix(5) == ["", "", "", "", ""])
        #expect(results[2].suffix(5) == ["gout", "synonym", "X:2", "gout", "1.0"])
        #expect(receipt.counts.matched == 3 && receipt.counts.unmatched == 1)
        #expect(
            receipt.notes == [
                "2 of 3 names known; 1 by spelling: “cardia\tarrests” → Heart Arrest; 1 ambiguous: "
                    + "“ATS” (perhaps one or 1 other)."
            ]
        )
        let package = try CanonicalJSON.value(
            Package.self,
            from: try folder.text(of: "\(staged)/datapackage.json")
        )
        #expect(package.resources.contains { $0.path == "matches.tsv" && $0.dialect != nil })
    }

    @Test("a receipt names some of the names, and counts all")
    func bounded() throws {
        let unknown = (1...1_000).map { match("unknown \($0)", .unknown, nil) }
        let (_, receipt) = try stage([expand("q1", unknown)])
        let note = try #require(receipt.notes.first)
        #expect(note.hasPrefix("0 of 1000 names known; 1000 unknown: “unknown 1”, "))
        #expect(note.hasSuffix(" and 988 more.") && note.utf8.count < 500)
        #expect(receipt.counts.unmatched == 1_000)
    }

    @Test("a result without seeds or trees has no table of matches")
    func noMatches() throws {
        let (staged, receipt) = try stage([place("a", name: "b")])
        #expect(try !folder.names(in: staged).contains("matches.tsv"))
        #expect(receipt.notes.isEmpty)
    }

    @Test("the receipt of a cancelled job says so, and every remark stands once")
    func cancelled() throws {
        let cut = JobState.Progress(done: 1, total: 5)
        let (_, receipt) = try stage(
            [place("a", name: "b")],
            state: .staged(result: "d/r", cut: cut),
            remarks: ["late", "late"]
        )
        #expect(receipt.cancelled == true && receipt.counts.notAsked == 4)
        #expect(receipt.notes.count == 2 && receipt.notes[0].contains("1 of 5"))
        #expect(receipt.file.vocabulary == "medic")
    }

    @Test("a receipt of an earlier version is read as it was")
    func earlierReceipt() throws {
        let text = """
            {"counts":{"errors":0,"none":0,"problems":0,"proposals":2,"proposed":1,"queries":1},\
            "file":{"bytes":3,"name":"a.txt","sha256":"s"},"job":"\(job)","notes":[],"result":"d/r",\
            "schema":"taxod.receipt/1","taxod":"taxod 0.1.0","times":{"milliseconds":1,\
            "received":"\(time)","staged":"\(time)"}}
            """
        let receipt = try CanonicalJSON.value(Receipt.self, from: text)
        #expect(receipt.cancelled == nil && receipt.counts.queries == 1)
        #expect(receipt.counts.notAsked == 0 && receipt.file.vocabulary == nil)
    }
}
