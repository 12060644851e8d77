import Foundation
import Testing

extension EndToEnd {
    @Suite("Environment", .enabled(if: Checkout.hasModels && Checkout.hasMEDIC, "no shared data"))
    struct ReferenceTests {
        @Test("the model alone chooses as an independent float32 implementation does")
        func agreement() async throws {
            let sandbox = try Sandbox(["models.arithmetic": "float32"])
            let data = Checkout.shared.appending(path: "data/expansion/environment")
            let golden = Checkout.root.appending(
                path: "Tests/EvaluationTests/Golden/environment-reference.json"
            )
            let end = try await sandbox.taxod(
                "evaluate",
                "expansion",
                "--json",
                "--adapter",
                "none",
                "--train",
                data.appending(path: "train.tsv").path(),
                "--test",
                data.appending(path: "test.tsv").path(),
                "--reference",
                golden.path()
            )
            #expect(end.status == 0, "\(end.errors)")
            let found = end.errors.firstMatch(of: /same first choice for (\d+) of (\d+)/)
            let same = try #require(found.flatMap { Int($0.1) }, "\(end.errors)")
            #expect(found?.2 == "52")
            #expect(same >= 50)
            let worst = end.errors.firstMatch(of: /differ by ([0-9.e-]+) at most/)
            #expect(try #require(worst.flatMap { Double($0.1) }) < 0.001)
            // “About what retrieval alone gives, or better”: 25 of 52.
            let fusion = try JSON(data: end.output)["taxonomyExpansion"]["fusion"]
            #expect(try #require(fusion["accuracy"].double) >= 100 * 24 / 52)
        }
    }
}
