import Glibc
package import Taxonomy

/// Predicts the parents of a concept from its name where they are unknown.
///
/// Two concepts are likely siblings if they have the same parents, known or predicted. Prediction
/// is needed because a new concept has no edges yet and the edges of a hidden subtree may not be
/// read. The possible parents are the concept's nearest neighbours by name and the parents of
/// those; a neighbour votes for its parents. The weights were fitted by listwise softmax on 3,792
/// concepts of MEDIC, most of them in hidden subtrees; no command reproduces them.
package struct ParentPredictor {
    /// The probable parents of one concept; their probabilities add up to at most 1.
    package struct Prediction {
        package let parents: [Concept.Index]
        package let probabilities: [Float]

        package init(parents: [Concept.Index], probabilities: [Float]) {
            self.parents = parents
            self.probabilities = probabilities
        }
    }

    let tables: SiblingTables
    let view: VisibleTaxonomy

    /// The known parents of a concept, or predicted ones if none are known.
    ///
    /// - Parameters:
    ///   - concept: The concept; its visible parents, if any, share the probability equally.
    ///   - neighbours: Its neighbours by name, nearest first.
    /// - Returns: Parents with their probabilities.
    func parents(
        of concept: Concept.Index,
        _ neighbours: [NeighbourTable.Neighbour]
    ) -> Prediction {
        let known = view.parents(of: concept)
        guard known.isEmpty else {
            return Prediction(
                parents: known,
                probabilities: known.map { _ in 1 / Float(known.count) }
            )
        }
        var votes: [Concept.Index: Float] = [:]
        var total: Float = 0
        var voters = 0
        for neighbour in neighbours where neighbour.similarity > 0 {
            let parents = view.parents(of: Int(neighbour.index))
            guard !parents.isEmpty else { continue }
            let square = neighbour.similarity * neighbour.similarity
            total += square * square
            for parent in parents where parent != concept {
                votes[parent, default: 0] += square * square
            }
            voters += 1
            if voters == Self.voters { break }
        }
        var cosines: [Concept.Index: Float] = [:]
        for neighbour in neighbours.prefix(Self.namesakes) {
            cosines[Int(neighbour.index)] = neighbour.cosine
        }
        for parent in votes.keys where cosines[parent] == nil {
            cosines[parent] = tables.embeddings.cosine(concept, parent)
        }
        let index = tables.index
        let candidates = cosines.keys.sorted()
        let scores = candidates.map { candidate -> Double in
            let words = index.nameSets[candidate]
            let sets = index.termSets[concept]
            var score = Self.cosineWeight * Double(cosines[candidate] ?? 0)
            if sets.contains(where: { SiblingIndex.isProperPart(words, of: $0) }) {
                score += Self.containmentWeight
            }
            let head = index.heads[candidate]
            if sets.contains(where: { $0.contains(head) }) { score += Self.headWeight }
            score += Self.generalityWeight * Double(index.generality[candidate])
            if index.generality[candidate] > index.generality[concept] {
                score += Self.widerWeight
            }
            if total > 0 { score += Self.voteWeight * Double((votes[candidate] ?? 0) / total) }
            return score
        }
        let shares = Ranking.logSoftmax(scores).map { Float(exp($0)) }
        let kept = Ranking.top(Self.kept, of: shares).sorted()
        return Prediction(
            parents: kept.map { candidates[$0] },
            probabilities: kept.map { shares[$0] }
        )
    }

    private static let voters = 24
    private static let namesakes = 60
    private static let kept = 20
    private static let cosineWeight = 6.7
    private static let containmentWeight = 3.2
    private static let headWeight = -0.84
    private static let generalityWeight = -0.22
    private static let widerWeight = 0.97
    private static let voteWeight = 5.7
}
