package import Tensor

/// The rows of one forward pass: tokens of one or more sequences, packed without padding.
///
/// Each row names the cache slot that receives its key and value, and the slots that it attends to
/// (including its own). A prompt, the branches of its candidates and the next tokens of several
/// streams all look the same to the decoder.
package struct DecoderBatch: Sendable {
    package private(set) var tokens: [Int32] = []
    package private(set) var positions: [Int32] = []
    package private(set) var slots: [Int32] = []
    package private(set) var spans: [AttentionSpan] = []
    /// Rows whose logits will be computed, ascending.
    package private(set) var outputs: [Int] = []

    package init() {}

    package var count: Int { tokens.count }

    /// Adds a run of tokens that continues `prefix`; each attends to the prefix and, causally, to its
    /// own sequence.
    ///
    /// - Parameters:
    ///   - run: The tokens.
    ///   - prefix: Slots of a shared prefix that is stored elsewhere.
    ///   - ownStart: First slot of the run's own sequence.
    ///   - seen: Tokens of that sequence that are in the cache already.
    ///   - outputs: Which rows need logits.
    package mutating func append(
        _ run: ArraySlice<Int32>,
        after prefix: Range<Int32> = 0..<0,
        ownStart: Int,
        seen: Int,
        outputs: Outputs
    ) {
        let first = count
        for (index, token) in run.enumerated() {
            let end = Int32(ownStart + seen + index + 1)
            tokens.append(token)
            positions.append(Int32(prefix.count + seen + index))
            slots.append(end - 1)
            spans.append(AttentionSpan(prefix: prefix, own: Int32(ownStart)..<end))
        }
        guard count > first else { return }
        switch outputs {
        case .all: self.outputs.append(contentsOf: first..<count)
        case .last: self.outputs.append(count - 1)
        case .none: break
        }
    }

    /// The rows of a run that need logits.
    package enum Outputs: Sendable {
        case all, last, none
    }
}
