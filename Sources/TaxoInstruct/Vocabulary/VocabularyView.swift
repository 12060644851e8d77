package import Taxonomy

/// A vocabulary as a query may see it: its names and embeddings, the visible edges, and the tables
/// derived from them.
///
/// Created by ``Vocabulary/view(hiding:orphan:)``. Tables derived from the edges are built on first
/// use and shared by all views that hide the same concepts:
///
///     let view = vocabulary.view(hiding: ["MESH:D002318"])
///     view.parents(of: index)       // none of them cardiovascular
///     view.lineage.ancestors(of: index)
package struct VocabularyView: Sendable {
    package let vocabulary: Vocabulary
    /// The visible concepts and edges.
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

    /// Linear discriminant analysis of the visible edges; built on first use, in about a second for
    /// MEDIC.
    ///
    /// It also includes the edges of an ``VisibleTaxonomy/orphan``, which must therefore be passed
    /// as excluded.
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

    /// All visible ancestors of `index`, without `index` itself.
    package func ancestors(of index: Concept.Index) -> Set<Concept.Index> {
        edges.ancestors(of: index)
    }

    /// All visible descendants of `index`, without `index` itself.
    package func descendants(of index: Concept.Index) -> Set<Concept.Index> {
        edges.descendants(of: index)
    }

    /// Sorts items that belong to concepts by score, best first; ties go by identifier.
    ///
    /// - Parameters:
    ///   - things: The items to sort.
    ///   - index: Returns the concept of an item.
    ///   - score: Returns the score of an item; never NaN.
    /// - Returns: The items in an order that does not depend on the order given.
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

    /// The names on the path from a root down to `index`.
    func rootPath(of index: Concept.Index) -> [String] { edges.rootPath(of: index) }
}
