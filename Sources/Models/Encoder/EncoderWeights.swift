import Tensor

/// The weights of a BERT-type encoder; read-only and shared by all workers.
final class EncoderWeights: Sendable {
    /// A learned layer normalisation, both `[dimension]`.
    struct Norm: Sendable {
        let gain: [Float]
        let bias: [Float]
    }

    /// One block: attention and feed-forward, each before its norm.
    struct Block: Sendable {
        /// Query, key and value: `[3 · dimension]` outputs.
        let queryKeyValue: LinearLayer
        let attentionOutput: LinearLayer
        let attentionNorm: Norm
        let up: LinearLayer
        let down: LinearLayer
        let outputNorm: Norm
    }

    /// `[vocabulary, dimension]`; rows are read from the mapped file on demand.
    let words: SafetensorsFile.Tensor
    /// `[positions, dimension]`: the vector of the position plus that of segment 0.
    let positions: [Float]
    let embeddingNorm: Norm
    let blocks: [Block]

    /// - Throws: ``ModelFileError`` when a tensor is absent or its shape is not the expected one.
    init(_ file: SafetensorsFile, _ shape: EncoderConfiguration, format: MatrixFormat) throws {
        let reader = Reader(
            file: file,
            prefix: file.contains("bert.embeddings.word_embeddings.weight") ? "bert." : "",
            format: format
        )
        let d = shape.dimension
        words = try reader.tensor("embeddings.word_embeddings.weight", [shape.vocabulary, d])
        var positions = try reader.tensor(
            "embeddings.position_embeddings.weight",
            [shape.positions, d]
        ).values()
        let segment = try reader.tensor(
            "embeddings.token_type_embeddings.weight",
            [shape.segments, d]
        ).values()
        for index in positions.indices { positions[index] += segment[index % d] }
        self.positions = positions
        embeddingNorm = try reader.norm("embeddings.LayerNorm", d)
        blocks = try (0..<shape.blocks).map { number in
            let block = "encoder.layer.\(number)"
            return Block(
                queryKeyValue: try reader.layer(
                    ["query", "key", "value"].map { "\(block).attention.self.\($0)" },
                    outputs: d,
                    inputs: d
                ),
                attentionOutput: try reader.layer(
                    ["\(block).attention.output.dense"],
                    outputs: d,
                    inputs: d
                ),
                attentionNorm: try reader.norm("\(block).attention.output.LayerNorm", d),
                up: try reader.layer(
                    ["\(block).intermediate.dense"],
                    outputs: shape.feedForward,
                    inputs: d
                ),
                down: try reader.layer(
                    ["\(block).output.dense"],
                    outputs: d,
                    inputs: shape.feedForward
                ),
                outputNorm: try reader.norm("\(block).output.LayerNorm", d)
            )
        }
    }

    private struct Reader {
        let file: SafetensorsFile
        let prefix: String
        let format: MatrixFormat

        func tensor(_ name: String, _ shape: [Int]) throws -> SafetensorsFile.Tensor {
            try file.tensor(prefix + name, shape: shape)
        }

        /// A norm's parameters, which old files call gamma and beta.
        func norm(_ name: String, _ count: Int) throws -> Norm {
            let isOld = file.contains("\(prefix)\(name).gamma")
            return Norm(
                gain: try tensor("\(name).\(isOld ? "gamma" : "weight")", [count]).values(),
                bias: try tensor("\(name).\(isOld ? "beta" : "bias")", [count]).values()
            )
        }

        /// Layers of the same shape, packed side by side into one matrix.
        func layer(_ names: [String], outputs: Int, inputs: Int) throws -> LinearLayer {
            let tensors = try names.map { try tensor("\($0).weight", [outputs, inputs]) }
            let bias = try names.flatMap { try tensor("\($0).bias", [outputs]).values() }
            let matrix = PackedMatrix(
                outputs: outputs * names.count,
                inputs: inputs,
                format: format
            ) { row, weights in
                let first = row % outputs * inputs
                tensors[row / outputs].copy(elements: first..<first + inputs, into: weights)
            }
            return LinearLayer(matrix, bias: bias)
        }
    }
}
