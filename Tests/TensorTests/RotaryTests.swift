import Tensor
import Testing

@Suite("Rotary embedding")
struct RotaryTests {
    @Test(
        "agrees with PyTorch",
        arguments: try GoldenCase.all("rotary"),
        KernelLevel.supported
    )
    func golden(_ golden: GoldenCase, level: KernelLevel) {
        let rotary = Rotary(
            headSize: golden.number("headSize"),
            rotated: golden.number("rotated"),
            base: Double(golden.number("base")),
            positions: 501,
            pairing: golden.number("halves") == 1 ? .halves : .adjacent
        )
        let heads = Matrix(golden.array("input"), rows: golden.rows, columns: golden.columns)
        rotary.apply(
            to: heads.view,
            positions: golden.array("positions").map { Int32($0) },
            level: level
        )
        expectClose(heads.elements, golden.array("output"))
    }

    @Test("rotating by negated positions restores the input", arguments: KernelLevel.supported)
    func inverse(_ level: KernelLevel) {
        var samples = Samples(seed: 34)
        let values = samples.floats(24)
        let heads = Matrix(values, rows: 1, columns: 24)
        for scale in [1.0, -1.0] {
            let rotary = Rotary(
                headSize: 12,
                base: 10_000,
                positions: 9,
                pairing: .halves,
                positionScale: scale
            )
            rotary.apply(to: heads.view, positions: [8], level: level)
        }
        expectClose(heads.elements, values)
    }

    @Test("a frequency factor slows its pair down")
    func factors() {
        let plain = Matrix([1, 0], rows: 1, columns: 2)
        let slowed = Matrix([1, 0], rows: 1, columns: 2)
        let pairing = Rotary.Pairing.adjacent
        Rotary(headSize: 2, base: 10, positions: 9, pairing: pairing)
            .apply(to: plain.view, positions: [2])
        Rotary(headSize: 2, base: 10, positions: 9, pairing: pairing, frequencyFactors: [4])
            .apply(to: slowed.view, positions: [8])
        #expect(plain.elements == slowed.elements)
    }
}
