import Tensor
import Testing

@Suite("Softmax")
struct SoftmaxTests {
    @Test(
        "probabilities, log-probabilities and the greatest agree with PyTorch",
        arguments: try GoldenCase.all("softmax"),
        KernelLevel.supported
    )
    func golden(_ golden: GoldenCase, level: KernelLevel) {
        let logits = Matrix(golden.array("input"), rows: golden.rows, columns: golden.columns)
        let logs = Softmax.logProbabilities(
            of: golden.array("targets").map { Int32($0) },
            in: logits.view,
            level: level
        )
        expectClose(logs, golden.array("log"), absolute: 2e-6, relative: 1e-6)
        let greatest = Softmax.greatest(in: logits.view, level: level)
        #expect(greatest == golden.array("greatest").map { Int32($0) })
        Softmax.apply(logits.view, level: level)
        expectClose(logits.elements, golden.array("softmax"), absolute: 1e-7)
    }

    @Test("log-probabilities in a vocabulary of 49,152 are correct to 1e-5")
    func vocabulary() {
        var samples = Samples(seed: 35)
        let values = samples.floats(49_152).map { $0 * 6 }
        let sum = values.reduce(0.0) { $0 + exponential(Double($1)) }
        let logits = Matrix(values, rows: 1, columns: values.count)
        for level in KernelLevel.supported {
            let found = Softmax.logProbabilities(of: [77], in: logits.view, level: level)
            expectClose(
                found.map { Float(exponential(Double($0)) * sum) },
                [Float(exponential(Double(values[77])))],
                absolute: 0,
                relative: 1e-5
            )
        }
    }

    @Test("the greatest is the first of equals, never a NaN", arguments: KernelLevel.supported)
    func greatest(_ level: KernelLevel) {
        func greatest(_ values: [Float]) -> Int32 {
            let logits = Matrix(values, rows: 1, columns: values.count)
            return withExtendedLifetime(logits) {
                Softmax.greatest(in: logits.view, level: level)[0]
            }
        }
        #expect(greatest([1, 5, 5, 2]) == 1)
        #expect(greatest([.nan, 1, .nan, 7, .nan]) == 3)
        #expect(greatest([Float](repeating: -.infinity, count: 20)) == 0)
        #expect(greatest([.nan]) == 0)
        #expect(greatest([Float](repeating: 0, count: 40) + [1]) == 40)
    }

    @Test("a masked logit has probability zero", arguments: KernelLevel.supported)
    func masked(_ level: KernelLevel) {
        let logits = Matrix([0, -.infinity, 0], rows: 1, columns: 3)
        Softmax.apply(logits.view, level: level)
        #expect(logits.elements == [0.5, 0, 0.5])
    }
}
