import Inference

extension Array {
    /// A random sample of at most `limit` elements, in their original order; all without a limit.
    package func sampled(_ limit: Int?, seed: UInt64) -> [Element] {
        guard let limit, limit < count else { return self }
        var generator = SplitMix64(seed: seed)
        return generator.shuffled(Array<Int>(indices)).prefix(Swift.max(limit, 0)).sorted()
            .map { self[$0] }
    }
}
