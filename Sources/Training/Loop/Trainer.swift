import Crypto
import FoundationEssentials
package import Inference
package import Models
package import Tensor
import Tokenizers

/// Trains a LoRA adapter for a frozen decoder.
///
/// Two runs with the same base model, recipe, examples and kernel level give the same factors bit
/// for bit, whether or not they were interrupted.
///
/// ## Source
/// Hu et al., *LoRA*, 2021 (arXiv:2106.09685).
package final class Trainer {
    package let recipe: Recipe
    /// Steps of the whole training run.
    package let steps: Int
    /// Examples skipped because they are too long.
    package let skipped: Int
    private let training: [TokenisedExample]
    private let validation: [TokenisedExample]
    private let factors: TrainedFactors
    private let gradients: FactorVector
    private let firstMoments: FactorVector
    private let secondMoments: FactorVector
    private let team: WorkerTeam
    private let optimiser: AdamW
    private let identity: Checkpoint.Identity
    /// The factors before the first step.
    private let start: [Float]

    /// Packs the base model and tokenises the examples.
    ///
    /// - Parameters:
    ///   - base: An open GGUF file; it stays mapped for the embeddings.
    ///   - baseSHA256: Its hash; a checkpoint is resumed only with the same one.
    ///   - recipe: How to train.
    ///   - adapter: The adapter to continue from, with the recipe's rank, alpha and projections.
    ///     Without one, A is drawn with the recipe's seed and B is 0.
    ///   - training: The examples to train on, in any order.
    ///   - validation: The examples to choose the best factors by; may be empty.
    ///   - level: The kernels to use.
    /// - Throws: `ModelFileError`, ``TrainingError``.
    package init(
        base: GGUFFile,
        baseSHA256: String,
        recipe: Recipe,
        start adapter: LoRAAdapter? = nil,
        training: [TrainingExample],
        validation: [TrainingExample] = [],
        level: KernelLevel = .current
    ) throws {
        try recipe.check()
        let tokenizer = try base.tokenizer()
        let context = try DecoderConfiguration(base).contextTokens
        let fitting = try [training, validation].map { examples in
            try Self.tokenised(examples, by: tokenizer, recipe, contextTokens: context)
        }
        self.training = fitting[0]
        self.validation = fitting[1]
        skipped = training.count + validation.count - fitting.reduce(0) { $0 + $1.count }
        self.recipe = recipe
        guard !self.training.isEmpty else {
            throw TrainingError.noExamples(skipped: skipped, longest: recipe.longestExample)
        }
        let perEpoch = (self.training.count + recipe.examplesPerStep - 1) / recipe.examplesPerStep
        steps = perEpoch * recipe.epochs

        let reach = (self.training + self.validation).map(\.reach).max() ?? 1
        let decoder = try FrozenDecoder(base, path: recipe.path, contextLimit: reach)
        let layout = FactorLayout(decoder.configuration, recipe: recipe)
        factors = TrainedFactors(layout)
        if let adapter {
            try factors.take(adapter, alpha: recipe.alpha)
        } else {
            factors.draw(seed: recipe.seed)
        }
        start = Array(factors.numbers)
        gradients = FactorVector(layout)
        firstMoments = FactorVector(layout)
        secondMoments = FactorVector(layout)
        team = WorkerTeam(decoder, factors: factors, recipe: recipe, level: level)
        optimiser = AdamW(weightDecay: recipe.weightDecay)
        identity = Checkpoint.Identity(
            recipe: recipe,
            baseSHA256: baseSHA256,
            examplesSHA256: try Self.hash(of: training + validation, count: training.count),
            startSHA256: start.withUnsafeBytes { SHA256.hash(data: Data($0)).hexadecimal },
            kernels: level.rawValue
        )
    }

    /// Tokenises examples, skipping those that are longer than the recipe or the model allows.
    private static func tokenised(
        _ examples: [TrainingExample],
        by tokenizer: any Tokenizer,
        _ recipe: Recipe,
        contextTokens: Int
    ) throws(TrainingError) -> [TokenisedExample] {
        var fitting: [TokenisedExample] = []
        for (index, example) in examples.enumerated() {
            let tokenised = try TokenisedExample(
                example,
                index: index,
                tokenizer: tokenizer,
                weight: recipe.weight(of: example.task)
            )
            if tokenised.rows <= recipe.longestExample, tokenised.reach <= contextTokens {
                fitting.append(tokenised)
            }
        }
        return fitting
    }

    private static func hash(of examples: [TrainingExample], count: Int) throws -> String {
        let encoder = Checkpoint.comparableEncoder
        var hash = SHA256()
        hash.update(data: Data("\(count)\n".utf8))
        for example in examples {
            hash.update(data: try encoder.encode(example))
            hash.update(data: Data("\n".utf8))
        }
        return hash.finalize().hexadecimal
    }

    /// Trains to the end, or until it is cancelled.
    ///
    /// - Parameters:
    ///   - path: A checkpoint, written at the recipe's interval and when training stops or ends. If it
    ///     exists, training resumes from it. Without a path nothing is written.
    ///   - isCancelled: Called before every step, and between parts of a validation.
    ///   - progress: Called after every step.
    /// - Returns: The best factors, and the course of the training.
    /// - Throws: ``TrainingError``.
    package func run(
        checkpoint path: String? = nil,
        isCancelled: () -> Bool = { false },
        progress: (TrainingProgress) -> Void = { _ in }
    ) throws -> TrainingOutcome {
        var state = try begin(path)
        let clock = ContinuousClock()
        let began = clock.now
        let before = (seconds: state.header.seconds, tokens: state.header.tokens)
        let processorBefore = state.header.processorSeconds - ProcessorTime.seconds
        let isResumed = state.header.step > 0
        var isSaved = validateIfDue(&state, isCancelled) == nil && isResumed
        var trained = Duration.zero
        while state.header.step < steps, !isCancelled() {
            let step = state.header.step
            let stepBegan = clock.now
            let batch = batch(step)
            let result = try take(step, batch)
            state.header.step = step + 1
            state.header.losses.append(result.loss)
            state.header.tokens += batch.reduce(0) { $0 + $1.rows }
            trained += clock.now - stepBegan
            let validated = validateIfDue(&state, isCancelled)
            if validation.isEmpty { keep(&state) }
            state.header.seconds = before.seconds + (clock.now - began) / .seconds(1)
            state.header.processorSeconds = processorBefore + ProcessorTime.seconds
            isSaved = false
            let isDue = step + 1 == steps || Self.isDue(step + 1, recipe.checkpointInterval)
            if let path, isDue {
                try save(&state, to: path)
                isSaved = true
            }
            let rate = Double(state.header.tokens - before.tokens) / (trained / .seconds(1))
            let perStep = Double(state.header.tokens) / Double(step + 1)
            progress(
                TrainingProgress(
                    step: step + 1,
                    steps: steps,
                    loss: result.loss,
                    learningRate: result.learningRate,
                    gradientNorm: result.norm,
                    tokensPerSecond: rate,
                    secondsLeft: perStep * Double(steps - step - 1) / rate,
                    validation: validated,
                    isSaved: isSaved
                )
            )
        }
        if let path, !isSaved { try save(&state, to: path) }
        return outcome(state)
    }

    private static func isDue(_ step: Int, _ interval: Int) -> Bool {
        interval > 0 && step.isMultiple(of: interval)
    }

    /// The state to begin with: that of the checkpoint, if there is one.
    private func begin(_ path: String?) throws -> Checkpoint {
        if let path, let found = try Checkpoint.read(path, for: identity, count: start.count) {
            _ = factors.numbers.update(fromContentsOf: found.numbers)
            _ = firstMoments.numbers.update(fromContentsOf: found.firstMoments)
            _ = secondMoments.numbers.update(fromContentsOf: found.secondMoments)
            factors.transpose()
            return found
        }
        _ = factors.numbers.update(fromContentsOf: start)
        firstMoments.numbers.update(repeating: 0)
        secondMoments.numbers.update(repeating: 0)
        factors.transpose()
        return Checkpoint(
            header: Checkpoint.Header(
                identity: identity,
                step: 0,
                losses: [],
                validations: [],
                bestStep: 0,
                tokens: 0,
                seconds: 0,
                processorSeconds: 0,
                count: start.count
            ),
            numbers: [],
            firstMoments: [],
            secondMoments: [],
            best: start
        )
    }

    private func save(_ state: inout Checkpoint, to path: String) throws {
        state.numbers = Array(factors.numbers)
        state.firstMoments = Array(firstMoments.numbers)
        state.secondMoments = Array(secondMoments.numbers)
        try state.write(to: path)
    }

    private func keep(_ state: inout Checkpoint) {
        state.header.bestStep = state.header.step
        state.best = Array(factors.numbers)
    }

    /// The examples of a step; every epoch has its own order.
    private func batch(_ step: Int) -> [TokenisedExample] {
        let perEpoch = steps / recipe.epochs
        let (epoch, number) = (step / perEpoch, step % perEpoch)
        var random = SplitMix64(seed: recipe.seed ^ 0x5851_F42D_4C95_7F2D, stream: epoch)
        let order = random.shuffled(Array(training.indices))
        let first = number * recipe.examplesPerStep
        return order[first..<min(first + recipe.examplesPerStep, order.count)].map { training[$0] }
    }

    private func take(
        _ step: Int,
        _ batch: [TokenisedExample]
    ) throws -> (loss: Double, norm: Double, learningRate: Double) {
        let total = batch.reduce(0) { $0 + $1.weight }
        let losses = team.losses(of: batch, gradientScale: 1 / total, into: gradients)
        let loss = Self.mean(losses, batch)
        let norm = gradients.numbers.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        guard loss.isFinite, norm.isFinite else { throw TrainingError.diverged(step: step) }
        let learningRate = recipe.learningRate(at: step, of: steps)
        optimiser.step(
            factors.numbers,
            gradient: gradients.numbers,
            first: firstMoments.numbers,
            second: secondMoments.numbers,
            step: step + 1,
            learningRate: learningRate,
            gradientScale: Float(min(1, recipe.gradientNorm / max(norm, 1e-30)))
        )
        factors.transpose()
        return (loss, norm, learningRate)
    }

    /// The unweighted losses of all training examples with the starting factors, and the gradient of
    /// their weighted mean in the form of an adapter.
    package func startingGradient() -> (losses: [Double], gradient: LoRAAdapter) {
        _ = factors.numbers.update(fromContentsOf: start)
        factors.transpose()
        let total = training.reduce(0) { $0 + $1.weight }
        let losses = team.losses(of: training, gradientScale: 1 / total, into: gradients)
        return (
            losses.map(\.value),
            factors.adapter(alpha: recipe.alpha, from: Array(gradients.numbers))
        )
    }

    private static func mean(_ losses: [ExampleLoss], _ examples: [TokenisedExample]) -> Double {
        let total = examples.reduce(0) { $0 + $1.weight }
        return zip(losses, examples).reduce(0) { $0 + $1.0.value * $1.1.weight } / total
    }

    /// Whether a validation is due after the steps done so far and has not been made yet.
    private func isValidationDue(_ header: Checkpoint.Header) -> Bool {
        let step = header.step
        let isDue = step == 0 || step == steps || Self.isDue(step, recipe.validationInterval)
        return isDue && !validation.isEmpty && header.validations.last?.step != step
    }

    /// Validation examples between two checks whether to stop.
    private static let validatedAtOnce = 32

    /// Computes the validation loss if it is due, and keeps the factors if they are the best so far; a
    /// validation that is cancelled starts again when training resumes.
    @discardableResult
    private func validateIfDue(
        _ state: inout Checkpoint,
        _ isCancelled: () -> Bool
    ) -> ValidationResult? {
        guard isValidationDue(state.header) else { return nil }
        var losses: [ExampleLoss] = []
        while losses.count < validation.count {
            if isCancelled() { return nil }
            let part = validation.dropFirst(losses.count).prefix(Self.validatedAtOnce)
            losses += team.losses(of: Array(part), gradientScale: nil, into: nil)
        }
        let hits = losses.compactMap(\.isHit)
        let result = ValidationResult(
            step: state.header.step,
            loss: Self.mean(losses, validation),
            hitAt1: hits.isEmpty ? nil : Double(hits.count { $0 }) / Double(hits.count),
            examples: losses.count
        )
        let best = state.header.validations.map(\.loss).min() ?? .infinity
        state.header.validations.append(result)
        if result.loss < best { keep(&state) }
        return result
    }

    private func outcome(_ state: Checkpoint) -> TrainingOutcome {
        var examples: [TrainingExample.Task: Int] = [:]
        for example in training { examples[example.task, default: 0] += 1 }
        return TrainingOutcome(
            adapter: factors.adapter(alpha: recipe.alpha, from: state.best),
            isComplete: state.header.step == steps && !isValidationDue(state.header),
            step: state.header.step,
            steps: steps,
            validations: state.header.validations,
            adapterStep: state.header.bestStep,
            losses: state.header.losses,
            tokens: state.header.tokens,
            seconds: state.header.seconds,
            processorSeconds: state.header.processorSeconds,
            examples: examples,
            skipped: skipped
        )
    }
}
