import Models
import Tensor
import Testing

@Suite("Decoder against the reference")
struct DecoderGoldenTests {
    /// The reference sums in another order; 32-bit rounding through two blocks stays below this.
    static let tinyTolerance: Float = 2e-3

    @Test(
        "a tiny model's logits, in 32 bits at every kernel level",
        arguments: try TinyDecoders.all(),
        KernelLevel.supported
    )
    func tiny(_ entry: TinyDecoders.Entry, level: KernelLevel) throws {
        let run = try DecoderRun(entry.path, .float32, level: level)
        let rows = run.logits(entry.golden.tokens)
        var deviation = Deviation()
        deviation.add(rows, picked: entry.picked, golden: entry.golden.logits)
        #expect(deviation.greatest <= Self.tinyTolerance)
        #expect(
            Softmax.greatest(in: run.model.logits(of: 0..<40, run.workspace)) == entry.golden.argmax
        )
        #expect(run.greedy(entry.golden.tokens, 24) == entry.golden.greedy)
    }

    @Test(
        "the default model in 32 bits generates the reference's tokens",
        .enabled(if: DefaultModels.areThere, "\(DefaultModels.reason)")
    )
    func exact() throws {
        let golden = try DefaultDecoder.read()
        let run = try DecoderRun(#require(DefaultModels.decoder), .float32)
        var deviation = Deviation()
        for entry in golden.cases {
            let rows = run.logits(entry.golden.tokens)
            deviation.add(rows, picked: golden.picked, golden: entry.golden.logits)
            #expect(run.greedy(entry.golden.tokens, 64) == entry.golden.greedy)
        }
        #expect(deviation.greatest <= 0.01)
        print("float32: greatest \(deviation.greatest), rms \(deviation.rootMeanSquare)")
    }

    @Test(
        "the default model's rounded paths stay close to the reference",
        .enabled(if: DefaultModels.areThere, "\(DefaultModels.reason)"),
        arguments: [
            (WeightPath.bfloat16, 0.1, Float(1)), (.int8, 0.35, .infinity),
        ]
    )
    func rounded(_ path: WeightPath, rootMeanSquare: Double, greatest: Float) throws {
        let golden = try DefaultDecoder.read()
        let run = try DecoderRun(#require(DefaultModels.decoder), path)
        var deviation = Deviation()
        for entry in golden.cases {
            let rows = run.logits(entry.golden.tokens)
            deviation.add(rows, picked: golden.picked, golden: entry.golden.logits)
        }
        #expect(deviation.rootMeanSquare <= rootMeanSquare)
        #expect(deviation.greatest <= greatest)
        print("\(path): greatest \(deviation.greatest), rms \(deviation.rootMeanSquare)")
    }
}
