import Glibc
import Jobs
package import TaxoInstruct
import Taxonomy

extension PlacementRanker {
    /// Asks an expander, whose guard and threshold are passed over.
    package init(_ expander: Expander, hasModel: Bool) {
        self.init(hasModel: hasModel) { task in
            let found = try expander.assess(
                task.term,
                synonyms: task.synonyms,
                hiding: task.hiding,
                excluding: task.excluding
            )
            let concepts = expander.vocabulary.taxonomy.concepts
            let ranked = found.judgement.candidates.sorted {
                (-$0.fused, concepts[$0.index].identifier)
                    < (-$1.fused, concepts[$1.index].identifier)
            }
            let shares = Ranking.logSoftmax(ranked.map { Self.sharpness * $0.fused }).map(exp)
            let rated = Set(ranked.map(\.index))
            // What was not rated follows in the order of retrieval.
            let rest = found.retrieval.filter { !rated.contains($0.index) }
            let lowest = (ranked.last?.fused ?? 0) - 1
            let first = ranked.first.map { Set([$0.index]) } ?? []
            let proposed = found.proposed.isEmpty ? first : found.proposed
            let parents =
                ranked.enumerated().map { place, candidate in
                    RatedParent(
                        index: candidate.index,
                        score: candidate.fused,
                        withoutModel: candidate.retrieval,
                        probability: shares[place],
                        isProposed: proposed.contains(candidate.index)
                    )
                }
                + rest.enumerated().map { place, candidate in
                    RatedParent(
                        index: candidate.index,
                        score: lowest - Double(place),
                        withoutModel: candidate.score,
                        probability: 0,
                        isProposed: false
                    )
                }
            return PlacementRanking(
                parents: parents,
                noneProbability: max(0, 1 - (ranked.first?.retrieval ?? 0)),
                isAnswered: !found.proposed.isEmpty
            )
        }
    }

    /// Of the softmax over fused scores, which are no log-odds.
    private static let sharpness = 10.0
}

/// Why an expander gave no answer to a query of an evaluation.
package struct UnansweredQuery: Error, CustomStringConvertible {
    package let key: String
    package let reason: String

    package var description: String { "Query \(key): \(reason)" }
}

extension Expander {
    /// Siblings of a query's seeds, best first.
    ///
    /// - Parameters:
    ///   - query: The seeds and what is hidden.
    ///   - namesClass: Whether the name of the class is given with the seeds.
    /// - Returns: Concepts of the vocabulary, none of them a seed.
    /// - Throws: ``UnansweredQuery``.
    package func siblings(of query: SetQuery, namesClass: Bool) throws -> [Int] {
        let answer = answer(
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

    /// All concepts but the seeds by their mean cosine with them: what a ranking must beat.
    package func encoderSiblings(of query: SetQuery) -> [Int] {
        let seeds = query.seeds.compactMap(vocabulary.taxonomy.index(ofIdentifier:))
        var sums = [Float](repeating: 0, count: vocabulary.taxonomy.concepts.count)
        for seed in seeds {
            let cosines = vocabulary.embeddings.cosines(with: vocabulary.embeddings.row(seed))
            for index in sums.indices { sums[index] += cosines[index] }
        }
        return Ranking.top(60 + seeds.count, of: sums).filter { !seeds.contains($0) }
    }

    /// What the guard for existing names says of a term.
    package func recognition(of query: RolloverQuery) -> RolloverEvaluation.Recognition {
        let answer = answer(
            Query(key: query.id, task: .place, term: query.name, synonyms: query.synonyms)
        )
        guard let code = answer.reason?.code ?? Self.guardCode(in: answer.notes),
            Self.guardCodes.contains(code)
        else { return .isNew }
        return .isKnown(answer.matches.compactMap(\.identifier))
    }

    private static let guardCodes: Set<String> = ["same-concept", "listed-under"]

    /// A term that is listed under another concept still gets parents, with a note beside.
    private static func guardCode(in notes: [String]) -> String? {
        notes.contains { $0.hasPrefix("listed-under") } ? "listed-under" : nil
    }
}
