import Inference
import Models
import Testing
import Training

@Suite("Gradients of the factors")
struct GradientTests {
    @Test("losses and every gradient equal PyTorch's", arguments: [0, 1])
    func golden(_ index: Int) throws {
        let golden = try Golden.read()
        let entry = golden.cases[index]
        let (losses, gradient) = try golden.trainer(entry).startingGradient()
        for (loss, expected) in zip(losses, entry.losses) {
            #expect(abs(loss - expected) <= 1e-4 * abs(expected) + 1e-5)
        }
        let worst = deviation(gradient, golden.adapter(entry.gradient))
        print("\(entry.model): greatest deviation of a gradient \(worst)")
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

    @Test("twenty steps lose as PyTorch's do", arguments: [0, 1])
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
}
