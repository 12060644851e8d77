import Glibc

/// A logistic regression fitted by Newton's method with a small ridge.
package struct LogisticRegression: Hashable, Codable, Sendable {
    /// Of the standardised features; the last one is the bias.
    private let weights: [Double]
    private let means: [Double]
    private let scales: [Double]

    private static let ridge = 1.0
    private static let iterations = 12

    /// Fits rows of equal length to labels.
    ///
    /// - Precondition: There are as many labels as rows, and at least one.
    package init(_ rows: [[Double]], labels: [Bool]) {
        precondition(
            rows.count == labels.count && !rows.isEmpty,
            "LogisticRegression: \(rows.count) rows, \(labels.count) labels"
        )
        let width = rows[0].count
        let count = Double(rows.count)
        var means = [Double](repeating: 0, count: width)
        var scales = means
        for row in rows {
            for place in 0..<width { means[place] += row[place] / count }
        }
        for row in rows {
            for place in 0..<width {
                let distance = row[place] - means[place]
                scales[place] += distance * distance / count
            }
        }
        scales = scales.map { $0 > 1e-12 ? 1 / $0.squareRoot() : 0 }
        self.means = means
        self.scales = scales

        let inputs = rows.map { row in
            (0..<width).map { (row[$0] - means[$0]) * scales[$0] } + [1]
        }
        var weights = [Double](repeating: 0, count: width + 1)
        for _ in 0..<Self.iterations {
            var gradient = weights.map { -Self.ridge * $0 }
            var curvature = [[Double]](
                repeating: [Double](repeating: 0, count: width + 1),
                count: width + 1
            )
            for place in 0...width { curvature[place][place] = Self.ridge }
            for (input, label) in zip(inputs, labels) {
                let probability = Self.sigmoid(Self.dot(weights, input))
                let error = (label ? 1 : 0) - probability
                let weight = probability * (1 - probability)
                for row in 0...width {
                    gradient[row] += error * input[row]
                    let scaled = weight * input[row]
                    if scaled == 0 { continue }
                    for column in 0...row { curvature[row][column] += scaled * input[column] }
                }
            }
            for row in 0...width {
                for column in 0..<row { curvature[column][row] = curvature[row][column] }
            }
            let step = Self.solution(curvature, gradient)
            for place in 0...width { weights[place] += step[place] }
        }
        self.weights = weights
    }

    /// That the label of a row is true, 0 to 1.
    package func probability(_ row: [Double]) -> Double {
        var sum = weights[row.count]
        for place in row.indices {
            sum += weights[place] * (row[place] - means[place]) * scales[place]
        }
        return Self.sigmoid(sum)
    }

    private static func sigmoid(_ value: Double) -> Double { 1 / (1 + exp(-value)) }

    private static func dot(_ a: [Double], _ b: [Double]) -> Double {
        var sum = 0.0
        for place in a.indices { sum += a[place] * b[place] }
        return sum
    }

    /// Solves a positive definite system by Gaussian elimination with pivoting.
    private static func solution(_ matrix: [[Double]], _ vector: [Double]) -> [Double] {
        var matrix = matrix
        var vector = vector
        let count = vector.count
        for column in 0..<count {
            let pivot =
                (column..<count).max { abs(matrix[$0][column]) < abs(matrix[$1][column]) } ?? column
            matrix.swapAt(column, pivot)
            vector.swapAt(column, pivot)
            for row in (column + 1)..<max(count, column + 1) {
                let factor = matrix[row][column] / matrix[column][column]
                if factor == 0 { continue }
                for place in column..<count { matrix[row][place] -= factor * matrix[column][place] }
                vector[row] -= factor * vector[column]
            }
        }
        for row in stride(from: count - 1, through: 0, by: -1) {
            for column in (row + 1)..<max(count, row + 1) {
                vector[row] -= matrix[row][column] * vector[column]
            }
            vector[row] /= matrix[row][row]
        }
        return vector
    }
}
