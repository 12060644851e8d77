import Dispatch
package import Inference
package import Models
import Synchronization
package import Tensor

/// The text encoder that runs inside this process.
package final class EmbeddedTextEncoder: TextEncoder {
    /// Tokens that go through the model together; the texts of a batch are packed without padding.
    private static let batchTokens = 512
    /// Batches per thread between two reports of progress.
    private static let waveBatches = 8

    package let identity: ModelIdentity
    package let model: EncoderModel
    private let level: KernelLevel
    private let threads: Int
    private let idle = Mutex<[IdleWorkspace]>([])

    package var dimension: Int { model.configuration.dimension }

    /// - Parameters:
    ///   - model: The encoder.
    ///   - identity: The model's identity, for provenance.
    ///   - level: The kernels to use.
    ///   - threads: Batches of one call that are computed concurrently.
    package init(
        _ model: EncoderModel,
        identity: ModelIdentity,
        level: KernelLevel = .current,
        threads: Int = 2
    ) {
        precondition(threads > 0, "\(threads) threads")
        self.model = model
        self.identity = identity
        self.level = level
        self.threads = threads
    }

    /// - Throws: `CancellationError` when the calling task is cancelled.
    package func encode(_ texts: [String], progress: (Int) -> Void) throws -> [Float] {
        var vectors: [Float] = []
        vectors.reserveCapacity(texts.count * dimension)
        // Texts are tokenised one wave of batches at a time, so that memory does not grow with their
        // number.
        var wave: [[[Int32]]] = [[]]
        var tokens = 0
        for (index, text) in texts.enumerated() {
            let sequence = model.tokenizer.encodeSequence(text)
            if tokens + sequence.count > Self.batchTokens, tokens > 0 {
                if wave.count == threads * Self.waveBatches {
                    try Task.checkCancellation()
                    vectors += compute(wave)
                    progress(index)
                    wave = []
                }
                wave.append([])
                tokens = 0
            }
            wave[wave.count - 1].append(sequence)
            tokens += sequence.count
        }
        vectors += compute(wave)
        progress(texts.count)
        return vectors
    }

    private func compute(_ batches: [[[Int32]]]) -> [Float] {
        let threads = min(threads, batches.count)
        guard threads > 1 else {
            return withWorkspace { workspace in
                batches.flatMap { model.encode($0, workspace: workspace) }
            }
        }
        let parts = Mutex<[Int: [Float]]>([:])
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: threads) { _ in
            withWorkspace { workspace in
                while true {
                    let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                    guard index < batches.count else { return }
                    let vectors = model.encode(batches[index], workspace: workspace)
                    parts.withLock { $0[index] = vectors }
                }
            }
        }
        return parts.withLock { parts in batches.indices.flatMap { parts[$0] ?? [] } }
    }

    private func withWorkspace<Result>(_ body: (EncoderWorkspace) -> Result) -> Result {
        let kept = idle.withLock { $0.popLast() }
        let box = kept ?? IdleWorkspace(EncoderWorkspace(level: level))
        defer { idle.withLock { $0.append(box) } }
        return body(box.workspace)
    }
}

/// Scratch memory between two calls.
///
/// `@unchecked Sendable`: a workspace is taken out of the list under its lock and put back after use,
/// so one thread at a time has it.
private struct IdleWorkspace: @unchecked Sendable {
    let workspace: EncoderWorkspace

    init(_ workspace: EncoderWorkspace) { self.workspace = workspace }
}
