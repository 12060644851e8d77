package import Contract

/// A possible parent of a term as an evaluation sees it.
package struct RankedParent: Sendable {
    package let identifier: String
    package let name: String
    /// Calibrated probability that it is a parent, 0 to 1.
    package let probability: Double
    /// Whether it is another new term of the same file.
    package let isPeer: Bool
    /// The probability by the new terms alone; `nil` for a concept of the vocabulary.
    package let ownProbability: Double?
    /// Whether it would be proposed if an answer were forced.
    package let isProposed: Bool

    package init(
        identifier: String,
        name: String,
        probability: Double,
        isPeer: Bool,
        ownProbability: Double?,
        isProposed: Bool
    ) {
        self.identifier = identifier
        self.name = name
        self.probability = probability
        self.isPeer = isPeer
        self.ownProbability = ownProbability
        self.isProposed = isProposed
    }
}

extension Expander {
    /// The possible parents of a query's term, with the other new terms that it carries, whether or
    /// not the term exists already and however improbable they are; for evaluations.
    ///
    /// - Throws: Errors of the encoder and the model, and `SubmissionError` for an unknown branch.
    package func rankedParents(_ query: Query) throws -> [RankedParent] {
        let query = query.composed
        let view = vocabulary.view(hiding: query.hide)
        let placed = try judge(query.term ?? "", nil, query, view, try scope(query, view))
        let accepted = Set(try placed.accepted(0))
        return placed.choices.all.enumerated().map { rank, choice in
            let name = name(of: choice)
            return RankedParent(
                identifier: name.identifier,
                name: name.name,
                probability: choice.probability,
                isPeer: choice.peer != nil,
                ownProbability: choice.peer?.ownProbability,
                isProposed: accepted.contains(rank)
            )
        }
    }
}
