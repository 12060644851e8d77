import Dispatch
import Inference
import Synchronization
import Tensor

/// Measures the speed of a language model on this machine, in tokens per second.
///
/// Prompts are random tokens, so the result does not depend on any text. Every run uses different
/// ones, so that none finds its prompt in the cache.
package struct EngineBenchmark: Sendable {
    /// The figures, under the keys that `taxod bench --json` writes.
    package struct Report: Codable, Sendable {
        package var kernelLevel: String
        /// The arithmetic that ran.
        package var path: String
        /// The peak rate of one core for the path's number format, in 10⁹ operations per second.
        package var peakGFlops: Double
        package var peakFloat32GFlops: Double
        package var peakBFloat16GFlops: Double
        package var peakInt8GFlops: Double
        package var workers: Int
        /// Prompt tokens per second with one worker.
        package var scoringTokensPerSecondPerWorker: Double
        /// Prompt tokens per second of all workers together.
        package var scoringTokensPerSecond: Double
        /// Generated tokens per second of one stream on one worker.
        package var decodeTokensPerSecond: Double
        package var batchedStreams: Int
        /// Generated tokens per second of all streams on all workers together.
        package var batchedDecodeTokensPerSecond: Double
        /// Rows per second through the decoder, forward and backward; measured by the caller.
        package var trainingTokensPerSecond: Double?
        package var residentBytes: Int
        package var anonymousBytes: Int

        // The synthesised method would omit absent values; readers rely on every key, so they are null.
        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(kernelLevel, forKey: .kernelLevel)
            try container.encode(path, forKey: .path)
            try container.encode(peakGFlops, forKey: .peakGFlops)
            try container.encode(peakFloat32GFlops, forKey: .peakFloat32GFlops)
            try container.encode(peakBFloat16GFlops, forKey: .peakBFloat16GFlops)
            try container.encode(peakInt8GFlops, forKey: .peakInt8GFlops)
            try container.encode(workers, forKey: .workers)
            try container.encode(
                scoringTokensPerSecondPerWorker,
                forKey: .scoringTokensPerSecondPerWorker
            )
            try container.encode(scoringTokensPerSecond, forKey: .scoringTokensPerSecond)
            try container.encode(decodeTokensPerSecond, forKey: .decodeTokensPerSecond)
            try container.encode(batchedStreams, forKey: .batchedStreams)
            try container.encode(
                batchedDecodeTokensPerSecond,
                forKey: .batchedDecodeTokensPerSecond
            )
            try container.encode(trainingTokensPerSecond, forKey: .trainingTokensPerSecond)
            try container.encode(residentBytes, forKey: .residentBytes)
            try container.encode(anonymousBytes, forKey: .anonymousBytes)
        }
    }

    /// Tokens in a prompt.
    package var promptTokens = 512
    /// Prompts that each worker scores.
    package var prompts = 4
    /// Tokens that each stream generates.
    package var writtenTokens = 64
    package var streams = 12
    package var workers = 2
    private let model: EmbeddedLanguageModel

    package init(_ model: EmbeddedLanguageModel) { self.model = model }

    /// Runs all measurements; takes some seconds with the default model.
    ///
    /// - Parameter progress: Called with the name of the next measurement.
    /// - Returns: The figures.
    /// - Throws: `InferenceError` when the model's context is shorter than the prompts.
    package func run(progress: (String) -> Void = { _ in }) throws -> Report {
        progress("peak of one core")
        let peak = PeakMeter.measure(level: model.level)
        progress("scoring, one worker")
        // A first, unmeasured pass allocates scratch memory.
        try score(workers: workers, prompts: 1, seed: 1)
        let single = try rate(promptTokens * prompts) {
            try score(workers: 1, prompts: prompts, seed: 2)
        }
        progress("scoring, \(workers) workers")
        let scoring = try rate(promptTokens * prompts * workers) {
            try score(workers: workers, prompts: prompts, seed: 3)
        }
        progress("decoding, one stream")
        let decoding = try decodeRate(streams: 1, workers: 1)
        progress("decoding, \(streams) streams on \(workers) workers")
        let batched = try decodeRate(streams: streams, workers: workers)
        let memory = ResidentMemory.now()
        let path = model.model.weights.path
        let pathPeak =
            switch path {
            case .float32: peak.float32
            case .bfloat16: peak.bfloat16
            case .int8: peak.int8
            }
        return Report(
            kernelLevel: model.level.rawValue,
            path: path.rawValue,
            peakGFlops: pathPeak,
            peakFloat32GFlops: peak.float32,
            peakBFloat16GFlops: peak.bfloat16,
            peakInt8GFlops: peak.int8,
            workers: workers,
            scoringTokensPerSecondPerWorker: single,
            scoringTokensPerSecond: scoring,
            decodeTokensPerSecond: decoding,
            batchedStreams: streams,
            batchedDecodeTokensPerSecond: batched,
            trainingTokensPerSecond: nil,
            residentBytes: memory?.total ?? 0,
            anonymousBytes: memory?.anonymous ?? 0
        )
    }

    private func rate(_ tokens: Int, _ body: () throws -> Void) rethrows -> Double {
        let time = try ContinuousClock().measure(body)
        return Double(tokens) / (time / .seconds(1))
    }

    private func score(workers: Int, prompts: Int, seed: UInt64) throws {
        try perform(workers) { worker in
            var random = SplitMix64(seed: seed, stream: worker)
            for _ in 0..<prompts {
                let tokens = randomTokens(promptTokens + 1, &random)
                _ = try model.score([Array(tokens.suffix(1))], after: tokens.dropLast())
            }
        }
    }

    /// Measures generation; the time for the prompts is subtracted by a run that generates one token.
    private func decodeRate(streams: Int, workers: Int) throws -> Double {
        func time(_ tokens: Int) throws -> Double {
            let time = try ContinuousClock().measure {
                try perform(workers) { worker in
                    var random = SplitMix64(seed: 4, stream: worker)
                    let prompts = (0..<streams / workers).map { _ in randomTokens(64, &random) }
                    _ = try model.generate(
                        after: prompts,
                        GenerationOptions(maximumTokens: tokens, stops: []),
                        endTokens: []
                    )
                }
            }
            return time / .seconds(1)
        }
        let short = try time(1)
        let long = try time(1 + writtenTokens)
        return Double(streams / workers * workers * writtenTokens) / max(long - short, 1e-9)
    }

    private func randomTokens(_ count: Int, _ random: inout SplitMix64) -> [Int32] {
        (0..<count).map { _ in
            Int32.random(in: 0..<Int32(model.model.configuration.vocabulary), using: &random)
        }
    }

    /// Runs `body` once for each worker, each on its own thread.
    private func perform(_ workers: Int, _ body: @Sendable (Int) throws -> Void) throws {
        let failure = Mutex<(any Error)?>(nil)
        DispatchQueue.concurrentPerform(iterations: workers) { worker in
            do {
                try body(worker)
            } catch {
                failure.withLock { $0 = error }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }
}
