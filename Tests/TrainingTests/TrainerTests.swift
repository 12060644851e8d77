import FoundationEssentials
import Glibc
import Inference
import Models
import Testing
import Training

@Suite("Trainer")
struct TrainerTests {
    /// Training of twelve steps on the tiny llama, with two validation examples.
    private static func trainer(
        _ path: WeightPath = .bfloat16,
        epochs: Int = 4,
        _ change: (inout Recipe) -> Void = { _ in }
    ) throws -> Trainer {
        let golden = try Golden.read()
        var recipe = golden.recipe(.sum)
        recipe.path = path
        recipe.epochs = epochs
        recipe.examplesPerStep = 2
        recipe.validationInterval = 3
        recipe.checkpointInterval = 2
        recipe.learningRate = 2e-3
        change(&recipe)
        return try Trainer(
            base: Golden.model("tiny-llama.gguf"),
            baseSHA256: "0",
            recipe: recipe,
            training: golden.examples,
            validation: Array(golden.examples.prefix(2))
        )
    }

    @Test("two runs give the same bytes", arguments: [1, 2, 3])
    func deterministic(_ workers: Int) throws {
        let one = try Self.trainer { $0.workers = workers }.run()
        let other = try Self.trainer { $0.workers = workers }.run()
        #expect(one.isComplete && one.steps == 12)
        #expect(one.losses == other.losses && one.validations == other.validations)
        #expect(bits(one.adapter) == bits(other.adapter))
        #expect((one.losses.last ?? .infinity) < (one.losses.first ?? 0))
    }

    @Test("training stopped after any step resumes as if it had not stopped")
    func resumed() throws {
        let whole = try Self.trainer().run()
        for stop in [1, 5, 11] {
            let folder = try Folder()
            let path = folder.file("checkpoint")
            var done = 0
            let part = try Self.trainer().run(
                checkpoint: path,
                isCancelled: { done >= stop },
                progress: { done = $0.step }
            )
            #expect(!part.isComplete && part.step == stop)
            let rest = try Self.trainer().run(checkpoint: path)
            #expect(rest.isComplete && rest.losses == whole.losses)
            #expect(rest.validations == whole.validations && rest.tokens == whole.tokens)
            #expect(bits(rest.adapter) == bits(whole.adapter))
            #expect(rest.adapterStep == whole.adapterStep)
            let again = try Self.trainer().run(checkpoint: path)
            #expect(again.isComplete && bits(again.adapter) == bits(whole.adapter))
        }
    }

    @Test("training stopped during a validation repeats it")
    func stoppedWhileLooking() throws {
        let whole = try Self.trainer().run()
        let folder = try Folder()
        let path = folder.file("checkpoint")
        // The first validation, and the one after the third step.
        for allowed in [0, 4] {
            var asked = 0
            let part = try Self.trainer().run(
                checkpoint: path,
                isCancelled: {
                    asked += 1
                    return asked > allowed
                }
            )
            #expect(!part.isComplete && part.step == (allowed == 0 ? 0 : 3))
            #expect(part.validations.count == (allowed == 0 ? 0 : 1))
        }
        let rest = try Self.trainer().run(checkpoint: path)
        #expect(rest.isComplete && rest.validations == whole.validations)
        #expect(bits(rest.adapter) == bits(whole.adapter))
    }

    @Test("a process killed between checkpoints resumes from the last one")
    func killed() throws {
        let folder = try Folder()
        let path = folder.file("checkpoint")
        let saved = folder.file("saved")
        let whole = try Self.trainer().run(
            checkpoint: path,
            progress: { progress in
                // The state that a kill in the middle of step 8 would leave.
                guard progress.step == 7 else { return }
                try? FileManager.default.copyItem(atPath: path, toPath: saved)
            }
        )
        var steps: [Int] = []
        let rest = try Self.trainer().run(checkpoint: saved, progress: { steps.append($0.step) })
        #expect(steps == Array(7...12))
        #expect(rest.losses == whole.losses && bits(rest.adapter) == bits(whole.adapter))
    }

    @Test("the factors with the lowest validation loss are kept")
    func best() throws {
        // A learning rate at which the loss rises again.
        let outcome = try Self.trainer(.float32, epochs: 8) {
            $0.learningRate = 3
            $0.decay = .none
        }.run()
        let losses = outcome.validations.map(\.loss)
        let best = try #require(outcome.validations.min { $0.loss < $1.loss })
        #expect(outcome.adapterStep == best.step && losses.count > 3)
        #expect(best.loss < (losses.last ?? 0))
        #expect(best.hitAt1 != nil && best.examples == 2)
    }

    @Test("training continues from an adapter")
    func started() throws {
        let golden = try Golden.read()
        let first = try Self.trainer(.float32).run()
        var recipe = golden.recipe(.sum)
        recipe.epochs = 1
        let next = try Trainer(
            base: Golden.model("tiny-llama.gguf"),
            baseSHA256: "0",
            recipe: recipe,
            start: first.adapter,
            training: golden.examples,
            validation: Array(golden.examples.prefix(2))
        ).run()
        let best = first.validations.map(\.loss).min() ?? 0
        #expect(abs((next.validations.first?.loss ?? 0) - best) <= 1e-4 * best)
    }

    @Test("a fresh adapter's B is zero and its A within PEFT's bound")
    func fresh() throws {
        let golden = try Golden.read()
        let adapter = try Self.trainer(.float32).run(isCancelled: { true }).adapter
        #expect(adapter.blocks.count == 2 && adapter.rank == golden.rank)
        for factors in adapter.blocks.flatMap(\.values) {
            #expect(factors.up.allSatisfy { $0 == 0 })
            let bound = 1 / Float(factors.inputs).squareRoot()
            #expect(factors.down.allSatisfy { abs($0) <= bound })
            #expect((factors.down.map(abs).max() ?? 0) > 0.8 * bound)
        }
    }

    @Test("a subset of the projections can be trained")
    func subset() throws {
        let outcome = try Self.trainer { $0.projections = [.value, .down] }.run()
        #expect(outcome.adapter.blocks.allSatisfy { Set($0.keys) == [.value, .down] })
        #expect((outcome.losses.last ?? .infinity) < (outcome.losses.first ?? 0))
    }

    @Test("a training set smaller than a step gives one step per epoch")
    func small() throws {
        let outcome = try Self.trainer { $0.examplesPerStep = 100 }.run()
        #expect(outcome.isComplete && outcome.steps == 4)
    }

    @Test("examples that are too long are skipped and counted")
    func long() throws {
        let outcome = try Self.trainer { $0.longestExample = 40 }.run()
        #expect(outcome.skipped > 0 && outcome.examples.values.reduce(0, +) < 5)
        #expect {
            _ = try Self.trainer { $0.longestExample = 2 }
        } throws: {
            guard case .noExamples(let skipped, 2) = $0 as? TrainingError else { return false }
            return skipped == 7 && "\($0)".contains("longer than 2 tokens")
        }
    }

    private func bits(_ adapter: LoRAAdapter) -> [[UInt32]] {
        adapter.blocks.flatMap { block in
            block.sorted { $0.key.rawValue < $1.key.rawValue }
                .map { ($0.value.down + $0.value.up).map(\.bitPattern) }
        }
    }
}

/// A folder that is removed when this object is deallocated.
final class Folder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/taxod-training-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }
}
