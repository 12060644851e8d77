import Inference
import Taxonomy

/// Asks the language model which concepts of a pool are further members of a seed set.
package struct SiblingModel {
    let model: any LanguageModel
    let vocabulary: Vocabulary
    let settings: MethodSettings

    package struct Opinion {
        /// For each concept of the pool, the share of seed orders under which the model wrote it.
        package var votes: [Double]
        /// Log-likelihood per token as the next list item; `nil` for concepts that were not rated.
        package var likelihoods: [Double?]
        /// The same without the seeds: how likely the name is a priori.
        package var priors: [Double?]
        /// Number of seed orders that were continued.
        package var orders: Int
        /// Number of seed orders that were available.
        package var available: Int
        /// Mean Jaccard index of the names written under two orders; `nil` with a single order.
        package var agreement: Double?
        /// Whether the last orders added no new names.
        package var isSaturated: Bool
    }

    /// Asks the model about a pool.
    ///
    /// - Parameters:
    ///   - pool: The concepts, best first.
    ///   - seeds: The seed set.
    ///   - category: The class name, in natural order.
    /// - Returns: Votes and scores for each concept of the pool.
    /// - Throws: Errors of the model.
    func opinion(
        on pool: [Concept.Index],
        seeds: [Concept.Index],
        category: String
    ) throws -> Opinion {
        let orders = SeedOrders(
            seeds,
            limit: settings.seedOrders,
            all: settings.allSeedOrders,
            shown: settings.seedsPerOrder,
            seed: settings.seed
        ).orders
        var opinion = Opinion(
            votes: pool.map { _ in 0 },
            likelihoods: pool.map { _ in nil },
            priors: pool.map { _ in nil },
            orders: 0,
            available: orders.count,
            isSaturated: false
        )
        guard !pool.isEmpty else { return opinion }
        try vote(&opinion, on: pool, orders, category)
        let rated = pool.indices.filter { $0 < Self.rated || opinion.votes[$0] > 0 }
        let names = rated.map { lead + Term.natural(vocabulary.taxonomy.concepts[pool[$0]].name) }
        let ratings = try model.score(names, after: prompt(category, orders[0]))
        let priors = try model.score(names.map { " " + $0.drop { $0 == " " } }, after: Self.nothing)
        for (place, position) in rated.enumerated() {
            opinion.likelihoods[position] = ratings[place].perToken
            opinion.priors[position] = priors[place].perToken
        }
        return opinion
    }

    /// Number of orders continued in one batch.
    private static let batch = 3
    /// Number of top concepts that are rated even if the model did not write them.
    private static let rated = 40
    /// The prompt of a list without members, for the prior.
    private static let nothing = "list:"

    /// Continues seed orders until a whole batch adds no new names.
    private func vote(
        _ opinion: inout Opinion,
        on pool: [Concept.Index],
        _ orders: [[Concept.Index]],
        _ category: String
    ) throws {
        // Two concepts may have the same name in natural order; such a name votes for both.
        var positions: [String: [Int]] = [:]
        var names: [String] = []
        for (position, index) in pool.enumerated() {
            let name = Term.natural(vocabulary.taxonomy.concepts[index].name)
            guard !name.contains(Prompts.separator) else { continue }
            if positions[name] == nil { names.append(name) }
            positions[name, default: []].append(position)
        }
        let options = GenerationOptions(
            maximumTokens: settings.maximumTokens,
            temperature: settings.temperature,
            seed: settings.seed,
            stops: settings.promptFamily == .paper ? ["}", "\n"] : ["\n"],
            names: NameList(
                names: names,
                prefix: lead,
                separator: Prompts.separator,
                maximumNames: settings.namesPerOrder
            )
        )
        var written: [Set<Int>] = []
        var union = Set<Int>()
        while written.count < orders.count, !opinion.isSaturated {
            let batch = orders[written.count..<min(written.count + Self.batch, orders.count)]
            let prompts = batch.map { prompt(category, $0) }
            let before = union.count
            for generation in try model.generate(after: prompts, options) {
                let its = Set(generation.names)
                written.append(its)
                union.formUnion(its)
            }
            let isFirst = written.count <= Self.batch
            opinion.isSaturated = !isFirst && union.count == before && !settings.allSeedOrders
        }
        for its in written {
            for name in its {
                for position in positions[names[name]] ?? [] {
                    opinion.votes[position] += 1 / Double(written.count)
                }
            }
        }
        opinion.orders = written.count
        opinion.agreement = Self.agreement(written)
    }

    /// Mean Jaccard index over all pairs; two empty sets count as equal.
    static func agreement(_ sets: [Set<Int>]) -> Double? {
        guard sets.count > 1 else { return nil }
        var sum = 0.0
        var pairs = 0.0
        for first in sets.indices {
            for second in sets.indices where second > first {
                let union = sets[first].union(sets[second]).count
                let common = sets[first].intersection(sets[second]).count
                sum += union == 0 ? 1 : Double(common) / Double(union)
                pairs += 1
            }
        }
        return sum / pairs
    }

    /// Text between a prompt and the first name; empty for the paper's prompt, which ends with a
    /// brace.
    private var lead: String { settings.promptFamily == .paper ? "" : " " }

    private func prompt(_ category: String, _ order: [Concept.Index]) -> String {
        let seeds = order.map { Term.natural(vocabulary.taxonomy.concepts[$0].name) }
        return switch settings.promptFamily {
        case .nearestPairs: Prompts.members(of: category, seeds: seeds)
        case .paper: Prompts.expansion(of: category, seeds: seeds)
        }
    }
}
