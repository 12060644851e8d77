import FoundationEssentials

/// Adapters on disk, in PEFT's layout.
///
///     FOLDER/adapter_model.safetensors   A and B of every adapted layer
///     FOLDER/adapter_config.json         rank, alpha and the kind of adapter
extension LoRAAdapter {
    package static let weightsFileName = "adapter_model.safetensors"

    /// Reads an adapter.
    ///
    /// - Parameters:
    ///   - folder: The folder with the two files.
    ///   - configuration: The decoder that the adapter is for; all shapes are checked against it.
    /// - Throws: ``ModelFileError`` that names the setting or tensor at fault.
    package init(folder: String, for configuration: DecoderConfiguration) throws {
        let settings = try AdapterSettings(path: "\(folder)/\(AdapterSettings.fileName)")
        let file = try SafetensorsFile(path: "\(folder)/\(Self.weightsFileName)")
        try self.init(file, rank: settings.rank, alpha: settings.alpha, for: configuration)
    }

    /// Reads the factors from a file of tensors.
    ///
    /// - Parameters:
    ///   - file: Tensors under PEFT's names; any other tensor is an error.
    ///   - rank: The rank of all layers.
    ///   - alpha: Scale · rank.
    ///   - configuration: The decoder that the adapter is for.
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
        if let unknown = names.subtracting(known).min() {
            throw ModelFileError(
                .unsupported,
                file: file.path,
                at: "tensor \(unknown)",
                found: "a layer that the base model does not have or that cannot be adapted",
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

    /// Writes the two files, the weights first; each appears whole or not at all.
    ///
    /// - Parameters:
    ///   - folder: An existing folder.
    ///   - baseModel: The base model's name, as it is written to the configuration.
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
                found: "a NaN or an infinity",
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
