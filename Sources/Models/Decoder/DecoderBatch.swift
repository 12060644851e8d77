package import Tensor

/// Rows of one forward pass: tokens of one or several sequences, packed without padding.
///
/// Each row names the cache slot that receives its key and value, and the slots it sees (itself
/// among them). A prompt, the branches of its candidates and the next tokens of several streams
/// are all the same to the decoder.
package struct DecoderBatch: Sendable {
    package private(set) var tokens: [Int32] = []
    package private(set) var positions: [Int32] = []
    package private(set) var slots: [Int32] = []
    package private(set) var spans: [AttentionSpan] = []
    /// Rows whose logits are wanted, ascending.
    package private(set) var outputs: [Int] = []

    package init() {}

    package var count: Int { tokens.count }

    /// Adds a run of tokens that continue `prefix`, and see it and each other causally.
    ///
    /// - Parameters:
    ///   - run: The tokens.
    ///   - prefix: Slots of the tokens before them that lie elsewhere.
    ///   - ownStart: Slot where their own sequence begins; `seen` tokens of it are there already.
    ///   - seen: Tokens of the own sequence computed before.
    ///   - outputs: Whether logits are wanted for every row, the last one or none.
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

    /// Which rows of a run need logits.
    package enum Outputs: Sendable {
        case all, last, none
    }
}
