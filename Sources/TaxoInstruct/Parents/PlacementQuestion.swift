import Taxonomy

/// What the language model is asked about a term: a prompt, and a continuation for each candidate.
///
/// Placement asks it and self-supervision teaches it, so that both read the same bytes.
struct PlacementQuestion {
    let prompt: String
    /// One for each candidate, in their order.
    let continuations: [String]
    /// Concepts whose names stand in the prompt, candidates of the paper's instruction included.
    let shown: [Concept.Index]
}

extension Retriever {
    /// Asks for the parent of a term.
    ///
    /// - Parameters:
    ///   - probe: The term.
    ///   - candidates: Concepts that may be its parent.
    ///   - excluded: Concepts that the prompt does not show.
    /// - Returns: As many continuations as candidates.
    func question(
        _ probe: Probe,
        candidates: [Concept.Index],
        excluding excluded: Set<Concept.Index>
    ) -> PlacementQuestion {
        let names = candidates.map(naturalName)
        let prompt: String
        let shown: [Concept.Index]
        switch settings.promptFamily {
        case .nearestPairs:
            let pairs = knownPairs(probe, excluding: excluded)
            shown = pairs.flatMap { [$0.child, $0.parent] }
            prompt = Prompts.nearestPairs(
                pairs.map { (naturalName($0.child), naturalName($0.parent)) },
                query: probe.text
            )
        case .paper:
            shown = candidates
            prompt = Prompts.choice(among: names, query: probe.text)
        }
        return PlacementQuestion(
            prompt: prompt,
            continuations: names.map { " " + $0 },
            shown: shown
        )
    }

    /// The nearest known pairs, nearest first.
    ///
    /// Of several parents of a child the one most similar to the term is shown; ties go by
    /// identifier.
    private func knownPairs(
        _ probe: Probe,
        excluding excluded: Set<Concept.Index>
    ) -> [(child: Concept.Index, parent: Concept.Index)] {
        let concepts = vocabulary.taxonomy.concepts
        return nearest(probe, settings.knownPairs, excluding: excluded).compactMap { child in
            let parent = view.parents(of: child).filter { !excluded.contains($0) }
                .min {
                    (-probe.cosines[$0], concepts[$0].identifier)
                        < (-probe.cosines[$1], concepts[$1].identifier)
                }
            return parent.map { (child, $0) }
        }
    }

    private func naturalName(_ index: Concept.Index) -> String {
        Term.natural(vocabulary.taxonomy.concepts[index].name)
    }
}
