import CKernels

/// The cache slots that one query row sees: first those of the prefix, then its own.
///
/// Examples: row *r* of a prompt in slots 0… has `own = 0 ..< r + 1`. A row of a candidate that is
/// scored as a branch of that prompt has the prompt as `prefix`, and the branch up to itself as `own`.
/// A row of an encoder has its whole sequence as `own`.
package struct AttentionSpan: Hashable, Sendable {
    package var prefix: Range<Int32>
    package var own: Range<Int32>

    package init(prefix: Range<Int32> = 0..<0, own: Range<Int32>) {
        self.prefix = prefix
        self.own = own
    }

    /// Keys seen.
    package var count: Int { prefix.count + own.count }
}

/// Scaled dot-product attention with grouped queries.
///
/// For every row and query head *h*, over the keys *j* of the row's span in order:
///
///     output = Σ softmax over j (scale · query · key[j]) · value[j]
///
/// with the keys and values of key-value head `h / (query heads / key-value heads)`.
///
/// A row's result depends only on its query and the sequence of its keys, bit for bit: not on other
/// rows, nor on whether the keys are in one run of slots or in two.
///
/// ## Source
/// Vaswani et al., 2017 (arXiv:1706.03762); Ainslie et al., *GQA*, 2023 (arXiv:2305.13245).
package enum Attention {
    /// Attends every row to the keys it sees.
    ///
    /// Consecutive rows with the same prefix are computed together; it is fastest if their own runs also
    /// begin in the same slot. So give the rows of a prompt own runs that begin in one slot rather than
    /// growing prefixes.
    ///
    /// - Parameters:
    ///   - queries: `[R, H · headSize]`, already rotated.
    ///   - cache: The keys and values; H is a multiple of its heads.
    ///   - spans: The slots that each row sees, `[R]`; a row that sees none yields zeros.
    ///   - scale: Multiplies the scores, usually 1 / √headSize.
    ///   - output: Written in full, `[R, H · headSize]`; must not overlap `queries`.
    ///   - level: The kernels to use.
    package static func attend(
        _ queries: MatrixView,
        cache: KeyValueCache,
        spans: [AttentionSpan],
        scale: Float,
        output: MatrixView,
        level: KernelLevel = .current
    ) {
        let heads = queries.columns / cache.headSize
        precondition(
            queries.columns == heads * cache.headSize && heads.isMultiple(of: cache.heads),
            "Attention: \(queries.columns) columns, \(cache.heads) heads of \(cache.headSize)"
        )
        precondition(spans.count == queries.rows, "Attention: \(spans.count) spans")
        output.requireShape(queries.rows, queries.columns, "Attention")
        guard queries.rows > 0 else { return }

        var longest = 0
        let slots = 0...Int32(cache.capacity)
        let runs = spans.map { span in
            precondition(
                slots.contains(span.prefix.lowerBound) && slots.contains(span.prefix.upperBound)
                    && slots.contains(span.own.lowerBound) && slots.contains(span.own.upperBound),
                "Attention: \(span) of \(cache.capacity) slots"
            )
            longest = max(longest, span.count)
            return ck_span(
                prefix_start: span.prefix.lowerBound,
                prefix_count: Int32(span.prefix.count),
                own_start: span.own.lowerBound,
                own_count: Int32(span.own.count)
            )
        }
        withUnsafeTemporaryAllocation(
            byteCount: ck_attention_scratch(longest, cache.headSize)
                * MemoryLayout<Float>.stride,
            alignment: 64
        ) { scratch in
            guard let base = scratch.baseAddress else { return }
            var description = cache.description
            level.kernels.attend(
                &description,
                queries.base,
                queries.rows,
                heads,
                queries.stride,
                runs,
                scale,
                output.base,
                output.stride,
                base.assumingMemoryBound(to: Float.self)
            )
        }
    }
}
