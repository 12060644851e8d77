/// Low-rank additions to the linear layers of a decoder.
///
/// A layer with weight W, `[outputs, inputs]`, computes `x·Wᵀ + scale·(x·Aᵀ)·Bᵀ`. A layer need not
/// be adapted in every block.
///
/// ## Source
/// Hu et al., *LoRA*, 2021 (arXiv:2106.09685).
package struct LoRAAdapter: Sendable {
    /// The linear layers of a block that may be adapted, by their names in PEFT.
    package enum Projection: String, Hashable, Codable, Sendable, CaseIterable {
        case query = "q_proj"
        case key = "k_proj"
        case value = "v_proj"
        case output = "o_proj"
        case gate = "gate_proj"
        case up = "up_proj"
        case down = "down_proj"
    }

    /// The two factors of one layer.
    package struct Factors: Sendable {
        /// A, `[rank, inputs]`, row-major.
        package var down: [Float]
        /// B, `[outputs, rank]`, row-major.
        package var up: [Float]
        package let inputs: Int
        package let outputs: Int

        /// - Precondition: The arrays have as many elements as the shapes require.
        package init(down: [Float], up: [Float], inputs: Int, outputs: Int, rank: Int) {
            precondition(
                down.count == rank * inputs && up.count == outputs * rank,
                "Factors: \(down.count) and \(up.count) for \(outputs)×\(rank)×\(inputs)"
            )
            self.down = down
            self.up = up
            self.inputs = inputs
            self.outputs = outputs
        }
    }

    package let rank: Int
    /// Scale = alpha / rank.
    package let alpha: Float
    /// The adapted layers of each block.
    ///
    /// Rows of query and key are in transformers' order, whatever the base model's file has; see
    /// ``InterleavedHeads``.
    package var blocks: [[Projection: Factors]]

    package init(rank: Int, alpha: Float, blocks: [[Projection: Factors]]) {
        self.rank = rank
        self.alpha = alpha
        self.blocks = blocks
    }

    package var scale: Float { alpha / Float(rank) }
}
