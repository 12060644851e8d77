import Engine
import FoundationEssentials
import Inference
import Models
import Testing

/// The method's questions: which of twenty parents fits best, by log-likelihood per token.
@Suite("Placement queries on the default model")
struct PlacementTests {
    struct Queries: Decodable {
        struct Query: Decodable {
            let prompt: String
            let candidates: [String]
            let logLikelihoods: [Double]?
            let tokens: [Int]?
        }
        let queries: [Query]
    }

    static func model(_ path: WeightPath) throws -> EmbeddedLanguageModel {
        try EngineLoader(path: path)
            .languageModel(.init(path: #require(DefaultModels.decoder), sha256: ""))
    }

    static func first(_ values: [Double]) -> Int {
        values.indices.max { values[$0] < values[$1] } ?? 0
    }

    /// First candidate of every query by the sum over tokens, then by the mean.
    static func choices(
        _ model: EmbeddedLanguageModel,
        _ queries: [Queries.Query]
    ) throws -> [[Int]] {
        let scores = try queries.map { try model.score($0.candidates, after: $0.prompt) }
        return [
            scores.map { first($0.map(\.logLikelihood)) }, scores.map { first($0.map(\.perToken)) },
        ]
    }

    @Test(
        "in 32 bits every log-likelihood equals the reference's",
        .enabled(if: DefaultModels.areThere, "\(DefaultModels.reason)")
    )
    func exact() throws {
        let model = try Self.model(.float32)
        // Three queries; the rounded paths below are tested on more.
        let queries = try GoldenFiles.read(Queries.self, "placements.json").queries
        for query in queries.prefix(3) {
            let scores = try model.score(query.candidates, after: query.prompt)
            #expect(scores.map(\.tokens) == query.tokens)
            for (score, golden) in zip(scores, query.logLikelihoods ?? []) {
                #expect(abs(score.logLikelihood - golden) <= 0.002)
            }
        }
    }

    @Test(
        "rounded paths choose the reference's first candidate",
        .enabled(if: DefaultModels.areThere, "\(DefaultModels.reason)"),
        arguments: [(WeightPath.bfloat16, 0.97), (.int8, 0.9)]
    )
    func rounded(_ path: WeightPath, _ share: Double) throws {
        let queries = try GoldenFiles.read(Queries.self, "placements.json").queries.prefix(24)
        let golden = queries.map { Self.first($0.logLikelihoods ?? []) }
        let chosen = try Self.choices(Self.model(path), Array(queries))[0]
        let equal = zip(golden, chosen).count { $0 == $1 }
        print("\(path): first candidate equal for \(equal) of \(queries.count)")
        // 24 queries: one more may differ than the share of a large sample allows.
        #expect(Double(equal + 1) >= share * Double(queries.count))
    }

    @Test(
        "prints the agreement of the rounded paths on a larger sample",
        .enabled(if: DefaultModels.areThere, "\(DefaultModels.reason)"),
        .enabled(
            if: ProcessInfo.processInfo.environment["TAXOD_PLACEMENTS"] != nil,
            "set TAXOD_PLACEMENTS to a file of queries"
        )
    )
    func largeSample() throws {
        let path = try #require(ProcessInfo.processInfo.environment["TAXOD_PLACEMENTS"])
        let queries = try JSONDecoder().decode(
            Queries.self,
            from: Data(contentsOf: URL(filePath: path))
        ).queries
        let exact = try Self.choices(Self.model(.float32), queries)
        for path in [WeightPath.bfloat16, .int8] {
            let rounded = try Self.choices(Self.model(path), queries)
            for (name, (one, other)) in zip(["sum", "per token"], zip(exact, rounded)) {
                let equal = zip(one, other).count { $0 == $1 }
                print("\(path), \(name): \(equal) of \(queries.count) as in 32 bits")
            }
        }
    }
}
