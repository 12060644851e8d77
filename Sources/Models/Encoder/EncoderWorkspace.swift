package import Tensor

/// Scratch memory of one thread that runs an ``EncoderModel``.
package final class EncoderWorkspace {
    package let level: KernelLevel
    let activations: Activations
    let stream = FloatBuffer()
    let projected = FloatBuffer()
    let attended = FloatBuffer()
    let output = FloatBuffer()
    /// Shared by all blocks: an encoder needs the keys of a block only within that block.
    private(set) var cache: KeyValueCache?

    package init(level: KernelLevel = .current) {
        self.level = level
        activations = Activations(level: level)
    }

    func cache(slots: Int, heads: Int, headSize: Int) -> KeyValueCache {
        if let cache, cache.capacity >= slots, cache.heads == heads, cache.headSize == headSize {
            return cache
        }
        let grown = KeyValueCache(capacity: slots, heads: heads, headSize: headSize)
        cache = grown
        return grown
    }
}
