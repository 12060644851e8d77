import Contract
import Taxonomy

extension Expander {
    /// Seed-guided taxonomy construction; see ``Construction``.
    func grow(_ query: Query, _ view: VocabularyView) throws -> AnswerDraft {
        guard !query.tree.isEmpty else {
            throw SubmissionError(.seedSetTooSmall, "The seed tree has no edge.")
        }
        var names: [String] = []
        var resolutions: [String: NameIndex.Resolution] = [:]
        // An empty parent marks a top node, which HiExpan's seed files call ROOT.
        for name in query.tree.flatMap({ [$0.parent, $0.child] })
        where !name.isEmpty && resolutions[name] == nil {
            names.append(name)
            resolutions[name] = resolve(name)
        }
        let edges = query.tree.compactMap { edge -> Construction.Edge? in
            guard let child = resolutions[edge.child]?.index else { return nil }
            if edge.parent.isEmpty { return Construction.Edge(child: child, parent: nil) }
            guard let parent = resolutions[edge.parent]?.index, child != parent else { return nil }
            return Construction.Edge(child: child, parent: parent)
        }
        guard !edges.isEmpty else {
            throw SubmissionError(
                .seedsUnknown,
                "No edge of the seed tree joins two terms known to \(vocabulary.name)."
            )
        }
        let grown = try Construction(expansion: setExpansion(view), settings: settings).grow(edges)
        let skipped = query.tree.count - edges.count
        return AnswerDraft(
            matches: names.compactMap { resolutions[$0]?.match },
            proposals: grown.enumerated().map { proposal($1, rank: $0 + 1, view) },
            notes: skipped == 0
                ? [] : ["\(skipped) of \(query.tree.count) edges name an unknown term"]
        )
        .explained(
            nothing: "No concept of the vocabulary continues the tree.",
            known: "The vocabulary holds every edge found already."
        )
    }

    private func proposal(
        _ child: Construction.Child,
        rank: Int,
        _ view: VocabularyView
    ) -> Proposal {
        Proposal(
            rank: rank,
            relation: .child,
            identifier: concepts[child.index].identifier,
            name: concepts[child.index].name,
            parent: child.parent.map { concepts[$0].identifier },
            standing: child.parent.map(view.parents(of: child.index).contains) ?? false
                ? .known : .proposed,
            score: Ranking.rounded(child.score),
            evidence: Evidence(
                rootPath: child.path.map { concepts[$0].name },
                nearest: child.nearest.map { concepts[$0].name },
                parts: child.parts
            )
        )
    }
}
