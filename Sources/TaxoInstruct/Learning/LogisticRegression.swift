import Glibc

/// Logistic regression: the probability of a positive answer.
package struct LogisticRegression: Hashable, Codable, Sendable {
    package var weights: [Double]
    package var bias: Double

    package init(weights: [Double], bias: Double) {
        self.weights = weights
        self.bias = bias
    }

    package func probability(_ row: [Double]) -> Double {
        1 / (1 + exp(-zip(weights, row).reduce(bias) { $0 + $1.0 * $1.1 }))
    }

    /// Fits by ridge-regularised Newton's method; every step lowers the loss.
    ///
    /// - Parameters:
    ///   - rows: Feature rows of equal length.
    ///   - answers: The label of each row.
    ///   - ridge: Strength of the regularisation of each weight towards that of `prior`.
    ///   - prior: The initial weights, towards which the fit is regularised.
    /// - Returns: The fitted regression, or the prior if nothing can be fitted.
    package static func fit(
        _ rows: [[Double]],
        _ answers: [Bool],
        ridge: Double = 1,
        prior: LogisticRegression
    ) -> LogisticRegression {
        guard !rows.isEmpty else { return prior }
        let width = prior.weights.count + 1
        var values = prior.weights + [prior.bias]
        let start = values
        func loss(_ values: [Double]) -> Double {
            var sum = 0.0
            for index in 0..<width - 1 {
                sum += ridge / 2 * (values[index] - start[index]) * (values[index] - start[index])
            }
            for (row, answer) in zip(rows, answers) {
                let score = zip(values, row).reduce(values[width - 1]) { $0 + $1.0 * $1.1 }
                sum += Pointwise.loss(score, isRight: answer)
            }
            return sum
        }
        var lowest = loss(values)
        for _ in 0..<25 {
            var gradient = (0..<width).map { ridge * ($0 < width - 1 ? values[$0] - start[$0] : 0) }
            var curvature = [[Double]](
                repeating: [Double](repeating: 0, count: width),
                count: width
            )
            for index in 0..<width { curvature[index][index] = index < width - 1 ? ridge : 1e-9 }
            for (row, answer) in zip(rows, answers) {
                let row = row + [1]
                let sum = zip(values, row).reduce(0) { $0 + $1.0 * $1.1 }
                let probability = 1 / (1 + exp(-sum))
                let slope = probability - (answer ? 1 : 0)
                let weight = max(probability * (1 - probability), 1e-6)
                for one in 0..<width {
                    gradient[one] += slope * row[one]
                    for other in 0...one { curvature[one][other] += weight * row[one] * row[other] }
                }
            }
            guard let step = solve(curvature, gradient) else { break }
            // A full Newton step overshoots when most answers are already predicted with near
            // certainty.
            var share = 1.0
            var next = values
            var height = Double.infinity
            while share > 1e-6 {
                next = zip(values, step).map { $0 - share * $1 }
                height = loss(next)
                if height < lowest { break }
                share /= 2
            }
            guard height < lowest else { break }
            values = next
            lowest = height
            if step.allSatisfy({ abs($0) < 1e-8 }) { break }
        }
        return LogisticRegression(weights: Array(values.dropLast()), bias: values[width - 1])
    }

    /// Solves a symmetric positive definite system, given its lower triangle, by Cholesky
    /// decomposition.
    static func solve(_ matrix: [[Double]], _ right: [Double]) -> [Double]? {
        let width = right.count
        var factor = matrix
        for row in 0..<width {
            for column in 0...row {
                var sum = matrix[row][column]
                for index in 0..<column { sum -= factor[row][index] * factor[column][index] }
                if row == column {
                    guard sum > 0 else { return nil }
                    factor[row][row] = sum.squareRoot()
                } else {
                    factor[row][column] = sum / factor[column][column]
                }
            }
        }
        var solution = right
        for row in 0..<width {
            for index in 0..<row { solution[row] -= factor[row][index] * solution[index] }
            solution[row] /= factor[row][row]
        }
        for row in stride(from: width - 1, through: 0, by: -1) {
            for index in (row + 1)..<max(width, row + 1) {
                solution[row] -= factor[index][row] * solution[index]
            }
            solution[row] /= factor[row][row]
        }
        return solution
    }
}
