import Tensor
import Testing

@Suite("Norms")
struct NormTests {
    @Test(
        "RMSNorm agrees with PyTorch",
        arguments: try GoldenCase.all("rmsnorm"),
        KernelLevel.supported
    )
    func rms(_ golden: GoldenCase, level: KernelLevel) {
        let input = Matrix(golden.array("input"), rows: golden.rows, columns: golden.columns)
        RMSNorm.apply(
            input.view,
            gain: golden.array("gain"),
            epsilon: golden.epsilon,
            output: input.view,
            level: level
        )
        expectClose(input.elements, golden.array("output"))
    }

    @Test(
        "LayerNorm agrees with PyTorch",
        arguments: try GoldenCase.all("layernorm"),
        KernelLevel.supported
    )
    func layer(_ golden: GoldenCase, level: KernelLevel) {
        let input = Matrix(golden.array("input"), rows: golden.rows, columns: golden.columns)
        LayerNorm.apply(
            input.view,
            gain: golden.array("gain"),
            bias: golden.array("bias"),
            epsilon: golden.epsilon,
            output: input.view,
            level: level
        )
        // Around 1000 an input is itself rounded by up to 3e-5, and gains are up to 3.
        let absolute: Float = golden.name == "far from zero" ? 1e-4 : 2e-6
        expectClose(input.elements, golden.array("output"), absolute: absolute)
    }

    @Test("scaling the input does not change RMSNorm", arguments: KernelLevel.supported)
    func scaleInvariance(_ level: KernelLevel) {
        var samples = Samples(seed: 31)
        let values = samples.floats(21)
        let gain = samples.floats(21)
        let once = Matrix(values, rows: 1, columns: 21)
        let scaled = Matrix(values.map { $0 * 64 }, rows: 1, columns: 21)
        for matrix in [once, scaled] {
            RMSNorm.apply(
                matrix.view,
                gain: gain,
                epsilon: 1e-12,
                output: matrix.view,
                level: level
            )
        }
        expectClose(scaled.elements, once.elements)
    }

    @Test("a column view does not change its neighbours", arguments: KernelLevel.supported)
    func columns(_ level: KernelLevel) {
        var samples = Samples(seed: 32)
        let values = samples.floats(3 * 30)
        let matrix = Matrix(values, rows: 3, columns: 30)
        let part = matrix.view.columns(5..<22)
        RMSNorm.apply(
            part,
            gain: [Float](repeating: 1, count: 17),
            epsilon: 1e-6,
            output: part,
            level: level
        )
        let after = matrix.elements
        for index in values.indices {
            #expect((after[index] == values[index]) == !(5..<22).contains(index % 30))
        }
    }

    @Test("a NaN stays in its row", arguments: KernelLevel.supported)
    func notFinite(_ level: KernelLevel) {
        var values = [Float](repeating: 1, count: 3 * 20)
        values[25] = .nan
        let matrix = Matrix(values, rows: 3, columns: 20)
        let gain = [Float](repeating: 1, count: 20)
        RMSNorm.apply(matrix.view, gain: gain, epsilon: 0, output: matrix.view, level: level)
        let after = matrix.elements
        #expect(after[..<20].allSatisfy { $0 == 1 })
        #expect(after[20..<40].allSatisfy { $0.isNaN })
        #expect(after[40...].allSatisfy { $0 == 1 })
    }
}
