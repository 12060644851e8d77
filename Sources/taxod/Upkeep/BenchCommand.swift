import ArgumentParser
import Contract
import Engine
import Foundation
import Training
import Workshop

/// `taxod bench`: measures the speed of this machine and model.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure scoring, decoding and training, and the machine's peak.",
        usage: "taxod bench [--json] [--adapter <folder|none>] [<options>]",
        discussion: "Run nothing else on the machine meanwhile: it would lower the figures."
    )

    @OptionGroup var options: AdapterOptions

    @Flag(help: "Write JSON.")
    var json = false

    func run() throws {
        let configuration = try options.read().values
        let setup = EngineSetup(configuration)
        let model = try setup.embeddedModel()
        let base = try setup.decoderFile()
        var benchmark = EngineBenchmark(model)
        benchmark.workers = configuration.engineThreads
        func announce(_ step: String) {
            if !json { FileHandle.standardError.write(Data("measuring \(step) …\n".utf8)) }
        }
        var report = try benchmark.run(progress: announce)
        var training = TrainingBenchmark(base: base)
        training.recipe.workers = configuration.engineThreads
        announce("training, \(training.recipe.workers) workers")
        report.trainingTokensPerSecond = try training.tokensPerSecond()
        if json {
            FileHandle.standardOutput.write(try CanonicalJSON.readableData(of: report))
            return
        }
        func rate(_ value: Double) -> String { "\(Int(value.rounded())) tokens/s" }
        print(
            """
            model            \(model.identity.name)
            path             \(report.path), kernels \(report.kernelLevel)
            peak of a core   \(Int(report.peakGFlops)) G/s on this path \
            (float32 \(Int(report.peakFloat32GFlops)), bfloat16 \(Int(report.peakBFloat16GFlops)), \
            int8 \(Int(report.peakInt8GFlops)))
            scoring          \(rate(report.scoringTokensPerSecond)), \(report.workers) workers \
            (one: \(rate(report.scoringTokensPerSecondPerWorker)))
            one stream       \(rate(report.decodeTokensPerSecond))
            \(report.batchedStreams) streams       \(rate(report.batchedDecodeTokensPerSecond)) together
            training         \(rate(report.trainingTokensPerSecond ?? 0)), rank \
            \(training.recipe.rank), \(training.recipe.path.rawValue)
            memory           \(report.residentBytes >> 20) MB resident, \
            \(report.anonymousBytes >> 20) MB of it not mapped files
            """
        )
    }
}
