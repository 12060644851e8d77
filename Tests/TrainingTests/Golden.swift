import FoundationEssentials
import Inference
import Models
import Tensor
import Training

/// What PyTorch computed for the tiny models, made by `Golden/make_golden.py`.
struct Golden: Decodable {
    struct Settings: Decodable {
        let learningRate: Double
        let warmUp: Double
        let weightDecay: Double
        let gradientNorm: Double
    }

    struct Factors: Decodable {
        let block: Int
        let projection: LoRAAdapter.Projection
        let down: [Float]
        let up: [Float]
        let inputs: Int
        let outputs: Int
    }

    struct Case: Decodable {
        let model: String
        let likelihood: Recipe.Likelihood
        let start: [Factors]
        let losses: [Double]
        let loss: Double
        let gradient: [Factors]
        let curve: [Double]
        let norms: [Double]
    }

    let rank: Int
    let alpha: Float
    let settings: Settings
    let taskWeights: [String: Double]
    var examples: [TrainingExample]
    let cases: [Case]

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().path

    static func read() throws -> Golden {
        let data = try Data(contentsOf: URL(filePath: "\(folder)/Golden/gradients.json"))
        return try JSONDecoder().decode(Golden.self, from: data)
    }

    /// A tiny model beside the engine's tests.
    static func model(_ name: String) throws -> GGUFFile {
        try GGUFFile(path: "\(folder)/../EngineTests/Golden/\(name)")
    }

    func adapter(_ factors: [Factors]) -> LoRAAdapter {
        let count = (factors.map(\.block).max() ?? 0) + 1
        var blocks = [[LoRAAdapter.Projection: LoRAAdapter.Factors]](repeating: [:], count: count)
        for one in factors {
            blocks[one.block][one.projection] = LoRAAdapter.Factors(
                down: one.down,
                up: one.up,
                inputs: one.inputs,
                outputs: one.outputs,
                rank: rank
            )
        }
        return LoRAAdapter(rank: rank, alpha: alpha, blocks: blocks)
    }

    /// The recipe of the reference, in 32 bits, all examples in every step.
    func recipe(_ likelihood: Recipe.Likelihood) -> Recipe {
        var recipe = Recipe()
        recipe.rank = rank
        recipe.alpha = alpha
        recipe.learningRate = settings.learningRate
        recipe.warmUp = settings.warmUp
        recipe.weightDecay = settings.weightDecay
        recipe.gradientNorm = settings.gradientNorm
        recipe.taskWeights = taskWeights
        recipe.likelihood = likelihood
        recipe.path = .float32
        recipe.negligibleShare = 0
        recipe.examplesPerStep = examples.count
        recipe.validationInterval = 0
        return recipe
    }

    func trainer(
        _ golden: Case,
        start: LoRAAdapter? = nil,
        examples: [TrainingExample]? = nil,
        level: KernelLevel = .current,
        _ change: (inout Recipe) -> Void = { _ in }
    ) throws -> Trainer {
        var recipe = recipe(golden.likelihood)
        change(&recipe)
        return try Trainer(
            base: Self.model(golden.model),
            baseSHA256: golden.model,
            recipe: recipe,
            start: start ?? adapter(golden.start),
            training: examples ?? self.examples,
            level: level
        )
    }
}

/// The greatest difference of two adapters' factors, as a share of the greatest factor of a layer.
func deviation(_ one: LoRAAdapter, _ other: LoRAAdapter) -> Float {
    var worst: Float = 0
    for (mine, theirs) in zip(one.blocks, other.blocks) {
        for (projection, factors) in theirs {
            guard let own = mine[projection] else { return .infinity }
            for (values, expected) in [(own.down, factors.down), (own.up, factors.up)] {
                let size = expected.map(abs).max() ?? 0
                for (value, wanted) in zip(values, expected) {
                    let difference = abs(value - wanted) / size
                    worst = difference.isNaN ? .infinity : max(worst, difference)
                }
            }
        }
    }
    return one.blocks.count == other.blocks.count ? worst : .infinity
}
