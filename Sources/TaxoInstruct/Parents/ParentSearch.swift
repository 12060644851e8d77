package import Taxonomy

/// A search for the parents of one term: the term, what may be seen, and what is nearest to it.
///
/// Made once for a term by ``Retriever/search(for:excluding:)``; everything that is asked about the
/// term reads the same one.
package struct ParentSearch: Sendable {
    package let probe: Probe
    package let view: VocabularyView
    /// Concepts that are neither candidates nor neighbours nor shown in a prompt.
    ///
    /// For a known concept that is placed as if it were new: itself and its descendants.
    package let excluded: Set<Concept.Index>
    /// The known concepts most similar to the term, by meaning and spelling, that have a parent.
    ///
    /// Nearest first; ties go to the smaller index.
    package let nearest: [Concept.Index]
    /// For each concept whether it is excluded; empty if none is.
    private let flags: [Bool]

    /// - Parameters:
    ///   - probe: The term.
    ///   - view: What may be seen.
    ///   - excluded: Concepts that have no part in it.
    ///   - count: Of ``nearest`` at most.
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

    /// How many of the excluded concepts are below each, for those that are above one.
    package var excludedBelow: [Concept.Index: Int] {
        var below: [Concept.Index: Int] = [:]
        let lineage = view.lineage
        for index in excluded {
            for ancestor in lineage.ancestors(of: index) { below[Int(ancestor), default: 0] += 1 }
        }
        return below
    }
}
