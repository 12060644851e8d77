/// Rows that attend to each other: a prefix, and branches that continue it independently.
///
/// Every row of the prefix sees the prefix up to itself; a row of a branch sees the whole prefix
/// and its branch up to itself.
package struct AttentionTree: Hashable, Sendable {
    /// Rows of the prefix; not empty.
    package var prefix: Range<Int>
    /// Rows of the branches, one after another, directly after the prefix; none is empty.
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
/// Probabilities are computed again instead of being kept. With P the probabilities, and scores scaled
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

    /// Queries, keys and values of a layer, or their gradients; all views have the same rows.
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
    ///   - tree: The rows to compute, numbered as in the views.
    ///   - projections: What the forward pass read.
    ///   - outputGradient: `[R, H · headSize]`.
    ///   - headSize: Channels of one head.
    ///   - scale: Multiplies the scores, as in the forward pass.
    ///   - gradients: The tree's rows are written in full.
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

    /// Rows of the prefix whose scores are computed together.
    ///
    /// A block computes no scores for keys after its own last row, so smaller blocks compute fewer
    /// scores that are masked anyway.
    private static let blockRows = 48

    /// One key head of a tree with the query heads that share it.
    ///
    /// All views begin with the tree's first row. A pair is a row and a query head of the group;
    /// pairs are numbered row by row. Columns of scores are the keys of the prefix, padded to whole
    /// vectors, and then those of the row's own branch.
    private struct Head {
        /// Rows of the prefix.
        let prefix: Int
        let branches: [Range<Int>]
        /// Query heads.
        let group: Int
        let projections: Projections
        let gradients: Projections
        /// `[pairs, headSize]`, scaled.
        let query: MatrixView
        /// Gradients of the outputs, `[pairs, headSize]`.
        let output: MatrixView
        /// Keys and values by channel: the prefix, then each branch from a whole vector on.
        let keyColumns: MatrixView
        let valueColumns: MatrixView
        /// Where each branch begins in `keyColumns` and `valueColumns`.
        let starts: [Int]
        /// Scores and then probabilities, `[pairs, columns]`.
        let weights: MatrixView
        /// Gradients of the probabilities and then of the scores, `[pairs, columns]`.
        let slopes: MatrixView
        /// `[pairs, headSize]`.
        let queryGradient: MatrixView

        /// Columns of the prefix, padded.
        var wide: Int { AttentionGradient.padded(prefix) }

        func pairs(_ rows: Range<Int>) -> Range<Int> {
            rows.lowerBound * group..<rows.upperBound * group
        }
    }

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
        let group = projections.queries.columns / headSize
        let pairs = tree.rows.count * group
        var starts: [Int] = []
        var end = Self.padded(prefix)
        for branch in branches {
            starts.append(end)
            end += Self.padded(branch.count)
        }
        let own = Self.padded(branches.map(\.count).max() ?? 0)
        let width = Self.padded(prefix) + own
        let head = Head(
            prefix: prefix,
            branches: branches,
            group: group,
            projections: projections,
            gradients: gradients,
            query: gather(projections.queries, headSize, scale, queries),
            output: gather(outputGradient, headSize, 1, outputs),
            keyColumns: columns(projections.keys, keys, prefix, branches, starts, end),
            valueColumns: columns(projections.values, values, prefix, branches, starts, end),
            starts: starts,
            weights: probabilities.matrix(rows: pairs, columns: width),
            slopes: scores.matrix(rows: pairs, columns: width),
            queryGradient: gathered.matrix(rows: pairs, columns: headSize)
        )
        for start in stride(from: 0, to: prefix, by: Self.blockRows) {
            prefixRows(start..<min(start + Self.blockRows, prefix), of: head)
        }
        if !branches.isEmpty { branchRows(of: head) }
        scatter(head.queryGradient, headSize, scale, gradients.queries)
    }

    /// A block of the prefix's rows, each of which sees the prefix up to itself.
    private func prefixRows(_ rows: Range<Int>, of head: Head) {
        let block = head.pairs(rows)
        let seen = 0..<rows.upperBound
        let columns = 0..<Self.padded(rows.upperBound)
        let p = head.weights.rows(block).columns(columns)
        let d = head.slopes.rows(block).columns(columns)
        multiply(head.query.rows(block), head.keyColumns.columns(columns), p)
        for pair in 0..<block.count {
            let visible = rows.lowerBound + pair / head.group + 1
            p.row(pair)[visible...].update(repeating: -.infinity)
        }
        Softmax.apply(p, level: level)
        multiply(head.output.rows(block), head.valueColumns.columns(columns), d)
        Softmax.replaceByLogitGradient(d, probabilities: p, level: level)
        multiply(
            d.columns(seen),
            head.projections.keys.rows(seen),
            head.queryGradient.rows(block)
        )
        // The gradients of the block's own keys begin here; those of the rows before it were begun
        // by their own blocks.
        for (run, isAdded) in [(0..<rows.lowerBound, true), (rows, false)] where !run.isEmpty {
            accumulate(
                d.columns(run),
                head.query.rows(block),
                head.gradients.keys.rows(run),
                isAdded
            )
            accumulate(
                p.columns(run),
                head.output.rows(block),
                head.gradients.values.rows(run),
                isAdded
            )
        }
    }

    /// The rows of all branches, each of which sees the prefix and its branch up to itself.
    private func branchRows(of head: Head) {
        let (wide, known) = (head.wide, 0..<head.prefix)
        let all = head.pairs(head.prefix..<(head.branches.last?.upperBound ?? head.prefix))
        let (p, d) = (head.weights.rows(all), head.slopes.rows(all))
        let (query, output) = (head.query.rows(all), head.output.rows(all))
        multiply(query, head.keyColumns.columns(0..<wide), p.columns(0..<wide))
        multiply(output, head.valueColumns.columns(0..<wide), d.columns(0..<wide))
        for (branch, start) in zip(head.branches, head.starts) {
            ownScores(of: branch, from: start, head)
        }
        Softmax.apply(p, level: level)
        Softmax.replaceByLogitGradient(d, probabilities: p, level: level)
        multiply(d.columns(known), head.projections.keys.rows(known), head.queryGradient.rows(all))
        accumulate(d.columns(known), query, head.gradients.keys.rows(known), true)
        accumulate(p.columns(known), output, head.gradients.values.rows(known), true)
        for branch in head.branches {
            let block = head.pairs(branch)
            let columns = wide..<wide + branch.count
            let own = head.weights.rows(block).columns(columns)
            let slope = head.slopes.rows(block).columns(columns)
            Product.multiply(
                slope,
                by: head.projections.keys.rows(branch),
                adding: true,
                into: head.queryGradient.rows(block),
                level: level
            )
            accumulate(slope, head.query.rows(block), head.gradients.keys.rows(branch), false)
            accumulate(own, head.output.rows(block), head.gradients.values.rows(branch), false)
        }
    }

    /// Scores and slopes of a branch's rows for the keys of the branch, which begin at column
    /// `start`; what a row does not see is masked.
    private func ownScores(of branch: Range<Int>, from start: Int, _ head: Head) {
        let (block, wide) = (head.pairs(branch), head.wide)
        let length = Self.padded(branch.count)
        let (from, to) = (start..<start + length, wide..<wide + length)
        let (scores, slopes) = (head.weights.rows(block), head.slopes.rows(block))
        multiply(head.query.rows(block), head.keyColumns.columns(from), scores.columns(to))
        multiply(head.output.rows(block), head.valueColumns.columns(from), slopes.columns(to))
        for pair in 0..<block.count {
            let row = scores.row(pair)
            row[head.prefix..<wide].update(repeating: -.infinity)
            row[(wide + pair / head.group + 1)...].update(repeating: -.infinity)
            slopes.row(pair)[(wide + length)...].update(repeating: 0)
        }
    }

    /// A number of keys, rounded up to whole vectors of 16.
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

    /// The inverse of `gather`.
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

    /// Transposes rows, `[channels, end]`, with zeros up to whole vectors after the prefix and each
    /// branch.
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
