package import Taxonomy

/// A vocabulary as a query may see it: its names and vectors, the edges that are not hidden, and
/// what follows from those.
///
/// Made by ``Vocabulary/view(hiding:orphan:)``. What follows from the edges is made on first use
/// and shared by all views with the same ones hidden:
///
///     let view = vocabulary.view(hiding: ["MESH:D002318"])
///     view.parents(of: index)       // none of them cardiovascular
///     view.lineage.ancestors(of: index)
package struct VocabularyView: Sendable {
    package let vocabulary: Vocabulary
    /// Concepts and edges that may be seen.
    package let edges: VisibleTaxonomy
    private let sharedDiscriminant: Lazy<ParentDiscriminant>

    init(
        _ vocabulary: Vocabulary,
        _ edges: VisibleTaxonomy,
        _ sharedDiscriminant: Lazy<ParentDiscriminant>
    ) {
        self.vocabulary = vocabulary
        self.edges = edges
        self.sharedDiscriminant = sharedDiscriminant
    }

    /// Linear discriminant analysis of the visible edges; takes about a second for MEDIC.
    ///
    /// It also knows the edges of an ``VisibleTaxonomy/orphan``: exclude that concept from what is
    /// asked of it.
    package var discriminant: ParentDiscriminant {
        sharedDiscriminant.value {
            ParentDiscriminant(vocabulary.embeddings, edges.withoutOrphan)
        }
    }

    package var taxonomy: Taxonomy { vocabulary.taxonomy }
    package var concepts: [Concept] { vocabulary.taxonomy.concepts }
    package var lineage: Lineage { edges.lineage }

    package func isHidden(_ index: Concept.Index) -> Bool { edges.isHidden(index) }

    package func parents(of index: Concept.Index) -> [Concept.Index] { edges.parents(of: index) }

    package func children(of index: Concept.Index) -> [Concept.Index] { edges.children(of: index) }

    /// All visible concepts above `index`, without itself.
    package func ancestors(of index: Concept.Index) -> Set<Concept.Index> {
        edges.ancestors(of: index)
    }

    /// All visible concepts below `index`, without itself.
    package func descendants(of index: Concept.Index) -> Set<Concept.Index> {
        edges.descendants(of: index)
    }

    /// Orders things that belong to concepts by a score, best first; ties go by identifier.
    ///
    /// - Parameters:
    ///   - things: What is ordered.
    ///   - index: The concept that one belongs to.
    ///   - score: Of one; never NaN.
    /// - Returns: The same in an order that does not depend on theirs.
    func bestFirst<Thing>(
        _ things: [Thing],
        at index: (Thing) -> Concept.Index,
        by score: (Thing) -> Double
    ) -> [Thing] {
        let concepts = vocabulary.taxonomy.concepts
        return things.sorted {
            (score($1), concepts[index($0)].identifier)
                < (score($0), concepts[index($1)].identifier)
        }
    }

    /// Names from a root down to `index`.
    func rootPath(of index: Concept.Index) -> [String] { edges.rootPath(of: index) }
}
