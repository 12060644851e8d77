package import Taxonomy

/// The part of a vocabulary in which the parents of a term may be: at or below some concepts, and
/// neither at nor below others.
///
/// What lies outside is still read as evidence, and judged beside the rest, so that a probability
/// means the same with and without a scope; it is only never listed.
package struct BranchScope: Sendable {
    private let isInside: [Bool]

    /// - Parameters:
    ///   - view: What may be seen.
    ///   - tops: Concepts at or below which parents must be; none for all.
    ///   - closed: Concepts at or below which no parent may be.
    package init(
        _ view: VocabularyView,
        below tops: [Concept.Index],
        notBelow closed: [Concept.Index]
    ) {
        var isInside = [Bool](repeating: tops.isEmpty, count: view.concepts.count)
        for top in tops where !view.isHidden(top) {
            isInside[top] = true
            for index in view.descendants(of: top) { isInside[index] = true }
        }
        for top in closed {
            isInside[top] = false
            for index in view.descendants(of: top) { isInside[index] = false }
        }
        self.isInside = isInside
    }

    package func contains(_ index: Concept.Index) -> Bool { isInside[index] }
}
