import Models

/// The places of all layers' factors in one vector of all trained parameters.
///
/// For each block and group: the A matrices of the adapted projections one below the other,
/// `[n · rank, inputs]`; then each projection's Bᵀ, `[rank, outputs]`. A second vector of the same
/// layout holds every matrix transposed.
struct FactorLayout: Sendable {
    /// One adapted projection of a group.
    struct Part: Sendable {
        let projection: LoRAAdapter.Projection
        /// The projection's outputs among those of the group.
        let outputs: Range<Int>
        /// Where Bᵀ, `[rank, outputs]`, begins.
        let upOffset: Int
    }

    struct Group: Sendable {
        let inputs: Int
        /// Where A, `[parts.count · rank, inputs]`, begins.
        let downOffset: Int
        let parts: [Part]
    }

    let rank: Int
    let scale: Float
    /// By block, then by ``LayerGroup``.
    let groups: [[Group]]
    /// Length of the vector.
    let count: Int

    init(_ shape: DecoderConfiguration, recipe: Recipe) {
        rank = recipe.rank
        scale = recipe.alpha / Float(recipe.rank)
        var offset = 0
        groups = (0..<shape.blocks).map { _ in
            LayerGroup.allCases.map { group in
                let inputs = group.projections[0].shape(in: shape).inputs
                var outputs = 0
                var adapted: [(LoRAAdapter.Projection, Range<Int>)] = []
                for projection in group.projections {
                    let width = projection.shape(in: shape).outputs
                    if recipe.projections.contains(projection) {
                        adapted.append((projection, outputs..<outputs + width))
                    }
                    outputs += width
                }
                let downOffset = offset
                offset += adapted.count * recipe.rank * inputs
                let parts = adapted.map { projection, range in
                    defer { offset += recipe.rank * range.count }
                    return Part(projection: projection, outputs: range, upOffset: offset)
                }
                return Group(inputs: inputs, downOffset: downOffset, parts: parts)
            }
        }
        count = offset
    }
}
