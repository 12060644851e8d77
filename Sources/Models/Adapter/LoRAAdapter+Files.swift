import FoundationEssentials

/// Adapters on disk, in the layout of PEFT.
///
///     FOLDER/adapter_model.safetensors   A and B of every adapted layer
///     FOLDER/adapter_config.json         rank, alpha and the kind of adapter
extension LoRAAdapter {
    package static let weightsFileName = "adapter_model.safetensors"

    /// Reads an adapter.
    ///
    /// - Parameters:
    ///   - folder: Holds the two files.
    ///   - configuration: Of the decoder that it is for; the shapes of all layers are checked.
    /// - Throws: ``ModelFileError`` that names the setting or tensor at fault.
    package init(folder: String, for configuration: DecoderConfiguration) throws {
        let settings = try AdapterSettings(path: "\(folder)/\(AdapterSettings.fileName)")
        let file = try SafetensorsFile(path: "\(folder)/\(Self.weightsFileName)")
        try self.init(file, rank: settings.rank, alpha: settings.alpha, for: configuration)
    }

    /// Reads the factors from a file of tensors.
    ///
    /// - Parameters:
    ///   - file: With the names of PEFT; tensors of another name are a fault.
    ///   - rank: Of all layers.
    ///   - alpha: Scale · rank.
    ///   - configuration: Of the decoder that it is for.
    /// - Throws: ``ModelFileError``.
    package init(
        _ file: SafetensorsFile,
        rank: Int,
        alpha: Float,
        for configuration: DecoderConfiguration
    ) throws {
        var blocks = [[Projection: Factors]](repeating: [:], count: configuration.blocks)
        var known: Set<String> = []
        let names = Set(file.allNames)
        for block in blocks.indices {
            for projection in Projection.allCases {
                let (down, up) = (
                    projection.name(.down, block: block), projection.name(.up, block: block)
                )
                guard names.contains(down) || names.contains(up) else { continue }
                known.formUnion([down, up])
                let (outputs, inputs) = projection.shape(in: configuration)
                blocks[block][projection] = Factors(
                    down: try Self.finite(file.tensor(down, shape: [rank, inputs]), in: file),
                    up: try Self.finite(file.tensor(up, shape: [outputs, rank]), in: file),
                    inputs: inputs,
                    outputs: outputs,
                    rank: rank
                )
            }
        }
        if let stranger = names.subtracting(known).min() {
            throw ModelFileError(
                .unsupported,
                file: file.path,
                at: "tensor \(stranger)",
                found: "a layer that the base model lacks or that cannot be adapted",
                expected: "lora_A and lora_B of the seven projections of \(blocks.count) blocks",
                remedy: "Use the adapter with the model that it was trained on."
            )
        }
        guard !known.isEmpty else {
            throw ModelFileError(
                .incomplete,
                file: file.path,
                found: "no adapted layer",
                expected: "tensors such as \(Projection.query.name(.down, block: 0))"
            )
        }
        self.init(rank: rank, alpha: alpha, blocks: blocks)
    }

    /// Writes the two files; each appears whole or not at all, the weights first.
    ///
    /// - Parameters:
    ///   - folder: Exists.
    ///   - baseModel: What the configuration names as the base model.
    ///   - format: How the weights are stored.
    /// - Throws: ``ModelFileError``.
    package func write(
        to folder: String,
        baseModel: String,
        format: SafetensorsWriter.Format = .bfloat16
    ) throws {
        try ModelFiles.replace(
            "\(folder)/\(Self.weightsFileName)",
            by: try weightBytes(as: format)
        )
        try ModelFiles.replace(
            "\(folder)/\(AdapterSettings.fileName)",
            by: try AdapterSettings.bytes(of: self, baseModel: baseModel)
        )
    }

    /// The bytes of the file of weights.
    package func weightBytes(as format: SafetensorsWriter.Format) throws -> [UInt8] {
        var tensors: [SafetensorsWriter.Tensor] = []
        for (block, layers) in blocks.enumerated() {
            for (projection, factors) in layers {
                tensors.append(
                    SafetensorsWriter.Tensor(
                        name: projection.name(.down, block: block),
                        shape: [rank, factors.inputs],
                        values: factors.down
                    )
                )
                tensors.append(
                    SafetensorsWriter.Tensor(
                        name: projection.name(.up, block: block),
                        shape: [factors.outputs, rank],
                        values: factors.up
                    )
                )
            }
        }
        return try SafetensorsWriter.bytes(of: tensors, as: format, metadata: ["format": "pt"])
    }

    private static func finite(
        _ tensor: SafetensorsFile.Tensor,
        in file: SafetensorsFile
    ) throws -> [Float] {
        let values = tensor.values()
        guard values.allSatisfy(\.isFinite) else {
            throw ModelFileError(
                .malformed,
                file: file.path,
                at: "tensor \(tensor.name)",
                found: "a value that is no number or infinite",
                expected: "finite numbers"
            )
        }
        return values
    }
}

extension LoRAAdapter.Projection {
    fileprivate enum Factor: String {
        /// Rank × inputs.
        case down = "lora_A"
        /// Outputs × rank.
        case up = "lora_B"
    }

    fileprivate func name(_ factor: Factor, block: Int) -> String {
        let part =
            switch self {
            case .query, .key, .value, .output: "self_attn"
            case .gate, .up, .down: "mlp"
            }
        return
            "base_model.model.model.layers.\(block).\(part).\(rawValue).\(factor.rawValue).weight"
    }
}
