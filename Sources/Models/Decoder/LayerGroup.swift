/// Linear layers of a block that read the same activations and are computed as one product.
package enum LayerGroup: Int, Hashable, Sendable, CaseIterable {
    case queryKeyValue, attentionOutput, gateUp, down

    /// The layers of the group, in the order of their outputs.
    package var projections: [LoRAAdapter.Projection] {
        switch self {
        case .queryKeyValue: [.query, .key, .value]
        case .attentionOutput: [.output]
        case .gateUp: [.gate, .up]
        case .down: [.down]
        }
    }
}

extension LoRAAdapter.Projection {
    /// Outputs and inputs of the layer.
    package func shape(
        in configuration: DecoderConfiguration
    ) -> (outputs: Int, inputs: Int) {
        let (stream, inner) = (configuration.dimension, configuration.feedForward)
        return switch self {
        case .query: (configuration.queryWidth, stream)
        case .key, .value: (configuration.keyWidth, stream)
        case .output: (stream, configuration.queryWidth)
        case .gate, .up: (inner, stream)
        case .down: (stream, inner)
        }
    }
}
