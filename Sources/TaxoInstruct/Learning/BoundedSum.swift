/// A weighted sum of standardised features, each clipped to ±4 standard deviations.
package struct BoundedSum: Sendable {
    package var bias = 0.0
    package let means: [Float]
    /// 1 / standard deviation of each feature.
    package let scales: [Float]
    package let weights: [Float]

    /// - Precondition: The row has as many features as there are weights.
    package func callAsFunction(_ row: [Float]) -> Double {
        precondition(row.count == weights.count, "BoundedSum: \(row.count) of \(weights.count)")
        var sum: Float = 0
        for index in row.indices {
            let value = (row[index] - means[index]) * scales[index]
            sum += weights[index] * min(max(value, -Self.bound), Self.bound)
        }
        return bias + Double(sum)
    }

    private static let bound: Float = 4
}
