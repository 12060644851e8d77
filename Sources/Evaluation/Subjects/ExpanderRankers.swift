import Contract
package import TaxoInstruct
package import Taxonomy

/// Thrown when an expander gave no answer to an evaluation query.
package struct UnansweredQuery: Error, CustomStringConvertible {
    package let key: String
    package let reason: String

    package var description: String { "Query \(key): \(reason)" }
}

extension Expander {
    /// Ranks all concepts as parents, bypassing the guard for existing names and the threshold.
    package func rankParents(_ task: PlacementTask) throws -> PlacementRanking {
        let found = try rank(task.term, synonyms: task.synonyms, hiding: task.hiding)
        let proposed = Set(found.forced)
        let probabilities = Dictionary(
            found.judgement.candidates.map { ($0.index, $0.probability) },
            uniquingKeysWith: max
        )
        return PlacementRanking(
            parents: found.order.map { index in
                RatedParent(
                    index: index,
                    probability: probabilities[index] ?? 0,
                    isProposed: proposed.contains(index)
                )
            },
            noneProbability: 1 - found.membership,
            isAnswered: !found.accepted.isEmpty
        )
    }

    /// Places a term and says which children of its parents move below it.
    ///
    /// - Returns: The proposed parents, best first, without candidates that belong below the term.
    /// - Throws: Errors of the encoder and the model.
    package func insert(
        _ task: PlacementTask
    ) throws -> (parents: [Concept.Index], children: [Concept.Index]) {
        let ranking = try rankParents(task)
        let newcomer = try newcomer(task.term, synonyms: task.synonyms)
        let insertion = insertion
        let below = insertion.candidatesBelow(
            newcomer,
            among: ranking.parents.prefix(settings.candidates).map(\.index)
        )
        let rest = ranking.parents.filter { !below.contains($0.index) }
        let proposed = rest.enumerated().filter { $0.offset == 0 || $0.element.isProposed }
        let parents = proposed.map(\.element.index)
        return (parents, insertion.children(of: newcomer, under: parents).map(\.child))
    }

    /// The siblings of a query's seeds, best first.
    ///
    /// - Parameters:
    ///   - query: The seeds, and what is hidden.
    ///   - namesClass: Whether the class name is given along with the seeds.
    /// - Returns: Concepts of the vocabulary other than the seeds.
    /// - Throws: ``UnansweredQuery``.
    package func siblings(of query: SetQuery, namesClass: Bool) throws -> [Int] {
        let answer = try answer(
            Query(
                key: query.id,
                task: .expand,
                seeds: query.seeds,
                parent: namesClass ? query.className : nil,
                hide: [query.hide].compactMap(\.self)
            )
        )
        guard answer.status != .error else {
            throw UnansweredQuery(key: query.id, reason: answer.reason?.message ?? "")
        }
        return answer.proposals.compactMap {
            vocabulary.taxonomy.index(ofIdentifier: $0.identifier)
        }
    }

    /// All concepts but the seeds, by mean cosine with the seeds: the baseline.
    package func encoderSiblings(of query: SetQuery) -> [Int] {
        let seeds = query.seeds.compactMap(vocabulary.taxonomy.index(ofIdentifier:))
        var sums = [Float](repeating: 0, count: vocabulary.taxonomy.concepts.count)
        for seed in seeds {
            let cosines = vocabulary.embeddings.cosines(with: vocabulary.embeddings.row(seed))
            for index in sums.indices { sums[index] += cosines[index] }
        }
        return Ranking.top(60 + seeds.count, of: sums).filter { !seeds.contains($0) }
    }

    /// The verdict of the guard for existing names on a term.
    package func recognition(of query: RolloverQuery) throws -> RolloverEvaluation.Recognition {
        let answer = try answer(
            Query(key: query.id, task: .place, term: query.name, synonyms: query.synonyms)
        )
        guard let code = answer.reason?.code, Self.guardCodes.contains(code) else {
            return .isNew
        }
        return .isKnown(answer.matches.compactMap(\.identifier))
    }

    private static let guardCodes: Set<String> = [
        "same-concept", "listed-under", "probably-known",
    ]
}
