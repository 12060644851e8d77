import Models
import Tensor

/// One worker's forward and backward passes through a frozen decoder with trained factors.
///
/// For the backward pass every block keeps the residual stream before attention and before the
/// feed-forward layer, the projections, the output of attention, and the factors' inner activations.
/// The rest is cheap and is computed again.
final class DecoderPass {
    /// What one block keeps, `[R, channels]` each.
    private struct Kept {
        let input = FloatBuffer()
        let projected = FloatBuffer()
        let attended = FloatBuffer()
        let middle = FloatBuffer()
        let gateUp = FloatBuffer()
        /// By ``LayerGroup``: the input times Aᵀ, `[R, n · rank]`.
        let inner = LayerGroup.allCases.map { _ in FloatBuffer() }
    }

    let decoder: FrozenDecoder
    let level: KernelLevel
    private let factors: TrainedFactors
    private let activations: Activations
    private let attention: AttentionGradient
    private var cache: KeyValueCache
    private let kept: [Kept]
    private let stream = FloatBuffer()
    private let normed = FloatBuffer()
    private let gated = FloatBuffer()
    private let gradient = FloatBuffer()
    private let normedGradient = FloatBuffer()
    private let wideGradient = FloatBuffer()
    private let attendedGradient = FloatBuffer()
    private let innerGradient = FloatBuffer()

    init(_ decoder: FrozenDecoder, factors: TrainedFactors, level: KernelLevel) {
        self.decoder = decoder
        self.factors = factors
        self.level = level
        activations = Activations(level: level)
        attention = AttentionGradient(level: level)
        cache = Self.cache(rows: 64, decoder.configuration)
        kept = decoder.blocks.map { _ in Kept() }
    }

    private static func cache(rows: Int, _ shape: DecoderConfiguration) -> KeyValueCache {
        KeyValueCache(capacity: rows, heads: shape.keyValueHeads, headSize: shape.headSize)
    }

    // MARK: Forward

    /// Computes the residual stream after the last block.
    ///
    /// - Parameter rows: R rows of tokens.
    /// - Returns: `[R, dimension]`, valid until the next pass.
    func forward(_ rows: PackedRows) -> MatrixView {
        let shape = decoder.configuration
        let (count, d, inner) = (rows.count, shape.dimension, shape.feedForward)
        let (query, key) = (shape.queryWidth, shape.keyWidth)
        if cache.capacity < count { cache = Self.cache(rows: count, shape) }
        let slots = (0..<Int32(count)).map(\.self)
        let stream = stream.matrix(rows: count, columns: d)
        for (row, token) in rows.tokens.enumerated() {
            decoder.embedding.dequantise(row: Int(token), into: stream.row(row))
        }
        for (number, block) in decoder.blocks.enumerated() {
            let kept = kept[number]
            copy(stream, to: kept.input)
            let projected = kept.projected.matrix(rows: count, columns: query + 2 * key)
            apply(.queryKeyValue, number, norm(stream, block.attentionNorm), into: projected)
            let queries = projected.columns(0..<query)
            let keys = projected.columns(query..<query + key)
            decoder.rotary.apply(to: queries, positions: rows.positions, level: level)
            decoder.rotary.apply(to: keys, positions: rows.positions, level: level)
            cache.store(
                keys: keys,
                values: projected.columns(query + key..<query + 2 * key),
                slots: slots
            )
            let attended = kept.attended.matrix(rows: count, columns: query)
            Attention.attend(
                queries,
                cache: cache,
                spans: rows.spans,
                scale: attentionScale,
                output: attended,
                level: level
            )
            apply(.attentionOutput, number, attended, adding: true, into: stream)

            copy(stream, to: kept.middle)
            let gateUp = kept.gateUp.matrix(rows: count, columns: 2 * inner)
            apply(.gateUp, number, norm(stream, block.feedForwardNorm), into: gateUp)
            apply(.down, number, gate(gateUp), adding: true, into: stream)
        }
        return stream
    }

    private var attentionScale: Float {
        1 / Float(decoder.configuration.headSize).squareRoot()
    }

    private func norm(_ stream: MatrixView, _ gain: [Float]) -> MatrixView {
        let output = normed.matrix(rows: stream.rows, columns: stream.columns)
        RMSNorm.apply(
            stream,
            gain: gain,
            epsilon: decoder.configuration.normEpsilon,
            output: output,
            level: level
        )
        return output
    }

    private func gate(_ gateUp: MatrixView) -> MatrixView {
        let inner = gateUp.columns / 2
        let output = gated.matrix(rows: gateUp.rows, columns: inner)
        SwiGLU.apply(
            gate: gateUp.columns(0..<inner),
            up: gateUp.columns(inner..<2 * inner),
            output: output,
            level: level
        )
        return output
    }

    /// A group's frozen layers and factors: `output = input·Wᵀ + bias + scale·(input·Aᵀ)·Bᵀ`.
    private func apply(
        _ group: LayerGroup,
        _ number: Int,
        _ input: MatrixView,
        adding isAdded: Bool = false,
        into output: MatrixView
    ) {
        let layer = decoder.blocks[number].layer(group)
        activations.prepare(input, for: decoder.path.activations)
        layer.forward.multiply(activations, adding: isAdded, into: output)
        if !layer.bias.isEmpty { Addition.add(bias: layer.bias, to: output, level: level) }
        let (layout, inner) = innerView(group, number, rows: input.rows)
        guard !layout.parts.isEmpty else { return }
        Product.multiply(input, by: factors.downTransposed(layout), into: inner, level: level)
        for (index, part) in layout.parts.enumerated() {
            Product.multiply(
                inner.columns(index * factors.layout.rank..<(index + 1) * factors.layout.rank),
                by: factors.upTransposed(part),
                scale: factors.layout.scale,
                adding: true,
                into: output.columns(part.outputs),
                level: level
            )
        }
    }

    private func innerView(
        _ group: LayerGroup,
        _ number: Int,
        rows: Int
    ) -> (FactorLayout.Group, MatrixView) {
        let layout = factors.layout.groups[number][group.rawValue]
        let columns = layout.parts.count * factors.layout.rank
        return (layout, kept[number].inner[group.rawValue].matrix(rows: rows, columns: columns))
    }

    private func copy(_ source: MatrixView, to buffer: FloatBuffer) {
        let target = buffer.matrix(rows: source.rows, columns: source.columns)
        target.base.update(from: source.base, count: source.rows * source.columns)
    }

    // MARK: Backward

    /// The gradient of ``forward(_:)``'s result, zeroed, for the caller to fill in.
    func streamGradient(rows: Int) -> MatrixView {
        let view = gradient.matrix(rows: rows, columns: decoder.configuration.dimension)
        view.base.update(repeating: 0, count: rows * view.columns)
        return view
    }

    /// Adds the factors' gradients for rows of the last forward pass to `sums`.
    ///
    /// Reads the gradient that ``streamGradient(rows:)`` returned, and overwrites what the forward pass
    /// kept.
    func backward(_ rows: ReturningRows, into sums: FactorVector) {
        guard rows.count > 0 else { return }
        compact(rows.kept)
        let shape = decoder.configuration
        let (count, d, inner) = (rows.count, shape.dimension, shape.feedForward)
        let (query, key) = (shape.queryWidth, shape.keyWidth)
        let gradient = gradient.matrix(rows: count, columns: d)
        for (number, block) in decoder.blocks.enumerated().reversed() {
            let kept = kept[number]
            let middle = kept.middle.matrix(rows: count, columns: d)
            let gateUp = kept.gateUp.matrix(rows: count, columns: 2 * inner)
            let gatedGradient = wideGradient.matrix(rows: count, columns: inner)
            revert(.down, number, gate(gateUp), gradient, sums, into: gatedGradient)
            SwiGLU.replaceByGradients(
                gate: gateUp.columns(0..<inner),
                up: gateUp.columns(inner..<2 * inner),
                outputGradient: gatedGradient,
                level: level
            )
            let normedGradient = normedGradient.matrix(rows: count, columns: d)
            let feedForwardInput = norm(middle, block.feedForwardNorm)
            revert(.gateUp, number, feedForwardInput, gateUp, sums, into: normedGradient)
            addNormGradient(middle, block.feedForwardNorm, normedGradient, to: gradient)

            let attended = kept.attended.matrix(rows: count, columns: query)
            let attendedGradient = attendedGradient.matrix(rows: count, columns: query)
            revert(.attentionOutput, number, attended, gradient, sums, into: attendedGradient)
            let projected = kept.projected.matrix(rows: count, columns: query + 2 * key)
            let projectedGradient = wideGradient.matrix(rows: count, columns: query + 2 * key)
            let gradients = projections(projectedGradient)
            for tree in rows.trees {
                attention.apply(
                    tree,
                    projections: projections(projected),
                    outputGradient: attendedGradient,
                    headSize: shape.headSize,
                    scale: attentionScale,
                    gradients: gradients
                )
            }
            decoder.rotary.revert(gradients.queries, positions: rows.positions, level: level)
            decoder.rotary.revert(gradients.keys, positions: rows.positions, level: level)
            let input = kept.input.matrix(rows: count, columns: d)
            let attentionInput = norm(input, block.attentionNorm)
            // Nothing before the first block is trained, so its input needs no gradient.
            let target = number == 0 ? nil : normedGradient
            revert(.queryKeyValue, number, attentionInput, projectedGradient, sums, into: target)
            if let target { addNormGradient(input, block.attentionNorm, target, to: gradient) }
        }
    }

    /// Moves the kept rows together, in everything that the backward pass reads.
    private func compact(_ rows: [Int]) {
        let shape = decoder.configuration
        func compact(_ buffer: FloatBuffer, _ columns: Int) {
            guard let last = rows.last else { return }
            let base = buffer.matrix(rows: last + 1, columns: columns).base
            for (target, source) in rows.enumerated() where target != source {
                (base + target * columns).update(from: base + source * columns, count: columns)
            }
        }
        compact(gradient, shape.dimension)
        for (number, kept) in kept.enumerated() {
            compact(kept.input, shape.dimension)
            compact(kept.projected, shape.queryWidth + 2 * shape.keyWidth)
            compact(kept.attended, shape.queryWidth)
            compact(kept.middle, shape.dimension)
            compact(kept.gateUp, 2 * shape.feedForward)
            for (group, inner) in kept.inner.enumerated() {
                let parts = factors.layout.groups[number][group].parts.count
                compact(inner, parts * factors.layout.rank)
            }
        }
    }

    private func projections(_ all: MatrixView) -> AttentionGradient.Projections {
        let (query, key) = (decoder.configuration.queryWidth, decoder.configuration.keyWidth)
        return AttentionGradient.Projections(
            queries: all.columns(0..<query),
            keys: all.columns(query..<query + key),
            values: all.columns(query + key..<query + 2 * key)
        )
    }

    private func addNormGradient(
        _ input: MatrixView,
        _ gain: [Float],
        _ outputGradient: MatrixView,
        to gradient: MatrixView
    ) {
        RMSNorm.addGradient(
            of: input,
            gain: gain,
            epsilon: decoder.configuration.normEpsilon,
            outputGradient: outputGradient,
            to: gradient,
            level: level
        )
    }

    /// The backward pass of a group: adds the factors' gradients, and writes that of the input if
    /// there is a place for it.
    private func revert(
        _ group: LayerGroup,
        _ number: Int,
        _ input: MatrixView,
        _ outputGradient: MatrixView,
        _ sums: FactorVector,
        into inputGradient: MatrixView?
    ) {
        let (layout, inner) = innerView(group, number, rows: input.rows)
        let rank = factors.layout.rank
        let scale = factors.layout.scale
        let back = innerGradient.matrix(rows: input.rows, columns: inner.columns)
        for (index, part) in layout.parts.enumerated() {
            let columns = index * rank..<(index + 1) * rank
            let slope = outputGradient.columns(part.outputs)
            Product.multiply(
                slope,
                by: factors.up(part),
                scale: scale,
                into: back.columns(columns),
                level: level
            )
            Product.multiply(
                inner.columns(columns),
                transposed: true,
                by: slope,
                scale: scale,
                adding: true,
                into: sums.up(part),
                level: level
            )
        }
        if !layout.parts.isEmpty {
            Product.multiply(
                back,
                transposed: true,
                by: input,
                adding: true,
                into: sums.down(layout),
                level: level
            )
        }
        guard let inputGradient else { return }
        activations.prepare(outputGradient, for: decoder.path.activations)
        decoder.blocks[number].layer(group).backward.multiply(activations, into: inputGradient)
        guard !layout.parts.isEmpty else { return }
        Product.multiply(
            back,
            by: factors.down(layout),
            adding: true,
            into: inputGradient,
            level: level
        )
    }
}
