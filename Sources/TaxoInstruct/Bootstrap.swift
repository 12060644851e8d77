import Inference

/// Means with their intervals by resampling the queries.
package struct Bootstrap {
    /// Mean and percentiles 2.5 and 97.5 of the resampled means.
    package struct Interval: Hashable, Sendable {
        package let mean: Double
        package let low: Double
        package let high: Double
    }

    /// Resamples that the percentiles are read from.
    private static let resamples = 2_000

    private let seed: UInt64

    package init(seed: UInt64) { self.seed = seed }

    /// The interval of the mean of `values`, one for each query; zeros for none.
    ///
    /// The same seed draws the same queries for every measure, so that measures are comparable.
    package func interval(_ values: [Double]) -> Interval {
        guard !values.isEmpty else { return Interval(mean: 0, low: 0, high: 0) }
        var generator = SplitMix64(seed: seed)
        let count = Double(values.count)
        var means = (0..<Self.resamples).map { _ in
            values.indices.reduce(0) { sum, _ in
                sum + values[generator.next(below: values.count)]
            } / count
        }
        means.sort()
        return Interval(
            mean: values.reduce(0, +) / count,
            low: means[Int(0.025 * Double(Self.resamples))],
            high: means[Int(0.975 * Double(Self.resamples)) - 1]
        )
    }
}
