package import Taxonomy

/// A search for the parents of one term: the term, what may be seen, and its nearest concepts.
///
/// Created once per term by ``Retriever/search(for:excluding:)`` and read by everything that
/// concerns the term.
package struct ParentSearch: Sendable {
    package let probe: Probe
    package let view: VocabularyView
    /// Concepts that are neither candidates nor neighbours and appear in no prompt.
    ///
    /// When a known concept is placed as if it were new, these are itself and its descendants.
    package let excluded: Set<Concept.Index>
    /// The known concepts with a parent that are most similar to the term, by meaning and spelling.
    ///
    /// Nearest first; ties go to the smaller index.
    package let nearest: [Concept.Index]
    /// Whether each concept is excluded; empty if none is.
    private let flags: [Bool]

    /// - Parameters:
    ///   - probe: The term with its similarities.
    ///   - view: What may be seen.
    ///   - excluded: Concepts to exclude.
    ///   - count: Maximum length of ``nearest``.
    package init(
        _ probe: Probe,
        in view: VocabularyView,
        excluding excluded: Set<Concept.Index>,
        nearest count: Int
    ) {
        self.probe = probe
        self.view = view
        self.excluded = excluded
        var flags: [Bool] = []
        if !excluded.isEmpty {
            flags = [Bool](repeating: false, count: probe.cosines.count)
            for index in excluded { flags[index] = true }
        }
        self.flags = flags
        var similarity = [Float](repeating: -.infinity, count: probe.cosines.count)
        for index in similarity.indices {
            if !flags.isEmpty, flags[index] { continue }
            if view.edges.parents(of: index).isEmpty { continue }
            similarity[index] = probe.nearness(index)
        }
        nearest = Ranking.top(count, of: similarity).filter { similarity[$0] > -.infinity }
    }

    package func isExcluded(_ index: Concept.Index) -> Bool { !flags.isEmpty && flags[index] }

    /// Whether a concept may be a candidate: visible and not excluded.
    package func isOpen(_ index: Concept.Index) -> Bool {
        !isExcluded(index) && !view.isHidden(index)
    }

    /// Number of excluded descendants of each concept that has any.
    package var excludedBelow: [Concept.Index: Int] {
        var below: [Concept.Index: Int] = [:]
        let lineage = view.lineage
        for index in excluded {
            for ancestor in lineage.ancestors(of: index) { below[Int(ancestor), default: 0] += 1 }
        }
        return below
    }
}
