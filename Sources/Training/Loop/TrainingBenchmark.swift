import Inference
package import Models
package import Tensor

/// Measures the speed of training on this machine, in tokens per second.
///
/// The examples have the shape of a placement with eight known pairs and twenty candidates. Their
/// tokens are random, so the result does not depend on any text.
package struct TrainingBenchmark: Sendable {
    /// Tokens in a prompt.
    package var promptTokens = 112
    /// Tokens in each continuation, taken from the candidates of one placement in MEDIC.
    package var continuationTokens = [6, 2, 3, 2, 7, 4, 8, 6, 6, 9, 2, 2, 4, 7, 4, 6, 4, 5, 2, 6]
    /// Measured steps; each has as many examples as the recipe says.
    package var steps = 2
    package var recipe = Recipe()
    private let base: GGUFFile
    private let level: KernelLevel

    package init(base: GGUFFile, level: KernelLevel = .current) {
        // On random tokens the share of small gradients is not typical; measure the whole backward pass.
        recipe.negligibleShare = 0
        self.base = base
        self.level = level
    }

    /// Measures whole steps: forward pass, backward pass and optimiser.
    ///
    /// - Returns: Rows through the decoder, of prompts and continuations, per second.
    /// - Throws: `ModelFileError`, ``TrainingError``.
    package func tokensPerSecond() throws -> Double {
        try recipe.check()
        let reach = promptTokens + (continuationTokens.max() ?? 0)
        let decoder = try FrozenDecoder(base, path: recipe.path, contextLimit: reach)
        let factors = TrainedFactors(FactorLayout(decoder.configuration, recipe: recipe))
        factors.draw(seed: recipe.seed)
        let team = WorkerTeam(decoder, factors: factors, recipe: recipe, level: level)
        let gradients = FactorVector(factors.layout)
        let moments = (FactorVector(factors.layout), FactorVector(factors.layout))
        let optimiser = AdamW(weightDecay: recipe.weightDecay)
        var random = SplitMix64(seed: recipe.seed)
        let examples = (0..<recipe.examplesPerStep).map { _ in
            TokenisedExample(
                prompt: tokens(promptTokens, decoder, &random),
                continuations: continuationTokens.map { tokens($0, decoder, &random) }
            )
        }
        func step(_ number: Int) {
            let scale = 1 / Double(examples.count)
            _ = team.losses(of: examples, gradientScale: scale, into: gradients)
            optimiser.step(
                factors.numbers,
                gradient: gradients.numbers,
                first: moments.0.numbers,
                second: moments.1.numbers,
                step: number,
                learningRate: recipe.learningRate,
                gradientScale: 1
            )
            factors.transpose()
        }
        // A first, unmeasured step allocates scratch memory.
        step(1)
        let time = ContinuousClock().measure {
            for number in 0..<steps { step(2 + number) }
        }
        let rows = examples.reduce(0) { $0 + $1.rows }
        return Double(rows * steps) / (time / .seconds(1))
    }

    private func tokens(
        _ count: Int,
        _ decoder: FrozenDecoder,
        _ random: inout SplitMix64
    ) -> [Int32] {
        (0..<count).map { _ in Int32(random.next(below: decoder.configuration.vocabulary)) }
    }
}
