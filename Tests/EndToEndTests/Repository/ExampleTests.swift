import Foundation
import Testing

extension EndToEnd {
    @Suite("Examples", .enabled(if: Checkout.hasModels, "the default models are not there"))
    struct ExampleTests {
        private static let names = [
            "grow-tree.json", "heart-seeds.json", "mesh-descriptors.xml", "mesh-supplementary.xml",
            "mini-medic.xml", "new-terms.txt", "paper-style.jsonl",
        ]

        @Test("the examples dropped together come back whole, each in one place")
        // Long: one story; each step needs the files and jobs of those before it.
        func together() async throws {
            let sandbox = try Sandbox()
            // Two vocabularies are loaded: the folder says which of them a list asks.
            for name in Self.names {
                try sandbox.dropExample(name, as: name.hasSuffix(".xml") ? name : "MEDIC/\(name)")
            }
            let end = try await sandbox.taxod("run", "--once")
            #expect(end.status == 0, "\(end.errors)")

            for name in Self.names {
                #expect(sandbox.places(of: name) == ["_done/\(name)"])
                #expect(try sandbox.results(of: name).count == 1, "\(name)")
            }
            let claimed = sandbox.inbox.appending(path: "_claimed").path()
            #expect(try FileManager.default.contentsOfDirectory(atPath: claimed).isEmpty)

            let results = try sandbox.results()
            try #require(results.count == Self.names.count)
            let vocabularies = Set(
                try sha256(
                    ["mini-medic.xml", "mesh-descriptors.xml"].map {
                        sandbox.inbox.appending(path: "_done/\($0)")
                    }
                )
            )
            for result in results {
                try check(result, of: sandbox, vocabularies: vocabularies)
            }
            try checkTables(of: sandbox, results)

            let latest = try FileManager.default.destinationOfSymbolicLink(
                atPath: sandbox.outbox.appending(path: "latest").path()
            )
            let last = results.max { a, b in
                (a.receipt["audit"]["seq"].int ?? 0) < (b.receipt["audit"]["seq"].int ?? 0)
            }
            #expect(latest == last?.receipt["result"].string)
            let board = try JSON(file: sandbox.outbox.appending(path: "_status.json"))
            #expect(board["open"].int == 0)
            #expect(
                board["submissions"].array.compactMap { $0["state"].string }
                    == [String](repeating: "archived", count: Self.names.count)
            )

            let answers =
                try sandbox.results(of: "grow-tree.json")[0].answers
                + sandbox.results(of: "heart-seeds.json")[0].answers
                + sandbox.results(of: "new-terms.txt")[0].answers
                + sandbox.results(of: "paper-style.jsonl")[0].answers
            #expect(answers.count == 12)
            for answer in answers {
                #expect(!answer["proposals"].array.isEmpty, "\(answer["query"].string ?? "")")
                // A new term may have no parent that is good enough; then a reason says so.
                if answer["status"].string != "proposed" {
                    #expect(answer["task"].string == "place")
                    #expect(answer["reason"]["code"].string == "below-threshold")
                }
            }
            #expect(answers.filter { $0["status"].string == "proposed" }.count >= 9)

            let verified = try await sandbox.taxod("audit", "verify")
            #expect(verified.status == 0, "\(verified.errors)")
            let lines = try sandbox.count("SELECT count(*) FROM audit_events")
            #expect(verified.text.contains("ok, \(lines) lines"))
        }

        /// A folder of the outbox: its files, their sizes and hashes, and that they agree.
        private func check(
            _ result: ResultFolder,
            of sandbox: Sandbox,
            vocabularies: Set<String>
        ) throws {
            let name = try #require(result.receipt["file"]["name"].string)
            // Names of a seed set or a tree have a table of their own.
            let isSet = result.answers.contains { $0["task"].string != "place" }
            #expect(
                result.files.subtracting(isSet ? ["matches.tsv"] : []) == [
                    "results.jsonl", "results.tsv", "receipt.json", "audit.jsonl",
                    "datapackage.json", "_SUCCESS",
                ],
                "\(name)"
            )
            #expect(result.files.contains("matches.tsv") == isSet, "\(name)")
            #expect(
                try JSON(data: result.content("_SUCCESS"))["job"].string
                    == result.receipt["job"].string
            )

            let package = try JSON(data: try result.content("datapackage.json"))
            let resources = package["resources"].array
            #expect(
                Set(resources.compactMap { $0["path"].string })
                    == result.files.subtracting(["_SUCCESS", "datapackage.json"])
            )
            let files = resources.compactMap { $0["path"].string }.map {
                result.path.appending(path: $0)
            }
            let sums = try sha256(files)
            for (resource, (file, sum)) in zip(resources, zip(files, sums)) {
                let size = try FileManager.default.attributesOfItem(atPath: file.path())[.size]
                #expect(resource["bytes"].int == (size as? NSNumber)?.intValue, "\(file)")
                #expect(resource["hash"].string == "sha256:\(sum)", "\(file)")
            }

            let dropped = sandbox.inbox.appending(path: "_done/\(name)")
            #expect(result.receipt["file"]["sha256"].string == (try sha256([dropped]))[0])
            #expect(result.receipt["counts"]["queries"].int == result.answers.count)
            #expect(result.receipt["counts"]["errors"].int == 0)
            #expect(
                result.receipt["vocabulary"]["version"].string.map(vocabularies.contains) == true
            )

            try checkRows(result, vocabularies, name)
            try checkAudit(result, of: sandbox)
        }

        private func checkRows(
            _ result: ResultFolder,
            _ vocabularies: Set<String>,
            _ name: String
        ) throws {
            let table = try result.content("results.tsv").split(separator: 0x0A)
                .map { String(decoding: $0, as: UTF8.self).components(separatedBy: "\t") }
            let expected = result.answers.reduce(0) { $0 + max(1, $1["proposals"].array.count) }
            #expect(table.count == expected + 1, "\(name)")
            let columns = try #require(table.first)
            let version = try #require(columns.firstIndex(of: "vocabulary_version"))
            let vocabulary = try #require(columns.firstIndex(of: "vocabulary"))
            for row in table.dropFirst() {
                #expect(row.count == columns.count)
                #expect(vocabularies.contains(row[version]))
                #expect(["MEDIC", "MeSH"].contains(row[vocabulary]))
            }
            for answer in result.answers {
                let version = answer["provenance"]["vocabularyVersion"].string
                #expect(version == result.receipt["vocabulary"]["version"].string)
                #expect(answer["provenance"]["modelSHA256"].string?.count == 64)
            }
        }

        private func checkAudit(_ result: ResultFolder, of sandbox: Sandbox) throws {
            let job = result.receipt["job"].string
            #expect(result.auditLines.allSatisfy { $0["job"].string == job })
            #expect(result.auditLines.first?["event"].string == "received")
            #expect(result.auditLines.last?["event"].string == "staged")
            // The chain's end when the receipt was written; other jobs may have added to it.
            let head = result.receipt["audit"]
            let seq = try #require(head["seq"].int)
            #expect(seq >= result.auditLines.last?["seq"].int ?? .max)
            let hash = try sandbox.rows("SELECT hash FROM audit_events WHERE seq = \(seq)")
            #expect(hash == [head["hash"].string])
            let answered = result.auditLines.filter { $0["event"].string == "answered" }
            #expect(answered.count == result.answers.count)
        }

        /// The tables hold what the folders hold.
        private func checkTables(of sandbox: Sandbox, _ results: [ResultFolder]) throws {
            let lines = results.reduce(0) { $0 + $1.answers.count }
            #expect(lines > 0)
            #expect(try sandbox.count("SELECT count(*) FROM results") == lines)
            let proposals = results.reduce(0) { sum, result in
                sum + result.answers.reduce(0) { $0 + $1["proposals"].array.count }
            }
            #expect(try sandbox.count("SELECT count(*) FROM proposals") == proposals)
            #expect(
                try sandbox.count(
                    """
                    SELECT count(*) FROM results
                    WHERE vocabulary IS NULL OR length(vocabulary_version) IS NOT 64
                    """
                ) == 0
            )
            // Of a run over midnight some is of yesterday.
            let earlier = try sandbox.count(
                """
                SELECT count(*) FROM results LEFT JOIN proposals USING (job, seq)
                WHERE results.published < date('now')
                """
            )
            #expect(
                try sandbox.count("SELECT count(*) FROM results_today") == proposals - earlier
            )
            #expect(try sandbox.count("SELECT count(*) FROM open_jobs") == 0)
        }
    }
}
