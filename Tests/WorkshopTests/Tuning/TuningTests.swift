import Contract
import Foundation
import Inference
import Synchronization
import TaxoInstruct
import Testing
import Training
import Workshop

/// A training of the tiny decoder from its edges to its folder.
@Suite("Tuning")
struct TuningTests {
    private let tiny: TinyModels
    private let edges: String

    init() throws {
        tiny = try TinyModels()
        edges = try tiny.edges()
    }

    private func request(
        _ out: String,
        _ change: (inout Tuning.Request) -> Void = { _ in }
    ) -> Tuning.Request {
        var rows = SelfSupervisionOptions()
        rows.candidates = 2
        rows.tasks = [.place]
        var recipe = Recipe()
        recipe.examplesPerStep = 8
        recipe.workers = 1
        var request = Tuning.Request(
            taxonomy: edges,
            out: "\(tiny.space.path)/\(out)",
            hide: [],
            holdoutSeed: 1,
            validation: 0,
            rank: 2,
            alpha: 4,
            rowOptions: rows,
            recipe: recipe
        )
        change(&request)
        return request
    }

    private func run(
        _ request: Tuning.Request,
        _ monitor: WorkMonitor = WorkMonitor()
    ) throws -> AdapterCard {
        _ = try Tuning(request, tiny.configuration, monitor).run()
        let data = try Data(contentsOf: URL(filePath: "\(request.out)/taxod-card.json"))
        return try JSONDecoder().decode(AdapterCard.self, from: data)
    }

    @Test("the card tells what was taught; the same command again trains nothing")
    func card() throws {
        let card = try run(request("a"))
        let stage = try #require(card.stages.first)
        #expect(stage.taxonomy.hasSuffix("/edges"))
        #expect((stage.rows.values.reduce(0, +)) > 0)
        let again = try Tuning(request("a"), tiny.configuration, WorkMonitor()).run()
        #expect(again.contains("trained already"))
    }

    @Test("the same seed gives the same weights, another seed others")
    func seeds() throws {
        let first = try run(request("a")).weightsSHA256
        #expect(try run(request("b")).weightsSHA256 == first)
        #expect(try run(request("c") { $0.recipe.seed = 2 }).weightsSHA256 != first)
    }

    @Test("what is hidden stands in no row, and in the card")
    func hidden() throws {
        let request = request("a") { $0.hide = ["lung"] }
        let stage = try #require(try run(request).stages.first)
        #expect(stage.hidden == ["lung"])
        let rows = try TuningRows.read("\(request.out)/rows.jsonl")
        #expect(!rows.contains { $0.concepts.contains("lung") || $0.concepts.contains("cold") })
    }

    @Test("a training that is stopped goes on at its step, to the same weights")
    func stopped() throws {
        let whole = try run(request("a")).weightsSHA256
        let steps = Atomic<Int>(0)
        let monitor = WorkMonitor(shouldStop: { steps.load(ordering: .relaxed) >= 1 }) { event in
            if case .step = event { steps.add(1, ordering: .relaxed) }
        }
        #expect(throws: WorkStopped.self) { _ = try run(request("b"), monitor) }
        #expect(try run(request("b")).weightsSHA256 == whole)
    }

    @Test("a concept to hide that nobody knows is an error that names it")
    func unknown() {
        let error = #expect(throws: SubmissionError.self) {
            _ = try run(request("a") { $0.hide = ["unheard of"] })
        }
        #expect(error?.code == .seedsUnknown)
        #expect(error?.message.contains("unheard of") == true)
    }

    @Test("too few rows for one step are told with the number that is wanted")
    func tooFew() {
        let error = #expect(throws: SubmissionError.self) {
            _ = try run(request("a") { $0.recipe.examplesPerStep = 1000 })
        }
        #expect(error?.code == .emptyList)
        #expect(error?.message.contains("1000") == true)
    }
}
