package import Taxonomy

/// The language model's input for one term: a prompt, and a continuation per candidate.
///
/// Placement and self-supervision both use it, so training and inference see the same bytes.
package struct PlacementQuestion {
    package let prompt: String
    /// One continuation per candidate, in the same order.
    package let continuations: [String]
    /// The concepts named in the prompt; for the paper's instruction these include the candidates.
    package let shown: [Concept.Index]
}

extension PlacementQuestion {
    /// Builds the question for the parents of a term.
    ///
    /// - Parameters:
    ///   - search: The term, and what the prompt may show.
    ///   - candidates: Possible parents; one continuation is made for each.
    ///   - settings: The prompt format and the number of known pairs.
    package init(_ search: ParentSearch, candidates: [Concept.Index], _ settings: MethodSettings) {
        func naturalName(_ index: Concept.Index) -> String {
            Term.natural(search.view.concepts[index].name)
        }
        let names = candidates.map(naturalName)
        continuations = names.map { " " + $0 }
        switch settings.promptFamily {
        case .nearestPairs:
            let pairs = Self.knownPairs(search, settings.knownPairs)
            shown = pairs.flatMap { [$0.child, $0.parent] }
            prompt = Prompts.nearestPairs(
                pairs.map { (naturalName($0.child), naturalName($0.parent)) },
                query: search.probe.text
            )
        case .paper:
            shown = candidates
            prompt = Prompts.choice(among: names, query: search.probe.text)
        }
    }

    /// The nearest known pairs, nearest first.
    ///
    /// For a child with several parents, the parent most similar to the term is shown; ties go by
    /// identifier.
    private static func knownPairs(
        _ search: ParentSearch,
        _ count: Int
    ) -> [(child: Concept.Index, parent: Concept.Index)] {
        let view = search.view
        return search.nearest.prefix(count).compactMap { child in
            let parents = view.parents(of: child).filter { !search.isExcluded($0) }
            return view.bestFirst(parents, at: { $0 }, by: { Double(search.probe.cosines[$0]) })
                .first.map { (child, $0) }
        }
    }
}
