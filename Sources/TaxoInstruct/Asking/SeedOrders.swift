import Inference
package import Taxonomy

/// Orders in which the seeds are shown to the language model.
///
/// The paper asks under all n! orders and joins what they bring. Few seeds have few orders, and
/// then all are tried; of more a sample is, the given one first.
package struct SeedOrders {
    /// Distinct orders, the given one first.
    package let orders: [[Concept.Index]]

    /// Seeds of which all orders can be asked for: 24 of four.
    package static let exhaustible = 4

    /// - Parameters:
    ///   - seeds: Without repetition.
    ///   - limit: Orders at most.
    ///   - all: Whether all orders are wanted if the seeds are ``exhaustible``.
    ///   - shown: Seeds in one order at most.
    ///   - seed: Of the sample.
    package init(_ seeds: [Concept.Index], limit: Int, all: Bool, shown: Int, seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let isExhaustible = seeds.count <= min(Self.exhaustible, shown)
        let count = (1...max(1, min(seeds.count, Self.exhaustible))).reduce(1, *)
        if isExhaustible, all || count <= limit {
            let permutations = Self.permutations(seeds)
            let rest = generator.shuffled(Array(permutations.indices.dropFirst()))
            orders = [permutations[0]] + rest.map { permutations[$0] }
            return
        }
        var orders: [[Concept.Index]] = []
        if seeds.count <= shown { orders.append(seeds) }
        // The number of draws is bounded: two seeds have only two orders to find.
        for _ in 0..<(4 * max(limit, 1)) where orders.count < max(limit, 1) {
            let order = generator.shuffled(Array(seeds.indices)).prefix(shown).map { seeds[$0] }
            if !orders.contains(order) { orders.append(order) }
        }
        self.orders = orders
    }

    /// All orders, that of the input first.
    private static func permutations(_ seeds: [Concept.Index]) -> [[Concept.Index]] {
        guard seeds.count > 1 else { return [seeds] }
        return seeds.indices.flatMap { first -> [[Concept.Index]] in
            var rest = seeds
            let head = rest.remove(at: first)
            return permutations(rest).map { [head] + $0 }
        }
    }
}
