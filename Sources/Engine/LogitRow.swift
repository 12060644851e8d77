import Tensor

/// The logits of one row, with the logarithm of their normaliser.
///
/// Scoring and generation use the same formula, so that both give the same bits for the same row: the
/// normaliser is derived from the log-probability of column 0, whichever token is asked for.
struct LogitRow {
    private let logits: UnsafeMutableBufferPointer<Float>
    /// Natural logarithm of Σ exp(logit).
    private let logNormaliser: Double

    /// The rows of `logits`, `[R, vocabulary]`; valid until their workspace is used again.
    static func rows(of logits: MatrixView, level: KernelLevel) -> [LogitRow] {
        let first = Softmax.logProbabilities(
            of: Array(repeating: 0, count: logits.rows),
            in: logits,
            level: level
        )
        return first.enumerated().map { index, logProbability in
            let row = logits.row(index)
            return LogitRow(
                logits: row,
                logNormaliser: Double(row[0]) - Double(logProbability)
            )
        }
    }

    /// Natural logarithm of the token's probability.
    func logProbability(of token: Int32) -> Double {
        Double(logits[Int(token)]) - logNormaliser
    }

    func logit(of token: Int32) -> Float { logits[Int(token)] }

    /// Samples a token from the distribution proportional to exp(logit / temperature), by `uniform`, a
    /// number from 0 to below 1.
    func draw(temperature: Double, uniform: Double, greatest: Int32) -> Int32 {
        let top = logits[Int(greatest)]
        let scale = Float(1 / temperature)
        let weights = FloatBuffer(capacity: logits.count)
        defer { withExtendedLifetime(weights) {} }
        let scaled = weights.matrix(rows: 1, columns: logits.count)
        let row = scaled.row(0)
        for token in logits.indices { row[token] = (logits[token] - top) * scale }
        Softmax.apply(scaled)
        var remaining = uniform
        for token in logits.indices {
            remaining -= Double(row[token])
            if remaining < 0 { return Int32(token) }
        }
        // Rounding left the sum just below 1.
        return greatest
    }
}
