import Tensor

/// The keys and values of all blocks, in numbered slots; one sequence family at a time uses it.
package final class DecoderCache {
    package let slots: Int
    let layers: [KeyValueCache]

    package var byteCount: Int { layers.reduce(0) { $0 + $1.byteCount } }

    /// - Parameters:
    ///   - slots: Tokens to hold at the same time.
    ///   - configuration: That of the decoder which will write here.
    package init(slots: Int, _ configuration: DecoderConfiguration) {
        layers = (0..<configuration.blocks).map { _ in
            KeyValueCache(
                capacity: slots,
                heads: configuration.keyValueHeads,
                headSize: configuration.headSize
            )
        }
        self.slots = slots
    }
}
