import Tensor

/// The keys and values of all blocks, in numbered slots.
///
/// It holds one prompt and the branches that continue it.
package final class DecoderCache {
    package let slots: Int
    let layers: [KeyValueCache]

    package var byteCount: Int { layers.reduce(0) { $0 + $1.byteCount } }

    /// - Parameters:
    ///   - slots: Tokens to hold at the same time.
    ///   - configuration: The configuration of the decoder that will use the cache.
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
