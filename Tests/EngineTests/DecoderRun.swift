import Models
import Tensor

/// A decoder with the scratch memory of one test.
struct DecoderRun {
    let model: DecoderModel
    let workspace: DecoderWorkspace
    let cache: DecoderCache

    init(_ model: DecoderModel, level: KernelLevel = .current, slots: Int = 512) {
        self.model = model
        workspace = DecoderWorkspace(level: level)
        cache = DecoderCache(slots: slots, model.configuration)
    }

    init(
        _ path: String,
        _ weights: WeightPath,
        level: KernelLevel = .current,
        slots: Int = 512
    ) throws {
        try self.init(DecoderModel(GGUFFile(path: path), path: weights), level: level, slots: slots)
    }

    /// Logits of every row of a sequence, computed in one pass.
    func logits(_ tokens: [Int32]) -> [[Float]] {
        var batch = DecoderBatch()
        batch.append(tokens[...], ownStart: 0, seen: 0, outputs: .all)
        return logits(batch)
    }

    /// Logits of the output rows of a batch.
    func logits(_ batch: DecoderBatch) -> [[Float]] {
        model.forward(batch, cache: cache, workspace: workspace)
        let rows = model.logits(of: 0..<batch.outputs.count, workspace)
        return (0..<rows.rows).map { Array(rows.row($0)) }
    }

    /// Generates `count` tokens, always the most likely one.
    func greedy(_ tokens: [Int32], _ count: Int) -> [Int32] {
        var written: [Int32] = []
        var feed = tokens
        var seen = 0
        while written.count < count {
            var batch = DecoderBatch()
            batch.append(feed[...], ownStart: 0, seen: seen, outputs: .last)
            model.forward(batch, cache: cache, workspace: workspace)
            seen += feed.count
            written += Softmax.greatest(in: model.logits(of: 0..<1, workspace))
            feed = Array(written.suffix(1))
        }
        return written
    }
}

/// The deviation of logits from those of the reference.
struct Deviation {
    private(set) var greatest: Float = 0
    private var squares = 0.0
    private var count = 0

    var rootMeanSquare: Double { (squares / Double(max(count, 1))).squareRoot() }

    mutating func add(_ rows: [[Float]], picked: [Int], golden: [Float]) {
        for (row, logits) in rows.enumerated() {
            for (column, token) in picked.enumerated() {
                let difference = abs(logits[token] - golden[row * picked.count + column])
                greatest = difference.isNaN ? .infinity : max(greatest, difference)
                squares += Double(difference) * Double(difference)
                count += 1
            }
        }
    }
}
