import Glibc
import Taxonomy

/// Evidence from the nearest known concepts for every concept as a parent of a term.
///
/// The concepts most similar to the term vote for their parents, with weights that are a power of
/// the similarity; a share of each vote goes to the grandparents and to all further ancestors. All
/// arrays have length C, the number of concepts.
package struct ParentEvidence {
    /// Share of the votes of the ``voters`` nearest concepts that each parent receives, 0 to 1.
    package private(set) var votes: [Float]
    /// The same for grandparents.
    package private(set) var grandVotes: [Float]
    /// Share of the votes cast by descendants of the concept, 0 to 1.
    package private(set) var below: [Float]
    /// Like ``votes``, with the nearest concepts chosen by cosine alone.
    package private(set) var meaningVotes: [Float]
    /// Like ``votes`` and ``below``, with the ``wideVoters`` nearest concepts.
    package private(set) var wideVotes: [Float]
    package private(set) var wideBelow: [Float]
    /// Similarity of the concept's most similar child among the voters.
    package private(set) var bestVoter: [Float]
    /// Number of the concept's children among the five nearest concepts.
    package private(set) var topVotes: [Float]
    /// Share of the ten nearest concepts that are descendants of the concept.
    package private(set) var topBelow: [Float]
    /// Maximum cosine and maximum trigram similarity over the concept's children.
    package private(set) var childCosine: [Float]
    package private(set) var childTrigrams: [Float]
    /// For each word of the term's name, the share of the concepts with that word that are children
    /// (or descendants) of this concept, as a weighted mean over the words.
    package private(set) var wordChildren: [Float]
    package private(set) var wordBelow: [Float]
    /// The maximum of those shares over the words, for children.
    package private(set) var bestWordChildren: [Float]
    /// Weighted share of the name's words that occur in the concept's definition, and the maximum
    /// of this share over its children.
    package private(set) var mentions: [Float]
    package private(set) var childMentions: [Float]
    /// A fixed score that selects the pool, which the fitted ranker then orders.
    ///
    /// The weights of both scores, in ``init(_:)``, date from the first version of the features. No
    /// fit or study of them is recorded, and no command reproduces them.
    package private(set) var quick: [Float]
    /// A second fixed score, which uses more neighbours and the children.
    package private(set) var wide: [Float]

    package static let voters = 24
    static let wideVoters = 100

    package init(_ search: ParentSearch) {
        let probe = search.probe
        let count = probe.cosines.count
        let zeros = [Float](repeating: 0, count: count)
        (votes, grandVotes, below, meaningVotes) = (zeros, zeros, zeros, zeros)
        (wideVotes, wideBelow, bestVoter, topVotes, topBelow) = (zeros, zeros, zeros, zeros, zeros)
        (wordChildren, wordBelow, bestWordChildren) = (zeros, zeros, zeros)
        (mentions, childMentions) = (zeros, zeros)
        childCosine = [Float](repeating: -1, count: count)
        childTrigrams = zeros
        quick = zeros
        wide = zeros

        addVotes(search)
        addMeaning(search)
        addChildren(search)
        addWords(search)
        let lineage = search.view.lineage
        for index in 0..<count {
            let hasChildren: Float = childCosine[index] > -1 ? 1 : 0
            let own = probe.bestCosines[index] + 0.6 * probe.trigrams[index] + 0.12 * hasChildren
            quick[index] =
                own + 2 * votes[index] + 1.5 * meaningVotes[index] + 0.5 * grandVotes[index]
            let size = log(3 + Float(lineage.descendantCounts[index]))
            wide[index] =
                own + votes[index] + wideVotes[index] + 0.5 * grandVotes[index]
                + 0.7 * max(0, childCosine[index]) + 0.3 * childTrigrams[index]
                + 0.5 * wideBelow[index] / size
        }
    }

    private mutating func addVotes(_ search: ParentSearch) {
        let (probe, view, lineage) = (search.probe, search.view.edges, search.view.lineage)
        let nearest = search.nearest.prefix(Self.wideVoters).filter { probe.nearness($0) > 0 }
        var total: Float = 0
        var wideTotal: Float = 0
        for (rank, voter) in nearest.enumerated() {
            let near = probe.nearness(voter)
            let parents = view.parents(of: voter)
            let square = near * near
            let wideWeight = square * square * square
            wideTotal += wideWeight
            for parent in parents { wideVotes[parent] += wideWeight }
            for ancestor in lineage.ancestors(of: voter) { wideBelow[Int(ancestor)] += wideWeight }
            guard rank < Self.voters else { continue }
            let weight = square * square
            total += weight
            for parent in parents {
                votes[parent] += weight
                bestVoter[parent] = max(bestVoter[parent], near)
                if rank < 5 { topVotes[parent] += 1 }
                let above = view.parents(of: parent)
                for grandparent in above { grandVotes[grandparent] += weight / Float(above.count) }
            }
            for ancestor in lineage.ancestors(of: voter) {
                below[Int(ancestor)] += weight
                if rank < 10 { topBelow[Int(ancestor)] += 0.1 }
            }
        }
        if total > 0 {
            Self.scale(&votes, by: 1 / total)
            Self.scale(&grandVotes, by: 1 / total)
            Self.scale(&below, by: 1 / total)
        }
        if wideTotal > 0 {
            Self.scale(&wideVotes, by: 1 / wideTotal)
            Self.scale(&wideBelow, by: 1 / wideTotal)
        }
    }

    private mutating func addMeaning(_ search: ParentSearch) {
        let view = search.view.edges
        var meaning = [Float](repeating: -1, count: search.probe.cosines.count)
        for index in meaning.indices
        where !search.isExcluded(index) && !view.parents(of: index).isEmpty {
            meaning[index] = search.probe.bestCosines[index]
        }
        var total: Float = 0
        for voter in Ranking.top(Self.voters, of: meaning) where meaning[voter] > 0 {
            let square = meaning[voter] * meaning[voter]
            let weight = square * square * square
            total += weight
            for parent in view.parents(of: voter) { meaningVotes[parent] += weight }
        }
        if total > 0 { Self.scale(&meaningVotes, by: 1 / total) }
    }

    private mutating func addChildren(_ search: ParentSearch) {
        let (probe, view) = (search.probe, search.view.edges)
        for child in childCosine.indices where !search.isExcluded(child) {
            for parent in view.parents(of: child) {
                childCosine[parent] = max(childCosine[parent], probe.bestCosines[child])
                childTrigrams[parent] = max(childTrigrams[parent], probe.trigrams[child])
            }
        }
    }

    private mutating func addWords(_ search: ParentSearch) {
        let (index, view) = (search.view.vocabulary.words, search.view.edges)
        let lineage = search.view.lineage
        var total: Float = 0
        for word in WordIndex.distinct(search.probe.termWords[0]) {
            let weight = index.weight(of: word)
            total += weight
            guard let word else { continue }
            let holders = index.concepts(with: word).filter { search.isOpen(Int($0)) }
            var children: [Int: Float] = [:]
            let share = weight / Float(max(1, holders.count))
            for holder in holders {
                for parent in view.parents(of: Int(holder)) {
                    wordChildren[parent] += share
                    children[parent, default: 0] += share
                }
                for ancestor in lineage.ancestors(of: Int(holder)) {
                    wordBelow[Int(ancestor)] += share
                }
            }
            for (parent, sum) in children {
                bestWordChildren[parent] = max(bestWordChildren[parent], sum)
            }
            for holder in index.definitions(with: word) where search.isOpen(Int(holder)) {
                mentions[Int(holder)] += weight
            }
        }
        guard total > 0 else { return }
        Self.scale(&wordChildren, by: 1 / total)
        Self.scale(&wordBelow, by: 1 / total)
        Self.scale(&mentions, by: 1 / total)
        for child in mentions.indices where mentions[child] > 0 {
            for parent in view.parents(of: child) {
                childMentions[parent] = max(childMentions[parent], mentions[child])
            }
        }
    }

    private static func scale(_ numbers: inout [Float], by factor: Float) {
        for index in numbers.indices { numbers[index] *= factor }
    }
}
