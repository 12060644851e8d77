/// Rows that attend to each other: a prefix and branches that continue it, apart from each other.
///
/// Every row of the prefix sees the prefix up to itself; a row of a branch sees the whole prefix
/// and its branch up to itself.
package struct AttentionTree: Hashable, Sendable {
    /// Rows of the prefix; not empty.
    package var prefix: Range<Int>
    /// Rows of the branches, one after another, the first right behind the prefix; none is empty.
    package var branches: [Range<Int>]

    package init(prefix: Range<Int>, branches: [Range<Int>]) {
        precondition(!prefix.isEmpty, "AttentionTree: no prefix")
        var end = prefix.upperBound
        for branch in branches {
            precondition(
                branch.lowerBound == end && !branch.isEmpty,
                "AttentionTree: \(branch) behind row \(end)"
            )
            end = branch.upperBound
        }
        self.prefix = prefix
        self.branches = branches
    }

    /// All rows.
    package var rows: Range<Int> {
        prefix.lowerBound..<(branches.last?.upperBound ?? prefix.upperBound)
    }
}

/// The backward pass of ``Attention``.
///
/// Probabilities are computed again rather than kept. With P the probabilities and scores scaled
/// as in the forward pass, for each head:
///
///     dV = Pᵀ · dO      dS = P ∘ (dO · Vᵀ − rowsum(P ∘ (dO · Vᵀ)))
///     dQ = scale · dS · K      dK = scale · dSᵀ · Q
///
/// ## Source
/// Dao et al., *FlashAttention*, 2022 (arXiv:2205.14135), appendix B.2, without its tiling.
package final class AttentionGradient {
    private let level: KernelLevel
    private let queries = FloatBuffer()
    private let outputs = FloatBuffer()
    private let keys = FloatBuffer()
    private let values = FloatBuffer()
    private let probabilities = FloatBuffer()
    private let scores = FloatBuffer()
    private let gathered = FloatBuffer()

    package init(level: KernelLevel = .current) { self.level = level }

    /// What one layer computed, or the gradients of it; all views have the same rows.
    package struct Projections {
        /// `[R, H · headSize]`, rotated.
        package var queries: MatrixView
        /// `[R, G · headSize]`, rotated; H is a multiple of G.
        package var keys: MatrixView
        /// `[R, G · headSize]`.
        package var values: MatrixView

        package init(queries: MatrixView, keys: MatrixView, values: MatrixView) {
            self.queries = queries
            self.keys = keys
            self.values = values
        }
    }

    /// Computes the gradients of queries, keys and values of a tree's rows.
    ///
    /// - Parameters:
    ///   - tree: Rows of the views.
    ///   - projections: What the forward pass read.
    ///   - outputGradient: `[R, H · headSize]`.
    ///   - headSize: Channels of one head.
    ///   - scale: Multiplies the scores, as in the forward pass.
    ///   - gradients: Written in full in the tree's rows.
    package func apply(
        _ tree: AttentionTree,
        projections: Projections,
        outputGradient: MatrixView,
        headSize: Int,
        scale: Float,
        gradients: Projections
    ) {
        let heads = projections.queries.columns / headSize
        let keyHeads = projections.keys.columns / headSize
        precondition(
            heads.isMultiple(of: keyHeads) && outputGradient.columns == heads * headSize,
            "AttentionGradient: \(heads) heads, \(keyHeads) key heads"
        )
        for head in 0..<keyHeads {
            let channels = head * headSize..<(head + 1) * headSize
            let group = heads / keyHeads
            let queryChannels = head * group * headSize..<(head + 1) * group * headSize
            let rows = tree.rows
            func part(_ all: Projections) -> Projections {
                Projections(
                    queries: all.queries.rows(rows).columns(queryChannels),
                    keys: all.keys.rows(rows).columns(channels),
                    values: all.values.rows(rows).columns(channels)
                )
            }
            backward(
                tree,
                part(projections),
                outputGradient.rows(rows).columns(queryChannels),
                headSize,
                scale,
                part(gradients)
            )
        }
    }

    /// Rows of the prefix whose scores are computed together; beyond the last of them, none is.
    private static let blockRows = 48

    /// One key head; the views begin with the tree's first row.
    private func backward(
        _ tree: AttentionTree,
        _ projections: Projections,
        _ outputGradient: MatrixView,
        _ headSize: Int,
        _ scale: Float,
        _ gradients: Projections
    ) {
        let base = tree.prefix.lowerBound
        let prefix = tree.prefix.count
        let branches = tree.branches.map { $0.lowerBound - base..<$0.upperBound - base }
        let rows = tree.rows.count
        let group = projections.queries.columns / headSize
        // One row for each pair of a row and a head of the group.
        let pairs = rows * group
        let query = gather(projections.queries, headSize, scale, queries)
        let output = gather(outputGradient, headSize, 1, outputs)

        // Keys by channel: the prefix, then each branch from a whole vector on.
        let wide = Self.padded(prefix)
        var starts: [Int] = []
        var end = wide
        for branch in branches {
            starts.append(end)
            end += Self.padded(branch.count)
        }
        let keyColumns = columns(projections.keys, keys, prefix, branches, starts, end)
        let valueColumns = columns(projections.values, values, prefix, branches, starts, end)

        let own = Self.padded(branches.map(\.count).max() ?? 0)
        let width = wide + own
        let weights = probabilities.matrix(rows: pairs, columns: width)
        let slopes = scores.matrix(rows: pairs, columns: width)
        let queryGradient = gathered.matrix(rows: pairs, columns: headSize)

        for start in stride(from: 0, to: prefix, by: Self.blockRows) {
            let stop = min(start + Self.blockRows, prefix)
            let block = start * group..<stop * group
            let columns = 0..<Self.padded(stop)
            let (p, d) = (weights.rows(block).columns(columns), slopes.rows(block).columns(columns))
            multiply(query.rows(block), keyColumns.columns(columns), p)
            for pair in 0..<block.count {
                let seen = start + pair / group + 1
                p.row(pair)[seen...].update(repeating: -.infinity)
            }
            Softmax.apply(p, level: level)
            multiply(output.rows(block), valueColumns.columns(columns), d)
            Softmax.replaceByLogitGradient(d, probabilities: p, level: level)
            let (keyRows, seen) = (projections.keys.rows(0..<stop), 0..<stop)
            multiply(d.columns(seen), keyRows, queryGradient.rows(block))
            // The block's own rows are met here first; the rows before them were begun earlier.
            for (run, isAdded) in [(0..<start, true), (start..<stop, false)] where !run.isEmpty {
                accumulate(
                    d.columns(run),
                    query.rows(block),
                    gradients.keys.rows(run),
                    isAdded
                )
                accumulate(
                    p.columns(run),
                    output.rows(block),
                    gradients.values.rows(run),
                    isAdded
                )
            }
        }

        let branched = prefix * group..<pairs
        if !branched.isEmpty {
            let (p, d) = (weights.rows(branched), slopes.rows(branched))
            multiply(query.rows(branched), keyColumns.columns(0..<wide), p.columns(0..<wide))
            multiply(output.rows(branched), valueColumns.columns(0..<wide), d.columns(0..<wide))
            for (branch, start) in zip(branches, starts) {
                let block = branch.lowerBound * group..<branch.upperBound * group
                let length = Self.padded(branch.count)
                let (from, to) = (start..<start + length, wide..<wide + length)
                let (part, slope) = (weights.rows(block), slopes.rows(block))
                multiply(query.rows(block), keyColumns.columns(from), part.columns(to))
                multiply(output.rows(block), valueColumns.columns(from), slope.columns(to))
                for pair in 0..<block.count {
                    let row = part.row(pair)
                    row[prefix..<wide].update(repeating: -.infinity)
                    row[(wide + pair / group + 1)...].update(repeating: -.infinity)
                    slope.row(pair)[(wide + length)...].update(repeating: 0)
                }
            }
            Softmax.apply(p, level: level)
            Softmax.replaceByLogitGradient(d, probabilities: p, level: level)
            let known = 0..<prefix
            multiply(d.columns(known), projections.keys.rows(known), queryGradient.rows(branched))
            accumulate(d.columns(known), query.rows(branched), gradients.keys.rows(known), true)
            accumulate(p.columns(known), output.rows(branched), gradients.values.rows(known), true)
            for branch in branches {
                let block = branch.lowerBound * group..<branch.upperBound * group
                let columns = wide..<wide + branch.count
                let (p, d) = (
                    weights.rows(block).columns(columns), slopes.rows(block).columns(columns)
                )
                Product.multiply(
                    d,
                    by: projections.keys.rows(branch),
                    adding: true,
                    into: queryGradient.rows(block),
                    level: level
                )
                accumulate(d, query.rows(block), gradients.keys.rows(branch), false)
                accumulate(p, output.rows(block), gradients.values.rows(branch), false)
            }
        }
        scatter(queryGradient, headSize, scale, gradients.queries)
    }

    /// A run of keys, padded to whole vectors.
    private static func padded(_ count: Int) -> Int { (count + 15) / 16 * 16 }

    private func multiply(_ left: MatrixView, _ right: MatrixView, _ output: MatrixView) {
        Product.multiply(left, by: right, into: output, level: level)
    }

    private func accumulate(
        _ left: MatrixView,
        _ right: MatrixView,
        _ output: MatrixView,
        _ isAdded: Bool
    ) {
        Product.multiply(
            left,
            transposed: true,
            by: right,
            adding: isAdded,
            into: output,
            level: level
        )
    }

    /// `[rows, group · headSize]` to `[rows · group, headSize]`, scaled.
    private func gather(
        _ source: MatrixView,
        _ headSize: Int,
        _ scale: Float,
        _ buffer: FloatBuffer
    ) -> MatrixView {
        let group = source.columns / headSize
        let target = buffer.matrix(rows: source.rows * group, columns: headSize)
        for row in 0..<source.rows {
            let from = source.base + row &* source.stride
            let to = target.base + row &* source.columns
            for channel in 0..<source.columns { to[channel] = from[channel] * scale }
        }
        return target
    }

    /// The reverse of `gather`.
    private func scatter(
        _ source: MatrixView,
        _ headSize: Int,
        _ scale: Float,
        _ target: MatrixView
    ) {
        for row in 0..<target.rows {
            let from = source.base + row &* target.columns
            let to = target.base + row &* target.stride
            for channel in 0..<target.columns { to[channel] = from[channel] * scale }
        }
    }

    /// Rows by channel, with zeros up to whole vectors behind the prefix and each branch.
    private func columns(
        _ source: MatrixView,
        _ buffer: FloatBuffer,
        _ prefix: Int,
        _ branches: [Range<Int>],
        _ starts: [Int],
        _ end: Int
    ) -> MatrixView {
        let target = buffer.matrix(rows: source.columns, columns: end)
        for channel in 0..<target.rows { target.row(channel).update(repeating: 0) }
        Product.transpose(source.rows(0..<prefix), into: target.columns(0..<prefix))
        for (branch, start) in zip(branches, starts) {
            Product.transpose(
                source.rows(branch),
                into: target.columns(start..<start + branch.count)
            )
        }
        return target
    }
}
