import Inference
import Taxonomy

/// Finds more concepts of the kind of the seeds: entity set expansion, section 3.1 of the paper.
///
/// The paper names the class of the seeds, asks the model for siblings under every order of the
/// seeds, joins the answers, and ranks them with an encoder. Here
/// 1. the class comes from the asker or from the seeds' ancestors (``SeedStructure``);
/// 2. encoder and structure choose a pool of some hundred concepts;
/// 3. the model continues several sampled orders of the seeds, all in one batch, and can write
///    nothing but names of the pool, so that no answer has to be repaired;
/// 4. the model rates what was written and the best of the pool as the next of the list;
/// 5. votes, encoder, structure and likelihood are added up.
struct SetExpansion {
    let vocabulary: Vocabulary
    let view: VisibleTaxonomy
    let model: (any LanguageModel)?
    let settings: MethodSettings

    /// A concept of the seeds' kind.
    struct Sibling {
        let index: Concept.Index
        let score: Double
        let isKnown: Bool
        let parts: [String: Double]
        /// The seeds most similar to it, nearest first.
        let nearest: [Concept.Index]
    }

    struct Result {
        let siblings: [Sibling]
        let category: Concept.Index?
        /// Seed orders that the model continued.
        let orders: Int
        let poolSize: Int
    }

    private var concepts: [Concept] { vocabulary.taxonomy.concepts }

    /// Expands a seed set.
    ///
    /// - Parameters:
    ///   - seeds: At least one concept, without repetition.
    ///   - category: The class the seeds belong to, if the asker named one that is known.
    ///   - categoryName: What the asker called it.
    ///   - maximum: Siblings returned at most.
    ///   - excluded: Further concepts that are no answer.
    /// - Returns: Siblings, best first; ties go by identifier.
    /// - Throws: What the model throws.
    func expand(
        seeds: [Concept.Index],
        category: Concept.Index?,
        categoryName: String?,
        maximum: Int,
        excluding excluded: Set<Concept.Index> = []
    ) throws -> Result {
        let structure = SeedStructure(seeds: seeds, category: category, view: view)
        let cosines = seeds.map {
            vocabulary.embeddings.cosines(with: vocabulary.embeddings.row($0))
        }
        var barred = excluded.union(self.barred(by: seeds))
        if let category {
            barred.insert(category)
            barred.formUnion(view.ancestors(of: category))
        }
        let pool = pool(cosines, structure, barred: barred)
        let class_ = structure.category.map { concepts[$0].name } ?? categoryName
        let name = class_.map(Term.natural) ?? Self.namelessClass

        let orders = orders(of: seeds)
        var votes = [Double](repeating: 0, count: pool.count)
        var likelihoods = [Double?](repeating: nil, count: pool.count)
        if let model, !pool.isEmpty {
            votes = try self.votes(of: model, for: pool, orders: orders, category: name)
            // What the model wrote and the best of the rest are rated; all others are dropped.
            let rated = pool.indices.filter { $0 < Self.ratedFromPool || votes[$0] > 0 }
            let prompt = prompt(category: name, order: orders[0])
            let names = rated.map { lead + Term.natural(concepts[pool[$0].index].name) }
            for (position, rating) in zip(rated, try model.score(names, after: prompt)) {
                likelihoods[position] = rating.perToken
            }
        }
        let kept = pool.indices.filter { model == nil || likelihoods[$0] != nil }
        let encoder = Ranking.standardised(kept.map { pool[$0].similarity })
        let language = Ranking.standardised(kept.map { likelihoods[$0] ?? 0 })
        let siblings = kept.enumerated().map { place, position in
            let entry = pool[position]
            let parts = [
                "encoder": settings.siblings.encoder * encoder[place],
                "structure": settings.siblings.structure * entry.agreement,
                "votes": settings.siblings.votes * votes[position],
                "languageModel": settings.siblings.languageModel * language[place],
            ]
            return Sibling(
                index: entry.index,
                score: parts["encoder", default: 0] + parts["structure", default: 0]
                    + parts["votes", default: 0] + parts["languageModel", default: 0],
                isKnown: structure.isKnownSibling(entry.index),
                parts: parts.mapValues(Ranking.rounded),
                nearest: nearestSeeds(to: entry.index, seeds, cosines)
            )
        }
        .sorted {
            ($1.score, concepts[$0.index].identifier) < ($0.score, concepts[$1.index].identifier)
        }
        return Result(
            siblings: Array(siblings.prefix(maximum)),
            category: structure.category,
            orders: model == nil ? 0 : orders.count,
            poolSize: pool.count
        )
    }

    // MARK: Candidates

    private struct Entry {
        let index: Concept.Index
        /// Mean cosine with the seeds.
        let similarity: Double
        let agreement: Double
    }

    private static let ratedFromPool = 60
    /// What the model reads where the class is not known.
    static let namelessClass = "members"
    /// Concepts whose agreement with the seeds is looked at, by similarity.
    private static let similar = 1_000

    /// Concepts that are no siblings of the seeds: themselves, under any of their names, and what
    /// is above or below them.
    private func barred(by seeds: [Concept.Index]) -> Set<Concept.Index> {
        var barred = Set(seeds)
        for seed in seeds {
            barred.formUnion(view.ancestors(of: seed))
            barred.formUnion(view.descendants(of: seed))
            for term in concepts[seed].terms {
                barred.formUnion(vocabulary.taxonomy.indices(ofTerm: term))
            }
        }
        return barred
    }

    /// The most promising concepts, best first.
    private func pool(
        _ cosines: [[Float]],
        _ structure: SeedStructure,
        barred: Set<Concept.Index>
    ) -> [Entry] {
        var means = [Float](repeating: 0, count: concepts.count)
        for row in cosines {
            for index in means.indices { means[index] += row[index] }
        }
        for index in means.indices { means[index] /= Float(max(cosines.count, 1)) }
        var looked = Set(Ranking.top(Self.similar, of: means))
        for parent in structure.sharedParents { looked.formUnion(view.children(of: parent)) }
        if let category = structure.category { looked.formUnion(view.children(of: category)) }
        let entries = looked.subtracting(barred).sorted().map { index in
            Entry(
                index: index,
                similarity: Double(means[index]),
                agreement: structure.agreement(of: index)
            )
        }
        let encoder = Ranking.standardised(entries.map(\.similarity))
        let scores = entries.indices.map { position in
            Float(
                settings.siblings.encoder * encoder[position]
                    + settings.siblings.structure * entries[position].agreement
            )
        }
        return Ranking.top(settings.pool, of: scores).map { entries[$0] }
    }

    private func nearestSeeds(
        to index: Concept.Index,
        _ seeds: [Concept.Index],
        _ cosines: [[Float]]
    ) -> [Concept.Index] {
        seeds.indices.sorted {
            (-cosines[$0][index], $0) < (-cosines[$1][index], $1)
        }
        .prefix(3).map { seeds[$0] }
    }

    // MARK: The language model

    /// Orders of the seeds: the given one, then random ones.
    ///
    /// The paper asks under all n! orders and finds that they differ; a sample bounds the cost.
    private func orders(of seeds: [Concept.Index]) -> [[Concept.Index]] {
        var generator = SplitMix64(seed: settings.seed)
        var orders: [[Concept.Index]] = []
        for number in 0..<max(settings.seedOrders, 1) {
            let given = Array(seeds.indices)
            let isFirst = number == 0 && seeds.count <= settings.seedsPerOrder
            let order = isFirst ? given : generator.shuffled(given)
            let shown = order.prefix(settings.seedsPerOrder).map { seeds[$0] }
            if !orders.contains(shown) { orders.append(shown) }
        }
        return orders
    }

    /// For each concept of the pool the share of orders whose continuation names it.
    private func votes(
        of model: any LanguageModel,
        for pool: [Entry],
        orders: [[Concept.Index]],
        category: String
    ) throws -> [Double] {
        // Two concepts may read alike in natural order; what the model writes then votes for both.
        var positions: [String: [Int]] = [:]
        var names: [String] = []
        for (position, entry) in pool.enumerated() {
            let name = Term.natural(concepts[entry.index].name)
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
        let prompts = orders.map { prompt(category: category, order: $0) }
        var votes = [Double](repeating: 0, count: pool.count)
        for generation in try model.generate(after: prompts, options) {
            for name in generation.names {
                for position in positions[names[name]] ?? [] {
                    votes[position] += 1 / Double(orders.count)
                }
            }
        }
        return votes
    }

    /// What stands between a prompt and the first name; the paper's prompt ends with a brace.
    private var lead: String { settings.promptFamily == .paper ? "" : " " }

    private func prompt(category: String, order: [Concept.Index]) -> String {
        let seeds = order.map { Term.natural(concepts[$0].name) }
        return switch settings.promptFamily {
        case .nearestPairs: Prompts.members(of: category, seeds: seeds)
        case .paper: Prompts.expansion(of: category, seeds: seeds)
        }
    }
}
