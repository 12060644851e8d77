import FoundationEssentials
import Glibc
import Inference
import Models
import Testing
import Training

@Suite("Training faults")
struct FaultTests {
    private static func trainer(
        base: String = "0",
        examples: [TrainingExample]? = nil,
        start: LoRAAdapter? = nil,
        _ change: (inout Recipe) -> Void = { _ in }
    ) throws -> Trainer {
        let golden = try Golden.read()
        var recipe = golden.recipe(.sum)
        recipe.epochs = 3
        change(&recipe)
        return try Trainer(
            base: Golden.model("tiny-llama.gguf"),
            baseSHA256: base,
            recipe: recipe,
            start: start,
            training: examples ?? golden.examples
        )
    }

    /// A checkpoint after one step.
    private static func checkpoint(_ folder: Folder) throws -> String {
        let path = folder.file("checkpoint")
        var done = 0
        _ = try trainer().run(
            checkpoint: path,
            isCancelled: { done >= 1 },
            progress: { done = $0.step }
        )
        return path
    }

    @Test("a corrupt checkpoint is refused with its path and a remedy, and left unchanged")
    func corrupt() throws {
        let folder = try Folder()
        let path = try Self.checkpoint(folder)
        let good = try Data(contentsOf: URL(filePath: path))
        var flipped = good
        flipped[good.count / 2] ^= 1
        for bytes in [flipped, good.prefix(good.count - 7), good.prefix(20), Data()] {
            try Data(bytes).write(to: URL(filePath: path))
            #expect {
                _ = try Self.trainer().run(checkpoint: path)
            } throws: {
                guard case .checkpointCorrupt = $0 as? TrainingError else { return false }
                return "\($0)".contains(path) && "\($0)".contains("Delete it")
            }
            #expect(try Data(contentsOf: URL(filePath: path)) == Data(bytes))
        }
    }

    @Test("a checkpoint of another model, recipe, start or set of examples is refused")
    func mismatch() throws {
        let folder = try Folder()
        let path = try Self.checkpoint(folder)
        let golden = try Golden.read()
        let others: [(String, Trainer)] = [
            ("base model", try Self.trainer(base: "1")),
            ("recipe", try Self.trainer { $0.learningRate = 1e-4 }),
            ("examples", try Self.trainer(examples: Array(golden.examples.dropLast()))),
            ("starting", try Self.trainer(start: golden.adapter(golden.cases[0].start))),
        ]
        for (what, trainer) in others {
            #expect {
                _ = try trainer.run(checkpoint: path)
            } throws: {
                guard case .checkpointMismatch = $0 as? TrainingError else { return false }
                return "\($0)".contains(what) && "\($0)".contains(path)
            }
        }
    }

    @Test("a failed write of a checkpoint leaves the earlier one intact")
    func unwritable() throws {
        let folder = try Folder()
        let path = try Self.checkpoint(folder)
        let before = try Data(contentsOf: URL(filePath: path))
        #expect(mkdir(path + ".tmp", 0o700) == 0)
        #expect {
            _ = try Self.trainer().run(checkpoint: path)
        } throws: {
            guard case .file("create", _, _) = $0 as? TrainingError else { return false }
            return "\($0)".contains("Is a directory")
        }
        #expect(try Data(contentsOf: URL(filePath: path)) == before)
        #expect(try Self.trainer().run(checkpoint: path).isComplete)
    }

    @Test("missing examples and invalid values are reported before any work")
    func nonsense() throws {
        #expect(throws: TrainingError.noExamples(skipped: 0, longest: 1536)) {
            _ = try Self.trainer(examples: []) { $0.longestExample = 1536 }
        }
        var example = try Golden.read().examples[0]
        example.correct = [9]
        #expect {
            _ = try Self.trainer(examples: [example])
        } throws: {
            "\($0)".contains("training example 1")
        }
        example.correct = []
        #expect(throws: TrainingError.self) { _ = try Self.trainer(examples: [example]) }
        for change: (inout Recipe) -> Void in [
            { $0.rank = 0 }, { $0.learningRate = -.nan }, { $0.projections = [] },
            { $0.epochs = 0 }, { $0.path = .int8 },
        ] {
            #expect(throws: TrainingError.self) { _ = try Self.trainer(change) }
        }
    }

    @Test("an adapter that does not fit is refused")
    func adapter() throws {
        let golden = try Golden.read()
        let fitting = golden.adapter(golden.cases[0].start)
        var fewer = fitting
        fewer.blocks.removeLast()
        var lacking = fitting
        lacking.blocks[1][.up] = nil
        let scaled = LoRAAdapter(rank: fitting.rank, alpha: 1, blocks: fitting.blocks)
        for other in [fewer, lacking, scaled] {
            #expect {
                _ = try Self.trainer(start: other)
            } throws: {
                guard case .adapterMismatch = $0 as? TrainingError else { return false }
                return true
            }
        }
        #expect(throws: TrainingError.self) {
            _ = try Self.trainer(start: fitting) { $0.projections = [.query] }
        }
    }
}
