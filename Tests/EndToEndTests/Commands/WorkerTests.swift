import Foundation
import Testing

extension EndToEnd {
    @Suite("taxod expand")
    struct WorkerTests {
        private static let lines = """
            {"key":"a","task":"place","term":"renal artery spasm"}
            this is no JSON
            {"key":"c","seeds":["Glaucoma","Cataract"]}

            {"key":"d","task":"summon","seeds":["Glaucoma","Cataract"]}
            [1, 2]
            {"key":"f","seeds":["Glaucoma"]}
            {"term":"torsades de pointes"}
            {"key":"h","task":"audit","term":"Glaucoma"}
            {"key":"i","tree":[{"child":"Glaucoma","parent":"Eye Diseases"}]}
            {"key":7,"seeds":"Glaucoma"}

            """

        @Test(
            "answers come in the order of the lines with their keys; threads change no byte",
            .enabled(if: Checkout.hasModels, "the default models are not there")
        )
        func order() async throws {
            let sandbox = try Sandbox(holding: try await Vocabularies.shared.small())
            let input = Data(Self.lines.utf8)
            let one = try await sandbox.taxod("expand", "--threads", "1", input: input)
            #expect(one.status == 0, "\(one.errors)")
            let answers = try JSON.lines(one.output)
            #expect(
                answers.map { $0["key"].string } == [
                    "a", "line 2", "c", "d", "line 6.1", "line 6.2", "f", "line 8", "h", "i",
                    "line 11",
                ]
            )
            #expect(
                answers.map { $0["status"].string == "error" } == [
                    false, true, false, true, false, false, true, false, false, false, true,
                ]
            )
            #expect(
                answers.filter { $0["status"].string == "error" }.map {
                    $0["reason"]["code"].string
                }
                    == [
                        "malformed-json", "unknown-task", "seed-set-too-small",
                        "seed-set-too-small",
                    ]
            )
            #expect(answers.allSatisfy { $0["schema"].string == "taxod.answer/1" })
            let two = try await sandbox.taxod("expand", "--threads", "2", input: input)
            #expect(two.status == 0)
            #expect(two.output == one.output)
        }

        @Test("without a vocabulary it ends with status 75, with an unknown one with 65")
        func noVocabulary() async throws {
            let empty = try Sandbox()
            let end = try await empty.taxod("expand", input: Data(Self.lines.utf8))
            #expect(end.status == 75, "\(end.errors)")
            #expect(end.output.isEmpty)
            #expect(end.errors.contains("no-vocabulary"))
            guard Checkout.hasModels else { return }
            let loaded = try Sandbox(holding: try await Vocabularies.shared.small())
            let unknown = try await loaded.taxod("expand", "--vocabulary", "SNOMED")
            #expect(unknown.status == 65, "\(unknown.errors)")
        }

        @Test(
            "TAXOD_KERNELS forces a level, and a level that does not exist is refused by name",
            .enabled(if: Checkout.hasModels, "the default models are not there")
        )
        func kernels() async throws {
            let sandbox = try Sandbox(holding: try await Vocabularies.shared.small())
            let query = Data("{\"term\":\"torsades de pointes\"}\n".utf8)
            let forced = try await sandbox.taxod(
                "expand",
                "--model",
                "none",
                input: query,
                environment: ["TAXOD_KERNELS": "portable"]
            )
            #expect(forced.status == 0, "\(forced.errors)")
            let path = try JSON.lines(forced.output).first?["provenance"]["path"].string
            #expect(path?.hasSuffix(" portable") == true)
            let wrong = try await sandbox.taxod(
                "expand",
                input: query,
                environment: ["TAXOD_KERNELS": "avx1024"]
            )
            #expect(wrong.status == 69)
            #expect(wrong.errors.contains("avx1024"))
            #expect(wrong.errors.contains("portable, avx2"))
        }
    }
}
