import Inference

/// Intervals by resampling the queries.
package struct Bootstrap: Sendable {
    /// A figure and percentiles 2.5 and 97.5 of the resampled ones.
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

    /// Resamples that the percentiles of a mean are read from.
    private static let resamples = 2_000
    /// Resamples of a figure that is costlier than a mean.
    private static let fewResamples = 500

    private let seed: UInt64

    package init(seed: UInt64) { self.seed = seed }

    /// The interval of the mean of `values`, one for each query; zeros for none.
    ///
    /// The same seed draws the same queries for every measure, so that measures are comparable
    /// and the mean of differences is a paired comparison.
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

    /// The interval of a figure that is no mean over the queries.
    ///
    /// - Parameters:
    ///   - count: Queries.
    ///   - figure: Of some of the queries, by their positions, which may come again.
    /// - Returns: The figure of all queries with the percentiles of the resampled ones.
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
