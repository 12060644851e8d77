import Contract
import Taxonomy

extension Expander {
    /// Entity set expansion; see ``SetExpansion``.
    func expand(_ query: Query, _ view: VocabularyView) throws -> AnswerDraft {
        guard query.seeds.count > 1 else {
            let message = "Seeds given: \(query.seeds.count); at least 2 are needed."
            throw SubmissionError(.seedSetTooSmall, message)
        }
        let resolutions = query.seeds.enumerated().map { place, seed in
            let written = query.seedIdentifiers
            return resolve(seed, identifier: place < written.count ? written[place] : nil)
        }
        var seeds: [Concept.Index] = []
        for index in resolutions.compactMap(\.index) where !seeds.contains(index) {
            seeds.append(index)
        }
        guard !seeds.isEmpty else {
            throw SubmissionError(
                .seedsUnknown,
                "None of the \(query.seeds.count) seeds is known to \(vocabulary.name)."
            )
        }
        let category = query.parent.map { resolve($0) }
        // A class that the query may not see contributes only its name.
        let classIndex = category?.index.flatMap { view.isHidden($0) ? nil : $0 }
        let result = try setExpansion(view).expand(
            seeds: seeds,
            category: classIndex,
            categoryName: query.parent,
            maximum: settings.maximumSiblings
        )
        var notes = [Self.note(on: result)]
        if let index = result.category {
            let from = classIndex == nil ? "from the seeds' ancestors" : "as given"
            notes.append("class: \(concepts[index].name) (\(concepts[index].identifier)), \(from)")
        }
        if seeds.count == 1 {
            notes.append("only one concept among the seeds: the kind meant is a guess")
        }
        return AnswerDraft(
            matches: resolutions.map(\.match) + [category?.match].compactMap(\.self),
            proposals: result.siblings.enumerated().map { proposal($1, rank: $0 + 1, view) },
            notes: notes
        )
        .explained(
            nothing: "No concept of the vocabulary is like the seeds.",
            known: "The vocabulary lists every sibling found beside the seeds already."
        )
    }

    private func proposal(
        _ sibling: SetExpansion.Sibling,
        rank: Int,
        _ view: VocabularyView
    ) -> Proposal {
        Proposal(
            rank: rank,
            relation: .sibling,
            identifier: concepts[sibling.index].identifier,
            name: concepts[sibling.index].name,
            standing: sibling.isKnown ? .known : .proposed,
            score: Ranking.rounded(sibling.score),
            evidence: Evidence(
                rootPath: view.rootPath(of: sibling.index),
                nearest: sibling.nearest.map { concepts[$0].name },
                parts: sibling.parts.merging(
                    ["probability": Ranking.rounded(sibling.probability)]
                ) { part, _ in part }
            )
        )
    }

    /// A note on how the model was asked, and whether several orders were worthwhile.
    private static func note(on result: SetExpansion.Result) -> String {
        let pool = "\(result.poolSize) concepts in the pool"
        guard let opinion = result.opinion else { return "no language model, \(pool)" }
        var note = "\(opinion.orders) of \(opinion.available) seed orders, \(pool)"
        if let agreement = opinion.agreement {
            note += ", agreement between orders \((agreement * 100).rounded() / 100)"
            if agreement >= Self.sameAnswer {
                note += ": the orders brought nothing that one does not"
            } else if opinion.isSaturated {
                note += ": further orders brought nothing new"
            }
        }
        return note
    }

    /// Mean Jaccard index from which the orders are reported to agree.
    private static let sameAnswer = 0.9
}
