import Inference
package import Taxonomy

/// The orders in which the seeds are shown to the language model.
///
/// The paper uses all n! orders and merges the results. Here all orders are used only for few
/// seeds; for more, a random sample is drawn that begins with the given order.
package struct SeedOrders {
    /// Distinct orders, beginning with the given one.
    package let orders: [[Concept.Index]]

    /// Largest number of seeds for which all orders may be used: four seeds have 24.
    package static let exhaustible = 4

    /// - Parameters:
    ///   - seeds: The seeds, without repetition.
    ///   - limit: Maximum number of orders.
    ///   - all: Whether to use all orders if there are at most ``exhaustible`` seeds.
    ///   - shown: Maximum number of seeds in one order.
    ///   - seed: Seed of the random sample.
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
        // The number of draws is bounded because few seeds have few distinct orders: two have only
        // two.
        for _ in 0..<(4 * max(limit, 1)) where orders.count < max(limit, 1) {
            let order = generator.shuffled(Array(seeds.indices)).prefix(shown).map { seeds[$0] }
            if !orders.contains(order) { orders.append(order) }
        }
        self.orders = orders
    }

    /// All permutations, the given order first.
    private static func permutations(_ seeds: [Concept.Index]) -> [[Concept.Index]] {
        guard seeds.count > 1 else { return [seeds] }
        return seeds.indices.flatMap { first -> [[Concept.Index]] in
            var rest = seeds
            let head = rest.remove(at: first)
            return permutations(rest).map { [head] + $0 }
        }
    }
}
