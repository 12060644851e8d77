import Foundation
import Testing

extension EndToEnd {
    @Suite("Which task, which vocabulary", .enabled(if: Checkout.hasModels, "no models"))
    struct RuleTests {
        private static let known = [
            "Atrial Fibrillation", "Heart Block", "Mitral Valve Stenosis", "Aortic Valve Stenosis",
        ]

        @Test(
            "bare names are a seed set from half known on, else new terms; folders decide over it"
        )
        func bareNames() async throws {
            let sandbox = try Sandbox(holding: try await Vocabularies.shared.small())
            func names(known count: Int) -> String {
                Self.known.enumerated().map { $0 < count ? $1 : "glass bone \($0)" }
                    .joined(separator: "\n")
            }
            for count in 0...4 {
                try sandbox.drop(names(known: count), as: "known-\(count).txt")
            }
            try sandbox.drop(names(known: 4) + "\n", as: "place/forced.txt")
            let end = try await sandbox.taxod("run", "--once")
            #expect(end.status == 0, "\(end.errors)")
            for count in 0...4 {
                let result = try #require(try sandbox.results(of: "known-\(count).txt").first)
                let tasks = count < 2 ? [String](repeating: "place", count: 4) : ["expand"]
                #expect(result.tasks == tasks, "\(count) known")
                #expect(
                    result.receipt["reading"].string?.contains("\(count) of the 4 names") == true
                )
                let unknown = result.answers.flatMap { $0["matches"].array }
                    .filter { $0["kind"].string == "unknown" }
                if count >= 2 { #expect(unknown.count == 4 - count, "\(count) known") }
            }
            let forced = try #require(try sandbox.results(of: "forced.txt").first)
            #expect(forced.tasks == [String](repeating: "place", count: 4))
            #expect(sandbox.places(of: "forced.txt") == ["_done/forced.txt"])
        }

        @Test("a list that comes before any vocabulary waits, and is answered once one is dropped")
        func waits() async throws {
            let sandbox = try Sandbox()
            try sandbox.dropExample("heart-seeds.json")
            let early = try await sandbox.taxod("run", "--once")
            #expect(early.status == 75, "\(early.errors)")
            #expect(early.errors.contains("waiting for a vocabulary"))
            #expect(sandbox.places(of: "heart-seeds.json").count == 1)
            #expect(sandbox.places(of: "heart-seeds.json")[0].hasPrefix("_claimed/"))
            #expect(try sandbox.results().isEmpty)
            let status = try JSON(data: try await sandbox.taxod("status", "--json").output)
            #expect(status["jobs"]["waiting"].int == 1)
            #expect(status["open"].array[0]["facts"]["reason"]["code"].string == "no-vocabulary")

            try sandbox.dropExample("mini-medic.xml")
            let late = try await sandbox.taxod("run", "--once")
            #expect(late.status == 0, "\(late.errors)")
            let result = try #require(try sandbox.results(of: "heart-seeds.json").first)
            #expect(result.answers.map { $0["status"].string } == ["proposed"])
            #expect(sandbox.places(of: "heart-seeds.json") == ["_done/heart-seeds.json"])
        }

        @Test("of two vocabularies the one named answers, or one that knows the names, or none")
        func twoLoaded() async throws {
            let sandbox = try Sandbox(holding: try await Vocabularies.shared.small())
            try sandbox.dropExample("mesh-descriptors.xml")
            let seeds = "[\"Heart Block\", \"Atrial Fibrillation\"]"
            try sandbox.drop("{\"vocabulary\": \"MEDIC\", \"seeds\": \(seeds)}", as: "medic.json")
            try sandbox.drop("{\"taxonomy\": \"mesh\", \"seeds\": \(seeds)}", as: "mesh.json")
            try sandbox.drop(seeds + "\n", as: "mesh/folder.json")
            // The small MEDIC knows both names, the small MeSH neither.
            try sandbox.drop(seeds, as: "clear.json")
            try sandbox.drop("[\"Unheard of A\", \"Unheard of B\"]", as: "open.json")
            let first = try await sandbox.taxod("run", "--once")
            #expect(first.status == 75, "\(first.errors)")
            func vocabulary(_ name: String) throws -> String? {
                try sandbox.results(of: name).first?.answers.first?["provenance"]["vocabulary"]
                    .string
            }
            #expect(try vocabulary("medic.json") == "MEDIC")
            #expect(try vocabulary("mesh.json") == "MeSH")
            #expect(try vocabulary("folder.json") == "MeSH")
            #expect(try vocabulary("clear.json") == "MEDIC")
            let notes = try sandbox.results(of: "clear.json").first?.receipt["notes"].array ?? []
            #expect(notes.first?.string?.hasPrefix("Asked of MEDIC") == true)
            let status = try JSON(data: try await sandbox.taxod("status", "--json").output)
            let reason = status["open"].array.first?["facts"]["reason"]
            #expect(reason?["code"].string == "several-vocabularies")

            var object = try #require(try JSON(file: sandbox.configuration).value as? [String: Any])
            object["vocabulary"] = "MeSH"
            try JSONSerialization.data(withJSONObject: object).write(to: sandbox.configuration)
            try sandbox.drop(seeds + "\n\n", as: "configured.json")
            let second = try await sandbox.taxod("run", "--once")
            #expect(second.status == 0, "\(second.errors)")
            #expect(try vocabulary("configured.json") == "MeSH")
            #expect(try vocabulary("open.json") == "MeSH")
        }

        @Test("the same list is answered again after the vocabulary changed, by force, by retry")
        // Long: one story; each step needs the files and jobs of those before it.
        func again() async throws {
            let sandbox = try Sandbox()
            let first = try Checkout.example("mini-medic.xml")
            let seeds = "[\"Glaucoma\", \"Cataract\", \"Uveitis\"]"
            try sandbox.drop(first, as: "mini-medic.xml")
            try sandbox.drop(seeds, as: "seeds.json")
            #expect(try await sandbox.taxod("run", "--once").status == 0)
            let old = try sandbox.results(of: "seeds.json")
            #expect(old.count == 1)

            let row = """
                <Row><DiseaseName>Ocular Albinism</DiseaseName><DiseaseID>EX:000999</DiseaseID>\
                <ParentIDs>EX:000200</ParentIDs></Row></RowSet>
                """
            let second = String(decoding: first, as: UTF8.self)
                .replacingOccurrences(of: "</RowSet>", with: row)
            try sandbox.drop(second, as: "mini-medic.xml")
            #expect(try await sandbox.taxod("run", "--once").status == 0)
            try sandbox.drop(seeds, as: "seeds.json")
            #expect(try await sandbox.taxod("run", "--once").status == 0)
            let both = try sandbox.results(of: "seeds.json")
            #expect(both.count == 2)
            #expect(Set(both.map { $0.receipt["vocabulary"]["version"].string }).count == 2)

            // Unchanged: a duplicate that points to the newer result.
            try sandbox.drop(seeds, as: "once-more.json")
            #expect(try await sandbox.taxod("run", "--once").status == 0)
            #expect(try sandbox.results(of: "once-more.json").isEmpty)
            #expect(sandbox.places(of: "once-more.json") == ["_duplicate/once-more.json"])
            let note = try sandbox.note(beside: "_duplicate/once-more.json")
            let newer = try #require(
                both.first { $0.receipt["job"].string != old[0].receipt["job"].string }
            )
            #expect(note["result"].string == newer.receipt["result"].string)

            // Rolled back: what was decided on the old version is not asked again.
            let version = try #require(old[0].receipt["vocabulary"]["version"].string)
            let use = try await sandbox.taxod("vocabularies", "--use", String(version.prefix(12)))
            #expect(use.status == 0, "\(use.errors)")
            try sandbox.drop(seeds, as: "rolled-back.json")
            #expect(try await sandbox.taxod("run", "--once").status == 0)
            #expect(sandbox.places(of: "rolled-back.json") == ["_duplicate/rolled-back.json"])
            let older = try sandbox.note(beside: "_duplicate/rolled-back.json")
            #expect(older["result"].string == old[0].receipt["result"].string)
            let newest = try #require(newer.receipt["vocabulary"]["version"].string)
            let back = try await sandbox.taxod("vocabularies", "--use", String(newest.prefix(12)))
            #expect(back.status == 0, "\(back.errors)")

            let forced = "{\"force\": true, \"seeds\": \(seeds)}"
            for name in ["forced-1.json", "forced-2.json"] {
                try sandbox.drop(forced, as: name)
                #expect(try await sandbox.taxod("run", "--once").status == 0)
                #expect(try sandbox.results(of: name).count == 1, "\(name)")
            }

            let job = try #require(note["job"].string)
            let asked = try await sandbox.taxod("retry", String(job.suffix(8)))
            #expect(asked.status == 0, "\(asked.errors)")
            #expect(try await sandbox.taxod("run", "--once").status == 0)
            let repeated = try sandbox.results(of: "once-more.json")
            #expect(repeated.map { $0.receipt["retryOf"].string } == [job])
            #expect(
                repeated.first?.answers.first?["proposals"].array.map { $0["identifier"].string }
                    == newer.answers.first?["proposals"].array.map { $0["identifier"].string }
            )
            #expect(sandbox.places(of: "once-more.json") == ["_done/once-more.json"])

            let unknown = try await sandbox.taxod("retry", "00000000")
            #expect(unknown.status == 65)
        }
    }
}
