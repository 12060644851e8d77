import Tensor
package import Tokenizers

/// A BERT-type encoder: one unit vector for each sequence of tokens.
///
/// Sequences are packed one after another, without padding. Each attends to itself only, so a vector
/// depends neither on its place nor on its neighbours, bit for bit within a kernel level.
///
/// ## Source
/// Devlin et al., *BERT*, 2019 (arXiv:1810.04805); Reimers & Gurevych, *Sentence-BERT*, 2019
/// (arXiv:1908.10084).
package final class EncoderModel: Sendable {
    package let configuration: EncoderConfiguration
    package let tokenizer: WordPieceTokenizer
    /// The path that runs; never ``WeightPath/int8``.
    package let path: WeightPath
    private let weights: EncoderWeights

    /// Opens a folder as sentence-transformers writes it.
    ///
    /// - Parameters:
    ///   - folder: Contains `model.safetensors`, `config.json`, `vocab.txt` and the other settings.
    ///   - path: The arithmetic to run in. `int8` means `bfloat16` here: 8-bit codes change a vector too
    ///     much (a cosine of 0.9992 with the exact vector was measured, 0.9999 is required).
    /// - Throws: ``ModelFileError``.
    package init(folder: String, path: WeightPath = .bfloat16) throws {
        configuration = try EncoderConfiguration(folder: folder)
        tokenizer = try WordPieceTokenizer(
            modelFolder: folder,
            maximumTokens: configuration.maximumTokens
        )
        guard tokenizer.vocabularySize <= configuration.vocabulary else {
            throw ModelFileError(
                .malformed,
                file: folder + "/vocab.txt",
                found: "\(tokenizer.vocabularySize) pieces",
                expected: "at most \(configuration.vocabulary), the vocab_size of config.json"
            )
        }
        self.path = path == .float32 ? .float32 : .bfloat16
        let file = try SafetensorsFile(path: folder + "/model.safetensors")
        weights = try EncoderWeights(
            file,
            configuration,
            format: path == .float32 ? .float32 : .bfloat16
        )
        // The weights are packed; from now on only rows of the embedding are read from the file.
        file.releasePages()
    }

    /// Encodes token sequences made by ``tokenizer``.
    ///
    /// - Parameters:
    ///   - sequences: S sequences of 1 to `configuration.maximumTokens` tokens.
    ///   - workspace: The calling thread's.
    /// - Returns: `[S, dimension]`, row-major; each row has length 1.
    package func encode(_ sequences: [[Int32]], workspace: EncoderWorkspace) -> [Float] {
        let d = configuration.dimension
        var bounds = [0]
        for sequence in sequences {
            precondition(
                (1...configuration.maximumTokens).contains(sequence.count),
                "EncoderModel: \(sequence.count) tokens of \(configuration.maximumTokens)"
            )
            bounds.append(bounds[bounds.count - 1] + sequence.count)
        }
        let stream = embed(sequences, rows: bounds[sequences.count], workspace)
        let spans = zip(bounds, bounds.dropFirst()).flatMap { start, end in
            repeatElement(AttentionSpan(own: Int32(start)..<Int32(end)), count: end - start)
        }
        if stream.rows > 0 {
            for block in weights.blocks {
                attend(block, spans, stream, workspace)
                feedForward(block, stream, workspace)
            }
        }
        return [Float](unsafeUninitializedCapacity: sequences.count * d) { vectors, count in
            for index in sequences.indices {
                pool(
                    stream.rows(bounds[index]..<bounds[index + 1]),
                    into: UnsafeMutableBufferPointer(
                        rebasing: vectors[index * d..<(index + 1) * d]
                    )
                )
            }
            count = sequences.count * d
        }
    }

    private func embed(
        _ sequences: [[Int32]],
        rows: Int,
        _ workspace: EncoderWorkspace
    ) -> MatrixView {
        let d = configuration.dimension
        let stream = workspace.stream.matrix(rows: rows, columns: d)
        var row = 0
        for sequence in sequences {
            for (position, token) in sequence.enumerated() {
                let target = stream.row(row)
                let first = Int(token) * d
                weights.words.copy(elements: first..<first + d, into: target)
                for channel in 0..<d {
                    target[channel] += weights.positions[position * d + channel]
                }
                row += 1
            }
        }
        normalise(stream, weights.embeddingNorm, workspace)
        return stream
    }

    /// `stream = norm(stream + output(attention(stream)))`.
    private func attend(
        _ block: EncoderWeights.Block,
        _ spans: [AttentionSpan],
        _ stream: MatrixView,
        _ workspace: EncoderWorkspace
    ) {
        let (d, headSize) = (configuration.dimension, configuration.headSize)
        workspace.activations.prepare(stream, for: path.activations)
        let projected = workspace.projected.matrix(rows: stream.rows, columns: 3 * d)
        block.queryKeyValue.apply(workspace.activations, into: projected)
        let cache = workspace.cache(
            slots: stream.rows,
            heads: configuration.heads,
            headSize: headSize
        )
        cache.store(
            keys: projected.columns(d..<2 * d),
            values: projected.columns(2 * d..<3 * d),
            at: 0
        )
        let attended = workspace.attended.matrix(rows: stream.rows, columns: d)
        Attention.attend(
            projected.columns(0..<d),
            cache: cache,
            spans: spans,
            scale: 1 / Float(headSize).squareRoot(),
            output: attended,
            level: workspace.level
        )
        add(attended, by: block.attentionOutput, to: stream, workspace)
        normalise(stream, block.attentionNorm, workspace)
    }

    /// `stream = norm(stream + down(gelu(up(stream))))`.
    private func feedForward(
        _ block: EncoderWeights.Block,
        _ stream: MatrixView,
        _ workspace: EncoderWorkspace
    ) {
        workspace.activations.prepare(stream, for: path.activations)
        let inner = workspace.projected.matrix(
            rows: stream.rows,
            columns: configuration.feedForward
        )
        block.up.apply(workspace.activations, into: inner)
        GELU.apply(
            inner,
            form: configuration.usesTanh ? .tanh : .exact,
            output: inner,
            level: workspace.level
        )
        add(inner, by: block.down, to: stream, workspace)
        normalise(stream, block.outputNorm, workspace)
    }

    private func add(
        _ input: MatrixView,
        by layer: LinearLayer,
        to stream: MatrixView,
        _ workspace: EncoderWorkspace
    ) {
        workspace.activations.prepare(input, for: path.activations)
        let output = workspace.output.matrix(rows: stream.rows, columns: stream.columns)
        layer.apply(workspace.activations, into: output)
        Addition.add(output, to: stream, level: workspace.level)
    }

    private func normalise(
        _ stream: MatrixView,
        _ norm: EncoderWeights.Norm,
        _ workspace: EncoderWorkspace
    ) {
        LayerNorm.apply(
            stream,
            gain: norm.gain,
            bias: norm.bias,
            epsilon: configuration.normEpsilon,
            output: stream,
            level: workspace.level
        )
    }

    /// Pools the rows of a sequence into one unit vector; sums are taken in `Double`, row by row.
    private func pool(_ rows: MatrixView, into vector: UnsafeMutableBufferPointer<Float>) {
        let used = configuration.pooling == .first ? rows.rows(0..<1) : rows
        var sums = [Double](repeating: 0, count: vector.count)
        for index in 0..<used.rows {
            let row = used.row(index)
            for channel in sums.indices { sums[channel] += Double(row[channel]) }
        }
        let squares = sums.reduce(0) { $0 + $1 * $1 }
        // A zero vector has no direction and stays zero.
        let scale = squares > 0 ? 1 / squares.squareRoot() : 1
        for channel in sums.indices {
            vector.initializeElement(at: channel, to: Float(sums[channel] * scale))
        }
    }
}
