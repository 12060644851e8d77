package import Tensor

/// A decoder of the LLaMA family: computes the logits of the next token for rows of tokens.
///
/// Immutable and shared by all workers; each has its own ``DecoderWorkspace`` and ``DecoderCache``.
/// A row's logits depend only on its token, its position and the keys it attends to, bit for bit
/// within a kernel level: packed, single, batched and resumed runs give the same logits.
///
/// ## Source
/// Touvron et al., *LLaMA*, 2023 (arXiv:2302.13971); Yang et al., *Qwen2*, 2024
/// (arXiv:2407.10671).
package final class DecoderModel: Sendable {
    /// Rows that go through all blocks together.
    ///
    /// Larger chunks do not speed up the products, and their activations do not stay in the cache.
    private static let chunkRows = 256

    package let configuration: DecoderConfiguration
    package let weights: DecoderWeights
    /// Positions that the decoder was prepared for.
    package let contextTokens: Int
    private let rotary: Rotary

    /// - Parameters:
    ///   - file: An open GGUF file; it stays mapped for the embeddings.
    ///   - path: The arithmetic to run in.
    ///   - contextLimit: Positions to prepare for; at most the model's own context length.
    ///   - adapter: An adapter for this file's configuration, merged into the weights.
    /// - Throws: ``ModelFileError``.
    package init(
        _ file: GGUFFile,
        path: WeightPath,
        contextLimit: Int = .max,
        adapter: LoRAAdapter? = nil
    ) throws {
        precondition(contextLimit > 0, "Decoder: a context of \(contextLimit)")
        configuration = try DecoderConfiguration(file)
        let tensors = try DecoderTensors(file, configuration)
        weights = DecoderWeights(tensors, path: path, adapter: adapter)
        contextTokens = min(configuration.contextTokens, contextLimit)
        rotary = tensors.rotary(
            positions: contextTokens,
            pairing: configuration.architecture.interleavesHeads ? .adjacent : .halves
        )
        // The weights are packed; from now on only rows of the embedding are read from the file.
        file.releasePages()
    }

    /// Computes the rows of `batch` and keeps the states that ``logits(of:_:)`` needs.
    ///
    /// - Parameters:
    ///   - batch: Tokens below the vocabulary's size, positions below ``contextTokens``.
    ///   - cache: Receives the keys and values of the rows.
    ///   - workspace: The calling thread's.
    package func forward(
        _ batch: DecoderBatch,
        cache: DecoderCache,
        workspace: DecoderWorkspace
    ) {
        let states = workspace.outputs.matrix(
            rows: batch.outputs.count,
            columns: configuration.dimension
        )
        workspace.outputRows = batch.outputs.count
        var written = 0
        for start in stride(from: 0, to: batch.count, by: Self.chunkRows) {
            let rows = start..<min(start + Self.chunkRows, batch.count)
            let stream = embed(batch.tokens[rows], workspace)
            let part = Chunk(
                positions: Array(batch.positions[rows]),
                slots: Array(batch.slots[rows]),
                spans: Array(batch.spans[rows])
            )
            for (block, layer) in zip(weights.blocks, cache.layers) {
                attend(block, layer, part, stream, workspace)
                feedForward(block, stream, workspace)
            }
            while written < batch.outputs.count, batch.outputs[written] < rows.upperBound {
                let source = stream.row(batch.outputs[written] - rows.lowerBound)
                _ = states.row(written).update(fromContentsOf: source)
                written += 1
            }
        }
        RMSNorm.apply(
            states,
            gain: weights.outputNorm,
            epsilon: configuration.normEpsilon,
            output: states,
            level: workspace.level
        )
    }

    /// Computes the logits of output rows of the last forward pass, in the order of the batch.
    ///
    /// - Parameters:
    ///   - rows: Which of the output rows; as many as the caller has memory for.
    ///   - workspace: The workspace that ran the forward pass.
    /// - Returns: `[rows.count, vocabulary]`, valid until the workspace is used again.
    package func logits(of rows: Range<Int>, _ workspace: DecoderWorkspace) -> MatrixView {
        let states = workspace.outputs.matrix(
            rows: workspace.outputRows,
            columns: configuration.dimension
        )
        workspace.activations.prepare(states.rows(rows), for: weights.path.activations)
        let logits = workspace.logits.matrix(
            rows: rows.count,
            columns: configuration.vocabulary
        )
        weights.head.apply(workspace.activations, into: logits)
        return logits
    }

    private struct Chunk {
        let positions: [Int32]
        let slots: [Int32]
        let spans: [AttentionSpan]
    }

    private func embed(
        _ tokens: ArraySlice<Int32>,
        _ workspace: DecoderWorkspace
    ) -> MatrixView {
        let stream = workspace.stream.matrix(
            rows: tokens.count,
            columns: configuration.dimension
        )
        for (row, token) in tokens.enumerated() {
            weights.embedding.dequantise(row: Int(token), into: stream.row(row))
        }
        return stream
    }

    /// `stream += output(attention(norm(stream)))`.
    private func attend(
        _ block: DecoderWeights.Block,
        _ cache: KeyValueCache,
        _ chunk: Chunk,
        _ stream: MatrixView,
        _ workspace: DecoderWorkspace
    ) {
        let shape = configuration
        let level = workspace.level
        let projected = project(
            stream,
            gain: block.attentionNorm,
            by: block.queryKeyValue,
            workspace
        )
        let (query, key) = (shape.queryWidth, shape.keyWidth)
        let queries = projected.columns(0..<query)
        let keys = projected.columns(query..<query + key)
        rotary.apply(to: queries, positions: chunk.positions, level: level)
        rotary.apply(to: keys, positions: chunk.positions, level: level)
        cache.store(
            keys: keys,
            values: projected.columns(query + key..<query + 2 * key),
            slots: chunk.slots
        )
        let attended = workspace.attended.matrix(rows: stream.rows, columns: query)
        Attention.attend(
            queries,
            cache: cache,
            spans: chunk.spans,
            scale: 1 / Float(shape.headSize).squareRoot(),
            output: attended,
            level: level
        )
        add(attended, by: block.attentionOutput, to: stream, workspace)
    }

    /// `stream += down(silu(gate(norm(stream))) · up(norm(stream)))`.
    private func feedForward(
        _ block: DecoderWeights.Block,
        _ stream: MatrixView,
        _ workspace: DecoderWorkspace
    ) {
        let projected = project(stream, gain: block.feedForwardNorm, by: block.gateUp, workspace)
        let inner = configuration.feedForward
        let gated = workspace.gated.matrix(rows: stream.rows, columns: inner)
        SwiGLU.apply(
            gate: projected.columns(0..<inner),
            up: projected.columns(inner..<2 * inner),
            output: gated,
            level: workspace.level
        )
        add(gated, by: block.down, to: stream, workspace)
    }

    private func project(
        _ stream: MatrixView,
        gain: [Float],
        by layer: LinearLayer,
        _ workspace: DecoderWorkspace
    ) -> MatrixView {
        let normed = workspace.normed.matrix(rows: stream.rows, columns: stream.columns)
        RMSNorm.apply(
            stream,
            gain: gain,
            epsilon: configuration.normEpsilon,
            output: normed,
            level: workspace.level
        )
        workspace.activations.prepare(normed, for: weights.path.activations)
        let projected = workspace.projected.matrix(rows: stream.rows, columns: layer.outputs)
        layer.apply(workspace.activations, into: projected)
        return projected
    }

    private func add(
        _ input: MatrixView,
        by layer: LinearLayer,
        to stream: MatrixView,
        _ workspace: DecoderWorkspace
    ) {
        workspace.activations.prepare(input, for: weights.path.activations)
        let output = workspace.normed.matrix(rows: stream.rows, columns: layer.outputs)
        layer.apply(workspace.activations, into: output)
        Addition.add(output, to: stream, level: workspace.level)
    }
}
