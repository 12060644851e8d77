import Foundation
import Testing

extension EndToEnd {
    @Suite(
        "Export",
        .enabled(if: Checkout.isBuilt && Checkout.hasModels, "the default models are not there")
    )
    struct ExportTests {
        /// Folders in which two lists of terms were placed.
        private func placed() async throws -> (sandbox: Sandbox, jobs: [String]) {
            let sandbox = try Sandbox(holding: try await Vocabularies.shared.small())
            try sandbox.drop("[\"Torsades de Pointes\", \"bicycle\"]", as: "place/a.json")
            try sandbox.drop("[\"Torsades de Pointes\", \"it's odd\"]", as: "place/b.json")
            let end = try await sandbox.taxod("run", "--once")
            #expect(end.status == 0, "\(end.errors)")
            let jobs = try ["a.json", "b.json"].map { name in
                try #require(try sandbox.results(of: name).first?.receipt["job"].string)
            }
            return (sandbox, jobs)
        }

        @Test("the answers of a job are exported as its result has them, also when that is gone")
        func answers() async throws {
            let (sandbox, jobs) = try await placed()
            let result = try #require(try sandbox.results(of: "a.json").first)
            let lines = try result.content("results.jsonl")
            let rows = try result.content("results.tsv")
            let short = String(jobs[0].suffix(8))
            #expect(try await sandbox.taxod("export", short, "--format", "jsonl").output == lines)
            try FileManager.default.removeItem(at: sandbox.outbox)
            #expect(try await sandbox.taxod("export", short, "--format", "jsonl").output == lines)
            #expect(try await sandbox.taxod("export", jobs[0], "--format", "tsv").output == rows)
        }

        @Test("one set of several jobs is in their order, however they are named")
        func order() async throws {
            let (sandbox, jobs) = try await placed()
            let first = try await sandbox.taxod("export", jobs[0], jobs[1], "--format", "obo")
            let second = try await sandbox.taxod(
                "export",
                jobs[1],
                jobs[0],
                jobs[1],
                "--format",
                "OBO"
            )
            #expect(first.status == 0, "\(first.errors)")
            #expect(first.output == second.output)
            #expect(first.text.contains("name: Torsades de Pointes"))
        }

        @Test("a file that exists is not replaced, and what is left out stands beside a new one")
        func files() async throws {
            let (sandbox, jobs) = try await placed()
            let file = sandbox.root.appending(path: "changes.kgcl")
            let arguments = ["export", jobs[1], "--format", "kgcl", "--out", file.path()]
            let made = try await sandbox.start(arguments).end()
            #expect(made.status == 0, "\(made.errors)")
            let content = try Data(contentsOf: file)
            let again = try await sandbox.start(arguments).end()
            #expect(again.status == 65)
            #expect(again.errors.contains("is not replaced"), "\(again.errors)")
            #expect(try Data(contentsOf: file) == content)
            let beside = try FileManager.default.contentsOfDirectory(
                atPath: sandbox.root.path()
            ).filter { $0.hasPrefix("changes.kgcl") }
            #expect(beside.allSatisfy { $0 == "changes.kgcl" || $0.hasSuffix(".left-out.tsv") })
        }

        @Test("an unknown job, one without a result, no job and no format are refused")
        func refusals() async throws {
            let (sandbox, jobs) = try await placed()
            try sandbox.drop("", as: "empty.json")
            #expect(try await sandbox.taxod("run", "--once").status == 65)
            let status = try JSON(data: try await sandbox.taxod("status", "--json").output)
            let empty = try #require(
                status["ended"].array.first { $0["facts"]["name"].string == "empty.json" }
            )
            let quarantined = try #require(empty["id"].string)
            for (arguments, status, word) in [
                (["00000000", "--format", "obo"], 65, "0 jobs"),
                ([quarantined, "--format", "obo"], 65, "quarantined"),
                (["--format", "obo"], 64, "at least one job"),
                ([jobs[0], "--format", "owl"], 64, "owl"), ([jobs[0]], 64, "--format"),
            ] as [([String], Int32, String)] {
                let end = try await sandbox.start(["export"] + arguments).end()
                #expect(end.status == status, "\(arguments)")
                #expect(end.errors.contains(word), "\(end.errors)")
            }
        }
    }
}
