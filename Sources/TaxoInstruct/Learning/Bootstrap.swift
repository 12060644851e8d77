import Inference

/// Bootstrap confidence intervals by resampling queries.
package struct Bootstrap: Sendable {
    /// An estimate with the 2.5th and 97.5th percentiles of its bootstrap distribution.
    package struct Interval: Hashable, Sendable {
        package let mean: Double
        package let low: Double
        package let high: Double

        package init(mean: Double, low: Double, high: Double) {
            self.mean = mean
            self.low = low
            self.high = high
        }
    }

    /// Number of resamples for a mean.
    private static let resamples = 2_000
    /// Number of resamples for a statistic that costs more to compute than a mean.
    private static let fewResamples = 500

    private let seed: UInt64

    package init(seed: UInt64) { self.seed = seed }

    /// The interval of the mean of `values`, one value per query; all zeros for an empty list.
    ///
    /// The same seed draws the same queries for every measure. Measures are therefore comparable,
    /// and the interval of a mean difference is that of a paired comparison.
    package func interval(_ values: [Double]) -> Interval {
        guard !values.isEmpty else { return Interval(mean: 0, low: 0, high: 0) }
        var generator = SplitMix64(seed: seed)
        let count = Double(values.count)
        let means = (0..<Self.resamples).map { _ in
            values.indices.reduce(0) { sum, _ in
                sum + values[generator.next(below: values.count)]
            } / count
        }
        return Self.interval(values.reduce(0, +) / count, means)
    }

    /// The interval of a statistic that is not a mean over queries.
    ///
    /// - Parameters:
    ///   - count: Number of queries.
    ///   - figure: Computes the statistic from positions of queries, which may repeat.
    /// - Returns: The statistic over all queries, with the percentiles of the resampled ones.
    package func interval(count: Int, _ figure: ([Int]) -> Double) -> Interval {
        guard count > 0 else { return Interval(mean: 0, low: 0, high: 0) }
        var generator = SplitMix64(seed: seed)
        let resampled = (0..<Self.fewResamples).map { _ in
            figure((0..<count).map { _ in generator.next(below: count) })
        }
        return Self.interval(figure(Array(0..<count)), resampled)
    }

    private static func interval(_ mean: Double, _ resampled: [Double]) -> Interval {
        let sorted = resampled.sorted()
        return Interval(
            mean: mean,
            low: sorted[Int(0.025 * Double(sorted.count))],
            high: sorted[Int(0.975 * Double(sorted.count)) - 1]
        )
    }
}
