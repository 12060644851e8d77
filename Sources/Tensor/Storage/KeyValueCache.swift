import CKernels

/// The keys and values of one attention layer, in numbered slots.
///
/// A slot holds one token's key and value for every key-value head. An ``AttentionSpan`` says which
/// slots a query sees, and in which order; the cache itself knows no sequences. Keys are stored in the
/// layout that the kernels read: blocks of 16 slots, channel by channel.
package final class KeyValueCache {
    /// The number of slots: the requested capacity, rounded up to whole blocks.
    package let capacity: Int
    package let heads: Int
    package let headSize: Int
    private let keys: AlignedStorage
    private let values: AlignedStorage

    /// Memory of the cache.
    package var byteCount: Int { keys.byteCount + values.byteCount }

    /// - Parameters:
    ///   - capacity: Tokens to hold at the same time.
    ///   - heads: Key-value heads; with grouped queries there are fewer than query heads.
    ///   - headSize: Channels of one head.
    package init(capacity: Int, heads: Int, headSize: Int) {
        precondition(
            capacity > 0 && heads > 0 && headSize > 0,
            "KeyValueCache: \(capacity) slots of \(heads) × \(headSize)"
        )
        let block = Int(CK_KEY_BLOCK)
        self.capacity = (capacity + block - 1) / block * block
        self.heads = heads
        self.headSize = headSize
        // The value kernels read whole vectors of 16 channels.
        let padded = (headSize + 15) / 16 * 16
        let channel = self.capacity * heads * MemoryLayout<Float>.stride
        keys = AlignedStorage(byteCount: channel * headSize)
        values = AlignedStorage(byteCount: channel * padded)
    }

    /// Writes row r of `keys` and `values` to slot `slots[r]`.
    ///
    /// - Parameters:
    ///   - keys: `[R, heads · headSize]`, already rotated.
    ///   - values: `[R, heads · headSize]`.
    ///   - slots: `[R]`, each below ``capacity``.
    package func store(keys: MatrixView, values: MatrixView, slots: [Int32]) {
        keys.requireShape(slots.count, heads * headSize, "KeyValueCache.store keys")
        values.requireShape(slots.count, heads * headSize, "KeyValueCache.store values")
        precondition(
            slots.allSatisfy { $0 >= 0 && $0 < capacity },
            "KeyValueCache: a slot outside 0 ..< \(capacity)"
        )
        var cache = description
        ck_cache_store(
            &cache,
            keys.base,
            values.base,
            keys.rows,
            keys.stride,
            values.stride,
            slots
        )
    }

    /// Writes rows to consecutive slots.
    package func store(keys: MatrixView, values: MatrixView, at firstSlot: Int) {
        store(
            keys: keys,
            values: values,
            slots: (0..<keys.rows).map { Int32(firstSlot + $0) }
        )
    }

    var description: ck_cache {
        ck_cache(
            heads: heads,
            head_size: headSize,
            slots: capacity,
            keys: keys.base.assumingMemoryBound(to: Float.self),
            values: values.base.assumingMemoryBound(to: Float.self)
        )
    }
}
