/// Adam with decoupled weight decay, computed in PyTorch's order of operations.
///
///     θ ← θ · (1 − lr · decay)
///     m ← β₁ m + (1 − β₁) g        v ← β₂ v + (1 − β₂) g²
///     θ ← θ − lr / (1 − β₁ᵗ) · m / ( √v / √(1 − β₂ᵗ) + ε )
///
/// ## Source
/// Loshchilov & Hutter, 2019 (arXiv:1711.05101).
struct AdamW: Sendable {
    static let firstDecay = 0.9
    static let secondDecay = 0.999
    static let epsilon: Float = 1e-8

    let weightDecay: Double

    /// Takes one step.
    ///
    /// - Parameters:
    ///   - numbers: θ.
    ///   - gradient: g / `gradientScale`.
    ///   - first: m; 0 before the first step.
    ///   - second: v; 0 before the first step.
    ///   - step: t, counted from 1.
    ///   - learningRate: The learning rate of this step.
    ///   - gradientScale: Multiplies `gradient`.
    func step(
        _ numbers: UnsafeMutableBufferPointer<Float>,
        gradient: UnsafeMutableBufferPointer<Float>,
        first: UnsafeMutableBufferPointer<Float>,
        second: UnsafeMutableBufferPointer<Float>,
        step: Int,
        learningRate: Double,
        gradientScale: Float
    ) {
        let count = numbers.count
        precondition(
            gradient.count == count && first.count == count && second.count == count,
            "AdamW: \(gradient.count), \(first.count), \(second.count) for \(count) numbers"
        )
        var firstPower = 1.0
        var secondPower = 1.0
        for _ in 0..<step {
            firstPower *= Self.firstDecay
            secondPower *= Self.secondDecay
        }
        let keep = Float(1 - learningRate * weightDecay)
        let rate = Float(learningRate / (1 - firstPower))
        let root = Float((1 - secondPower).squareRoot())
        let (one, two) = (Float(Self.firstDecay), Float(Self.secondDecay))
        let (oneRest, twoRest) = (Float(1 - Self.firstDecay), Float(1 - Self.secondDecay))
        for index in 0..<count {
            let slope = gradient[index] * gradientScale
            let mean = one * first[index] + oneRest * slope
            let square = two * second[index] + twoRest * slope * slope
            first[index] = mean
            second[index] = square
            let length = square.squareRoot() / root + Self.epsilon
            numbers[index] = numbers[index] * keep - rate * mean / length
        }
    }
}
