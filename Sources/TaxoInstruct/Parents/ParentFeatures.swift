import Glibc
package import Taxonomy

/// The ranker's features of a candidate parent, in the order of ``names``.
///
/// They are computed from what the query may see, without the concepts that the search excludes, so
/// a left-out concept has the same features as a new one.
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
    ///   - candidates: The candidates in the order of `evidence.quick`, best first.
    ///   - search: The term, and what may be seen.
    ///   - evidence: The votes of the nearest concepts.
    ///   - posterior: The discriminant's probabilities for the term's embedding.
    /// - Returns: One row of `names.count` numbers per candidate.
    package static func rows(
        _ candidates: [Concept.Index],
        _ search: ParentSearch,
        _ evidence: ParentEvidence,
        _ posterior: ParentDiscriminant.Posterior
    ) -> [[Float]] {
        let reader = Reader(candidates, search, evidence, posterior)
        return candidates.enumerated().map { rank, candidate in
            let children = search.view.children(of: candidate).filter { !search.isExcluded($0) }
            return reader.votes(candidate) + reader.place(candidate, children)
                + reader.words(candidate, children) + reader.standing(candidate, rank)
        }
    }
}

/// State shared by the rows of one search; each function returns a consecutive run of ``names``.
private struct Reader {
    private let search: ParentSearch
    private let evidence: ParentEvidence
    private let posterior: ParentDiscriminant.Posterior
    private let lineage: Lineage
    private let excludedBelow: [Concept.Index: Int]
    private let index: WordIndex
    /// The last word of the term's name, the words of its name, and the words of all its terms.
    private let head: WordIndex.Word?
    private let own: Set<WordIndex.Word>
    private let all: Set<WordIndex.Word>
    private let ownWeight: Float
    /// The term's name in natural order and lower case.
    private let text: [UInt8]
    private let contained: Set<Concept.Index>
    private let bestQuick: Float
    private let bestCosine: Float
    private let bestClass: Float
    /// The ten best candidates by the fixed score.
    private let best: Set<Concept.Index>

    private var probe: Probe { search.probe }

    init(
        _ candidates: [Concept.Index],
        _ search: ParentSearch,
        _ evidence: ParentEvidence,
        _ posterior: ParentDiscriminant.Posterior
    ) {
        let probe = search.probe
        let index = search.view.vocabulary.words
        let words = probe.termWords[0]
        self.search = search
        self.evidence = evidence
        self.posterior = posterior
        self.index = index
        lineage = search.view.lineage
        excludedBelow = search.excludedBelow
        head = words.last ?? nil
        own = Set(words.compactMap(\.self))
        all = Set(probe.termWords.joined().compactMap(\.self))
        ownWeight = WordIndex.distinct(words).reduce(Float(0)) { $0 + index.weight(of: $1) }
        text = Lexicon.lowered(probe.text)
        contained = Set(probe.contained)
        bestQuick = candidates.first.map { evidence.quick[$0] } ?? 0
        bestCosine = candidates.map { probe.bestCosines[$0] }.max() ?? 0
        bestClass = candidates.map { posterior.logarithms[$0] }.max() ?? 0
        best = Set(candidates.prefix(10))
    }

    /// From “cosineOfName” to “topBelow”: similarity of the concept, and the votes for it.
    func votes(_ candidate: Concept.Index) -> [Float] {
        [
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
        ]
    }

    /// From “childCosine” to “isLeaf”: the concept's children and its position in the taxonomy.
    func place(_ candidate: Concept.Index, _ children: [Concept.Index]) -> [Float] {
        let cosines = children.map { probe.bestCosines[$0] }.sorted(by: >)
        let top = cosines.prefix(3)
        let taken = excludedBelow[candidate] ?? 0
        let below = max(0, Int(lineage.descendantCounts[candidate]) - taken)
        return [
            cosines.first ?? 0,
            top.isEmpty ? 0 : top.reduce(0, +) / Float(top.count),
            cosines.isEmpty ? 0 : cosines.reduce(0, +) / Float(cosines.count),
            evidence.childTrigrams[candidate],
            log1p(Float(children.count)),
            log1p(Float(below)),
            Float(search.view.taxonomy.depths[candidate]),
            children.isEmpty ? 1 : 0,
        ]
    }

    /// From “wordChildren” to “childMentions”: word overlap with the term.
    func words(_ candidate: Concept.Index, _ children: [Concept.Index]) -> [Float] {
        let name = index.names[candidate]
        let nameWords = WordIndex.distinct(name)
        let nameWeight = weight(nameWords)
        let common = weight(nameWords.filter(own.contains))
        let withHead = children.count { head != nil && index.names[$0].last == head }
        let ending = commonEnding(search.view.vocabulary.lexicon.natural(candidate))
        return [
            evidence.wordChildren[candidate],
            evidence.wordBelow[candidate],
            evidence.bestWordChildren[candidate],
            nameWeight > 0 ? common / nameWeight : 0,
            ownWeight > 0 ? common / ownWeight : 0,
            synonymCovered(candidate),
            contained.contains(candidate) ? 1 : 0,
            head != nil && name.last == head ? 1 : 0,
            Float(ending) / 8,
            children.isEmpty ? 0 : Float(withHead) / Float(children.count),
            Float(name.count),
            evidence.mentions[candidate],
            evidence.childMentions[candidate],
        ]
    }

    /// From “quick” to “discriminantOfParents”: the concept's rank among the candidates, and its
    /// probability by the discriminant.
    func standing(_ candidate: Concept.Index, _ rank: Int) -> [Float] {
        let parents = search.view.parents(of: candidate)
        return [
            evidence.quick[candidate],
            evidence.quick[candidate] - bestQuick,
            probe.bestCosines[candidate] - bestCosine,
            log1p(Float(rank)),
            parents.contains(where: best.contains) ? 1 : 0,
            posterior.logarithms[candidate],
            posterior.logarithms[candidate] - bestClass,
            posterior.below[candidate],
            parents.map { posterior.logarithms[$0] }.max() ?? ParentDiscriminant.least,
        ]
    }

    private func weight(_ words: [WordIndex.Word]) -> Float {
        words.reduce(0) { $0 + index.weights[Int($1)] }
    }

    /// Maximum over the synonyms of the weighted share of their words that occur in the term.
    private func synonymCovered(_ candidate: Concept.Index) -> Float {
        var most: Float = 0
        for synonym in search.view.concepts[candidate].synonyms.prefix(12) {
            let words = WordIndex.distinct(index.words(of: synonym).compactMap(\.self))
            let whole = weight(words)
            if whole > 0 { most = max(most, weight(words.filter(all.contains)) / whole) }
        }
        return most
    }

    /// Length of the common suffix of the last words, at most 8.
    private func commonEnding(_ name: ArraySlice<UInt8>) -> Int {
        var length = 0
        while length < 8, length < text.count, length < name.count {
            let byte = text[text.count - 1 - length]
            guard byte == name[name.endIndex - 1 - length], byte != 0x20 else { break }
            length += 1
        }
        return length
    }
}
