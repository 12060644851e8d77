import Inference
import Models
import Tensor
import Testing
import Training

@Suite("Gradients of the factors")
struct GradientTests {
    @Test(
        "losses and every gradient equal PyTorch's",
        arguments: [0, 1],
        KernelLevel.supported
    )
    func golden(_ index: Int, level: KernelLevel) throws {
        let golden = try Golden.read()
        let entry = golden.cases[index]
        let (losses, gradient) = try golden.trainer(entry, level: level)
            .startingGradient()
        for (loss, expected) in zip(losses, entry.losses) {
            #expect(abs(loss - expected) <= 1e-4 * abs(expected) + 1e-5)
        }
        let worst = deviation(gradient, golden.adapter(entry.gradient))
        print("\(entry.model), \(level): greatest deviation of a gradient \(worst)")
        #expect(worst <= 1e-3)
    }

    @Test("examples packed together and one by one give the same gradient", arguments: [0, 1])
    func packed(_ index: Int) throws {
        let golden = try Golden.read()
        let entry = golden.cases[index]
        let together = try golden.trainer(entry) {
            $0.workers = 1
            $0.rowsPerPass = 1000
        }
        let apart = try golden.trainer(entry) {
            $0.workers = 2
            $0.rowsPerPass = 1
        }
        let (one, other) = (together.startingGradient(), apart.startingGradient())
        #expect(one.losses == other.losses)
        #expect(deviation(one.gradient, other.gradient) <= 1e-4)
    }

    @Test("twenty steps have PyTorch's losses", arguments: [0, 1])
    func curve(_ index: Int) throws {
        let golden = try Golden.read()
        let entry = golden.cases[index]
        let trainer = try golden.trainer(entry) { $0.epochs = entry.curve.count }
        var norms: [Double] = []
        let outcome = try trainer.run(progress: { norms.append($0.gradientNorm) })
        #expect(outcome.isComplete && outcome.losses.count == entry.curve.count)
        for (loss, expected) in zip(outcome.losses, entry.curve) {
            #expect(abs(loss - expected) <= 1e-3 * abs(expected) + 1e-3)
        }
        for (norm, expected) in zip(norms, entry.norms) {
            #expect(abs(norm - expected) <= 1e-2 * abs(expected))
        }
        print(entry.model, outcome.losses.last ?? 0, entry.curve.last ?? 0)
    }

    @Test(
        "gradients equal finite differences, also with priors",
        arguments: [0, 1],
        [false, true]
    )
    func finiteDifferences(_ index: Int, hasPriors: Bool) throws {
        var golden = try Golden.read()
        if hasPriors {
            let plain = try golden.trainer(golden.cases[index]).startingGradient().losses
            for position in golden.examples.indices {
                let count = golden.examples[position].continuations.count
                golden.examples[position].priors = (0..<count).map { 1.5 - Double($0) }
            }
            let beside = try golden.trainer(golden.cases[index]).startingGradient().losses
            for (example, losses) in zip(golden.examples, zip(plain, beside)) {
                #expect((losses.0 == losses.1) == (example.loss == .answer))
            }
        }
        let entry = golden.cases[index]
        let gradient = try golden.trainer(entry).startingGradient().gradient
        let weights = golden.examples.map { golden.taskWeights[$0.task.rawValue] ?? 1 }
        func loss(_ adapter: LoRAAdapter) throws -> Double {
            let losses = try golden.trainer(entry, start: adapter).startingGradient().losses
            return zip(losses, weights).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
        }
        // The steepest direction of each projection of the last block.
        for projection in LoRAAdapter.Projection.allCases {
            let slope = try #require(gradient.blocks[1][projection])
            let all = slope.down + slope.up
            let norm = all.reduce(0) { $0 + $1 * $1 }.squareRoot()
            func moved(_ distance: Float) -> LoRAAdapter {
                var adapter = golden.adapter(entry.start)
                guard var factors = adapter.blocks[1][projection] else { return adapter }
                for (at, value) in slope.down.enumerated() {
                    factors.down[at] += distance * value / norm
                }
                for (at, value) in slope.up.enumerated() {
                    factors.up[at] += distance * value / norm
                }
                adapter.blocks[1][projection] = factors
                return adapter
            }
            let step: Float = 2e-3
            let measured = try (loss(moved(step)) - loss(moved(-step))) / Double(2 * step)
            // The third derivative, and 32-bit sums divided by the step.
            #expect(abs(measured - Double(norm)) <= 0.01 * Double(norm) + 2e-3)
        }
    }

    @Test("16-bit gradients have the direction of 32-bit ones", arguments: [0, 1])
    func rounded(_ index: Int) throws {
        let golden = try Golden.read()
        let entry = golden.cases[index]
        let exact = try golden.trainer(entry).startingGradient().gradient
        let rounded = try golden.trainer(entry) { $0.path = .bfloat16 }.startingGradient().gradient
        for (one, other) in zip(exact.blocks, rounded.blocks) {
            for (projection, factors) in one {
                let (x, y) = (factors.up, other[projection]?.up ?? [])
                func product(_ a: [Float], _ b: [Float]) -> Double {
                    zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
                }
                let cosine = product(x, y) / (product(x, x) * product(y, y)).squareRoot()
                #expect(cosine >= 0.98)
            }
        }
    }

    @Test("leaving out negligible slopes changes the gradient negligibly", arguments: [0, 1])
    func negligible(_ index: Int) throws {
        let golden = try Golden.read()
        let entry = golden.cases[index]
        let exact = try golden.trainer(entry) { $0.rowsPerPass = 1000 }.startingGradient()
        for (share, tolerance) in [(1e-3, Float(0.02)), (0.05, 0.5)] {
            let less = try golden.trainer(entry) {
                $0.negligibleShare = share
                $0.rowsPerPass = 1000
            }
            .startingGradient()
            #expect(less.losses == exact.losses)
            #expect(deviation(less.gradient, exact.gradient) <= tolerance)
        }
    }
}
