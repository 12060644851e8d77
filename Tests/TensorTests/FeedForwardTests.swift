import Tensor
import Testing

@Suite("Feed-forward units and sums")
struct FeedForwardTests {
    @Test(
        "GELU and SwiGLU agree with PyTorch",
        arguments: try GoldenCase.all("units"),
        KernelLevel.supported
    )
    func golden(_ golden: GoldenCase, level: KernelLevel) {
        let input = Matrix(golden.array("input"), rows: golden.rows, columns: golden.columns)
        let up = Matrix(golden.array("up"), rows: golden.rows, columns: golden.columns)
        let output = Matrix(rows: golden.rows, columns: golden.columns)
        GELU.apply(input.view, output: output.view, level: level)
        // The error function is known to 5e-7, and is multiplied by half of an input below 10.
        expectClose(output.elements, golden.array("gelu"), absolute: 2e-6)
        GELU.apply(input.view, form: .tanh, output: output.view, level: level)
        expectClose(output.elements, golden.array("gelu_tanh"))
        SwiGLU.apply(gate: input.view, up: up.view, output: output.view, level: level)
        expectClose(output.elements, golden.array("swiglu"))
        withExtendedLifetime((input, up)) {}
    }

    @Test("a NaN gate gives a NaN", arguments: KernelLevel.supported)
    func notFinite(_ level: KernelLevel) {
        let gate = Matrix([.nan, 1], rows: 1, columns: 2)
        let up = Matrix([1, 1], rows: 1, columns: 2)
        SwiGLU.apply(gate: gate.view, up: up.view, output: up.view, level: level)
        #expect(up.elements[0].isNaN && up.elements[1].isFinite)
        withExtendedLifetime(gate) {}
    }

    @Test("a residual and a bias are added element by element", arguments: KernelLevel.supported)
    func addition(_ level: KernelLevel) {
        var samples = Samples(seed: 33)
        let (one, other, bias) = (samples.floats(57), samples.floats(57), samples.floats(19))
        let target = Matrix(one, rows: 3, columns: 19)
        let added = Matrix(other, rows: 3, columns: 19)
        Addition.add(added.view, to: target.view, level: level)
        let sums = zip(one, other).map { $0 + $1 }
        #expect(target.elements == sums)
        Addition.add(bias: bias, to: target.view, level: level)
        let shifted = sums.enumerated().map { $1 + bias[$0 % 19] }
        #expect(target.elements == shifted)
        withExtendedLifetime(added) {}
    }
}
