package import Contract

/// Another new term of the file as a possible parent of one.
package struct PeerCandidate: Sendable {
    package let term: Query.BatchTerm
    let words: TermWords
    /// The features named by ``PeerFeatures/names``.
    let row: [Double]
    /// The logarithm of the odds by the pair alone.
    let rating: Double
    /// The probability of being a parent by the new terms alone, 0 to 1.
    package let ownProbability: Double
    /// Calibrated probability of being a parent, 0 to 1.
    package let probability: Double

    /// Rates the terms that a query carries.
    ///
    /// - Parameters:
    ///   - child: The term that is placed.
    ///   - batch: The possible parents.
    ///   - best: The probability of the vocabulary's first candidate; `nil` if it has none.
    ///   - features: Compares names and definitions.
    ///   - model: Turns the comparison into probabilities.
    /// - Returns: The possible parents, best first; ties go by key.
    static func candidates(
        for child: TermWords,
        among batch: [Query.BatchTerm],
        beside best: Double?,
        _ features: PeerFeatures,
        _ model: PeerModel
    ) -> [PeerCandidate] {
        let pair = features.child(child)
        let words = batch.map(TermWords.init)
        let rows = words.map { features.row(pair, under: $0) }
        let ratings = rows.map(model.rating)
        let probabilities = model.probabilities(ratings)
        return batch.indices.map {
            PeerCandidate(
                term: batch[$0],
                words: words[$0],
                row: rows[$0],
                rating: ratings[$0],
                ownProbability: probabilities[$0],
                probability: model.joint(probabilities[$0], beside: best)
            )
        }
        .sorted { ($1.probability, $0.term.key) < ($0.probability, $1.term.key) }
    }

    /// The parts of the rating, as an answer shows them: the five largest.
    func parts(_ model: PeerModel) -> [String: Double] {
        let parts = zip(PeerFeatures.names, zip(model.pair.weights, row)).map { ($0, $1.0 * $1.1) }
        let greatest = parts.filter { $0.1 != 0 }
            .sorted { (-abs($0.1), $0.0) < (-abs($1.1), $1.0) }
            .prefix(5)
        var shown = ["probability": probability, "pair": rating]
        for (name, value) in greatest { shown[name] = value }
        return shown.mapValues(Ranking.rounded)
    }
}
