import Inference
import Models
import Tensor

/// One number per trained parameter, such as its value or gradient, in the order of
/// ``FactorLayout``.
///
/// `@unchecked Sendable`: one thread at a time uses a vector of gradients or moments; workers only
/// read the parameters, which change while no worker runs.
final class FactorVector: @unchecked Sendable {
    let layout: FactorLayout
    let numbers: UnsafeMutableBufferPointer<Float>
    private let buffer: FloatBuffer

    /// All zero.
    init(_ layout: FactorLayout) {
        self.layout = layout
        buffer = FloatBuffer(capacity: layout.count)
        numbers = buffer.matrix(rows: 1, columns: layout.count).row(0)
    }

    /// A of all parts of a group, `[n · rank, inputs]`.
    func down(_ group: FactorLayout.Group) -> MatrixView {
        view(group.downOffset, group.parts.count * layout.rank, group.inputs)
    }

    /// Bᵀ of a part, `[rank, outputs]`.
    func up(_ part: FactorLayout.Part) -> MatrixView {
        view(part.upOffset, layout.rank, part.outputs.count)
    }

    func view(_ offset: Int, _ rows: Int, _ columns: Int) -> MatrixView {
        guard let base = numbers.baseAddress else { preconditionFailure("no factors") }
        return MatrixView(base + offset, rows: rows, columns: columns)
    }
}

/// All trained parameters, and the transposes of their matrices.
final class TrainedFactors: Sendable {
    let layout: FactorLayout
    private let values: FactorVector
    private let transposes: FactorVector

    /// All parameters, in the layout's order.
    var numbers: UnsafeMutableBufferPointer<Float> { values.numbers }

    /// All zero.
    init(_ layout: FactorLayout) {
        self.layout = layout
        values = FactorVector(layout)
        transposes = FactorVector(layout)
    }

    /// Draws A uniformly from ± 1 / √inputs, as PEFT does (Kaiming with a = √5), and sets B to 0.
    func draw(seed: UInt64) {
        numbers.update(repeating: 0)
        var stream = 0
        for group in layout.groups.joined() where !group.parts.isEmpty {
            var random = SplitMix64(seed: seed, stream: stream)
            stream += 1
            let bound = 1 / Double(group.inputs).squareRoot()
            let count = group.parts.count * layout.rank * group.inputs
            for index in group.downOffset..<group.downOffset + count {
                numbers[index] = Float((2 * random.uniform() - 1) * bound)
            }
        }
        transpose()
    }

    /// Copies an adapter's factors.
    ///
    /// - Throws: ``TrainingError/adapterMismatch(reason:)``.
    func take(_ adapter: LoRAAdapter, alpha: Float) throws {
        guard adapter.rank == layout.rank, adapter.alpha == alpha else {
            throw TrainingError.adapterMismatch(
                reason: "it has rank \(adapter.rank) and alpha \(adapter.alpha), the recipe has "
                    + "\(layout.rank) and \(alpha)"
            )
        }
        guard adapter.blocks.count == layout.groups.count else {
            throw TrainingError.adapterMismatch(
                reason: "it has \(adapter.blocks.count) blocks, the model has "
                    + "\(layout.groups.count)"
            )
        }
        numbers.update(repeating: 0)
        for (number, block) in adapter.blocks.enumerated() {
            var rest = Set(block.keys)
            for group in layout.groups[number] {
                for (position, part) in group.parts.enumerated() {
                    let place = "block \(number), \(part.projection.rawValue)"
                    guard let factors = block[part.projection] else {
                        throw TrainingError.adapterMismatch(reason: "\(place): it has no factors")
                    }
                    guard factors.inputs == group.inputs, factors.outputs == part.outputs.count
                    else {
                        throw TrainingError.adapterMismatch(
                            reason: "\(place): it is \(factors.outputs)×\(factors.inputs), the "
                                + "model's layer is \(part.outputs.count)×\(group.inputs)"
                        )
                    }
                    rest.remove(part.projection)
                    let down = group.downOffset + position * layout.rank * group.inputs
                    for (index, value) in factors.down.enumerated() {
                        numbers[down + index] = value
                    }
                    for output in 0..<factors.outputs {
                        for row in 0..<layout.rank {
                            numbers[part.upOffset + row * factors.outputs + output] =
                                factors.up[output * layout.rank + row]
                        }
                    }
                }
            }
            guard rest.isEmpty else {
                throw TrainingError.adapterMismatch(
                    reason: "block \(number): it adapts "
                        + rest.map(\.rawValue).sorted().joined(separator: ", ")
                        + ", the recipe does not"
                )
            }
        }
        transpose()
    }

    /// The parameters, or other numbers in the layout's order, as an adapter.
    func adapter(alpha: Float, from other: [Float]? = nil) -> LoRAAdapter {
        let source = other ?? Array(numbers)
        let rank = layout.rank
        let blocks = layout.groups.map { groups in
            var block: [LoRAAdapter.Projection: LoRAAdapter.Factors] = [:]
            for group in groups {
                for (position, part) in group.parts.enumerated() {
                    let down = group.downOffset + position * rank * group.inputs
                    let outputs = part.outputs.count
                    var up = [Float](repeating: 0, count: outputs * rank)
                    for output in 0..<outputs {
                        for row in 0..<rank {
                            up[output * rank + row] = source[part.upOffset + row * outputs + output]
                        }
                    }
                    block[part.projection] = LoRAAdapter.Factors(
                        down: Array(source[down..<down + rank * group.inputs]),
                        up: up,
                        inputs: group.inputs,
                        outputs: outputs,
                        rank: rank
                    )
                }
            }
            return block
        }
        return LoRAAdapter(rank: rank, alpha: alpha, blocks: blocks)
    }

    /// Updates the transposes; called after the parameters have changed.
    func transpose() {
        for group in layout.groups.joined() where !group.parts.isEmpty {
            Product.transpose(values.down(group), into: downTransposed(group))
            for part in group.parts { Product.transpose(values.up(part), into: up(part)) }
        }
    }

    /// A of all parts, `[n · rank, inputs]`.
    func down(_ group: FactorLayout.Group) -> MatrixView { values.down(group) }

    /// `[inputs, n · rank]`.
    func downTransposed(_ group: FactorLayout.Group) -> MatrixView {
        transposes.view(group.downOffset, group.inputs, group.parts.count * layout.rank)
    }

    /// Bᵀ, `[rank, outputs]`.
    func upTransposed(_ part: FactorLayout.Part) -> MatrixView { values.up(part) }

    /// B, `[outputs, rank]`.
    func up(_ part: FactorLayout.Part) -> MatrixView {
        transposes.view(part.upOffset, part.outputs.count, layout.rank)
    }
}
