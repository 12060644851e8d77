import Glibc
package import Taxonomy

/// What the ranker reads of a candidate parent: ``names``, in their order.
///
/// Computed from what the query may see, with the query itself taken away, so that a concept of the
/// taxonomy that is left out and asked for looks like a new one.
package enum ParentFeatures {
    package static let names = [
        "cosineOfName", "cosine", "trigrams", "trigramsOfName", "words", "votes", "grandVotes",
        "votesBelow", "wideVotes", "wideBelow", "meaningVotes", "nearestChild", "topVotes",
        "topBelow", "childCosine", "childCosineTop3", "childCosineMean", "childTrigrams",
        "logChildren", "logDescendants", "depth", "isLeaf", "wordChildren", "wordBelow",
        "bestWordChildren", "nameCovered", "termCovered", "synonymCovered", "isContained",
        "sameHead", "commonEnding", "childrenWithHead", "nameLength", "mentions", "childMentions",
        "quick", "quickBelowBest", "cosineBelowBest", "logRank", "parentAmongBest",
        "discriminant", "discriminantBelowBest", "discriminantOfSubtree", "discriminantOfParents",
    ]

    /// Computes the features of candidates.
    ///
    /// - Parameters:
    ///   - candidates: In the order of `evidence.quick`, best first.
    ///   - search: The term, and what may be seen.
    ///   - evidence: What the nearest concepts say.
    ///   - posterior: What the term's vector says.
    /// - Returns: A row of `names.count` numbers for each candidate.
    package static func rows(
        _ candidates: [Concept.Index],
        _ search: ParentSearch,
        _ evidence: ParentEvidence,
        _ posterior: ParentDiscriminant.Posterior
    ) -> [[Float]] {
        let (probe, view, vocabulary) = (search.probe, search.view.edges, search.view.vocabulary)
        let lineage = view.lineage
        let excludedBelow = search.excludedBelow
        let index = vocabulary.words
        let words = probe.termWords[0]
        let head = words.last ?? nil
        let own = Set(words.compactMap(\.self))
        let all = Set(probe.termWords.joined().compactMap(\.self))
        let ownWeight = WordIndex.distinct(words).reduce(Float(0)) { $0 + index.weight(of: $1) }
        func weight(_ words: some Sequence<WordIndex.Word>) -> Float {
            words.reduce(0) { $0 + index.weights[Int($1)] }
        }
        let bestQuick = candidates.first.map { evidence.quick[$0] } ?? 0
        let bestCosine = candidates.map { probe.bestCosines[$0] }.max() ?? 0
        let bestClass = candidates.map { posterior.logarithms[$0] }.max() ?? 0
        let best = Set(candidates.prefix(10))
        let contained = Set(probe.contained)

        return candidates.enumerated().map { rank, candidate in
            let children = view.children(of: candidate).filter { !search.isExcluded($0) }
            let cosines = children.map { probe.bestCosines[$0] }.sorted(by: >)
            let top = cosines.prefix(3)
            let name = index.names[candidate]
            let nameWords = WordIndex.distinct(name)
            let common = weight(nameWords.filter(own.contains))
            var synonymCovered: Float = 0
            for synonym in vocabulary.taxonomy.concepts[candidate].synonyms.prefix(12) {
                let its = WordIndex.distinct(index.words(of: synonym).compactMap(\.self))
                let whole = weight(its)
                if whole > 0 {
                    synonymCovered = max(synonymCovered, weight(its.filter(all.contains)) / whole)
                }
            }
            let nameWeight = weight(nameWords)
            let sameHead = head != nil && name.last == head
            let withHead = children.count { head != nil && index.names[$0].last == head }
            let taken = excludedBelow[candidate] ?? 0
            let below = max(0, Int(lineage.descendantCounts[candidate]) - taken)
            return [
                probe.cosines[candidate],
                probe.bestCosines[candidate],
                probe.trigrams[candidate],
                probe.nameTrigrams[candidate],
                probe.words[candidate],
                evidence.votes[candidate],
                evidence.grandVotes[candidate],
                evidence.below[candidate],
                evidence.wideVotes[candidate],
                evidence.wideBelow[candidate],
                evidence.meaningVotes[candidate],
                evidence.bestVoter[candidate],
                evidence.topVotes[candidate],
                evidence.topBelow[candidate],
                cosines.first ?? 0,
                top.isEmpty ? 0 : top.reduce(0, +) / Float(top.count),
                cosines.isEmpty ? 0 : cosines.reduce(0, +) / Float(cosines.count),
                evidence.childTrigrams[candidate],
                log1p(Float(children.count)),
                log1p(Float(below)),
                Float(view.taxonomy.depths[candidate]),
                children.isEmpty ? 1 : 0,
                evidence.wordChildren[candidate],
                evidence.wordBelow[candidate],
                evidence.bestWordChildren[candidate],
                nameWeight > 0 ? common / nameWeight : 0,
                ownWeight > 0 ? common / ownWeight : 0,
                synonymCovered,
                contained.contains(candidate) ? 1 : 0,
                sameHead ? 1 : 0,
                Float(commonEnding(probe.text, vocabulary.lexicon.natural(candidate))) / 8,
                children.isEmpty ? 0 : Float(withHead) / Float(children.count),
                Float(name.count),
                evidence.mentions[candidate],
                evidence.childMentions[candidate],
                evidence.quick[candidate],
                evidence.quick[candidate] - bestQuick,
                probe.bestCosines[candidate] - bestCosine,
                log1p(Float(rank)),
                view.parents(of: candidate).contains(where: best.contains) ? 1 : 0,
                posterior.logarithms[candidate],
                posterior.logarithms[candidate] - bestClass,
                posterior.below[candidate],
                view.parents(of: candidate).map { posterior.logarithms[$0] }.max()
                    ?? ParentDiscriminant.least,
            ]
        }
    }

    /// Letters at the end of the last words that are the same, 8 at most.
    private static func commonEnding(_ text: String, _ name: ArraySlice<UInt8>) -> Int {
        let term = Lexicon.lowered(text)
        var length = 0
        while length < 8, length < term.count, length < name.count {
            let byte = term[term.count - 1 - length]
            guard byte == name[name.endIndex - 1 - length], byte != 0x20 else { break }
            length += 1
        }
        return length
    }
}
