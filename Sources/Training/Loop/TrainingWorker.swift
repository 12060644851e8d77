import Dispatch
import Models
import Tensor

/// The passes of one thread, and the sum of their gradients.
///
/// `@unchecked Sendable`: one thread at a time uses a worker; ``WorkerTeam`` gives each worker to one
/// thread and waits for all of them.
final class TrainingWorker: @unchecked Sendable {
    let gradients: FactorVector
    private let decoderPass: DecoderPass
    private let headPass: HeadPass

    init(_ decoder: FrozenDecoder, factors: TrainedFactors, recipe: Recipe, level: KernelLevel) {
        gradients = FactorVector(factors.layout)
        decoderPass = DecoderPass(decoder, factors: factors, level: level)
        headPass = HeadPass(decoder, recipe: recipe, level: level)
    }

    /// Computes the losses of examples, in the order of the packs' members.
    ///
    /// - Parameters:
    ///   - examples: The list that the packs' members are indices into.
    ///   - packs: Lists of members that go through the decoder together.
    ///   - scale: Multiplies the gradients, whose sum ``gradients`` then holds; without it none are
    ///     computed.
    /// - Returns: The losses.
    func losses(
        of examples: [TokenisedExample],
        packs: [[Int]],
        gradientScale scale: Double?
    ) -> [ExampleLoss] {
        if scale != nil { gradients.numbers.update(repeating: 0) }
        var losses: [ExampleLoss] = []
        for members in packs {
            let rows = PackedRows(examples, members: members)
            let stream = decoderPass.forward(rows)
            let result = headPass.losses(
                rows,
                of: examples,
                stream: stream,
                gradient: scale.map { _ in decoderPass.streamGradient(rows: rows.count) },
                scale: scale ?? 0
            )
            losses += result.losses
            guard scale != nil else { continue }
            let returning = ReturningRows(rows, keeping: result.isKept)
            decoderPass.backward(returning, into: gradients)
        }
        return losses
    }
}

/// Workers that share the examples of a step.
///
/// Which worker computes which example depends only on the examples and the number of workers, and
/// all sums are taken in a fixed order, so the same examples give the same bits.
struct WorkerTeam: Sendable {
    private let workers: [TrainingWorker]
    private let rowsPerPass: Int

    init(_ decoder: FrozenDecoder, factors: TrainedFactors, recipe: Recipe, level: KernelLevel) {
        workers = (0..<recipe.workers).map { _ in
            TrainingWorker(decoder, factors: factors, recipe: recipe, level: level)
        }
        rowsPerPass = recipe.rowsPerPass
    }

    /// Computes the losses of examples, in their order.
    ///
    /// - Parameters:
    ///   - examples: Any number of examples.
    ///   - scale: Multiplies the gradients; without it none are computed.
    ///   - sums: Receives the sum of all gradients if there is a scale.
    /// - Returns: The losses.
    func losses(
        of examples: [TokenisedExample],
        gradientScale scale: Double?,
        into sums: FactorVector?
    ) -> [ExampleLoss] {
        let shares = shares(of: examples)
        let results = Results(count: shares.count)
        DispatchQueue.concurrentPerform(iterations: shares.count) { index in
            results[index] = workers[index].losses(
                of: examples,
                packs: packs(shares[index], examples),
                gradientScale: scale
            )
        }
        if let sums {
            sums.numbers.update(repeating: 0)
            for worker in workers.prefix(shares.count) {
                for index in sums.numbers.indices {
                    sums.numbers[index] += worker.gradients.numbers[index]
                }
            }
        }
        var losses: [Int: ExampleLoss] = [:]
        for (index, share) in shares.enumerated() {
            for (member, loss) in zip(share, results[index]) { losses[member] = loss }
        }
        return examples.indices.compactMap { losses[$0] }
    }

    /// Divides the examples so that all workers have about the same number of rows; each list is
    /// ascending.
    private func shares(of examples: [TokenisedExample]) -> [[Int]] {
        var shares = [[Int]](repeating: [], count: min(workers.count, max(examples.count, 1)))
        var loads = shares.map { _ in 0 }
        let byLength = examples.indices.sorted {
            (-examples[$0].rows, $0) < (-examples[$1].rows, $1)
        }
        for index in byLength {
            let least = loads.indices.min { (loads[$0], $0) < (loads[$1], $1) } ?? 0
            shares[least].append(index)
            loads[least] += examples[index].rows
        }
        return shares.map { $0.sorted() }
    }

    private func packs(_ share: [Int], _ examples: [TokenisedExample]) -> [[Int]] {
        var packs: [[Int]] = []
        var rows = 0
        for index in share {
            if packs.isEmpty || rows + examples[index].rows > rowsPerPass {
                packs.append([])
                rows = 0
            }
            packs[packs.count - 1].append(index)
            rows += examples[index].rows
        }
        return packs
    }
}

/// One result per worker.
///
/// `@unchecked Sendable`: each worker writes its own element once, and the elements are read after all
/// workers have finished.
private final class Results: @unchecked Sendable {
    private let losses: UnsafeMutableBufferPointer<[ExampleLoss]>

    init(count: Int) {
        losses = .allocate(capacity: count)
        losses.initialize(repeating: [])
    }

    deinit {
        losses.deinitialize()
        losses.deallocate()
    }

    subscript(index: Int) -> [ExampleLoss] {
        get { losses[index] }
        set { losses[index] = newValue }
    }
}
