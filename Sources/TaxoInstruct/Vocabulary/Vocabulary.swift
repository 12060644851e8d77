import Synchronization
package import Taxonomy

/// A loaded taxonomy with what the method looks up in it.
///
/// Immutable; all queries of a worker share one.
package final class Vocabulary: Sendable {
    /// The name it was loaded under, such as `MEDIC`.
    package let name: String
    /// SHA-256 of the loaded file's bytes, lower-case hexadecimal.
    package let version: String
    package let taxonomy: Taxonomy
    /// A unit vector for each concept, of its text in ``encodedTexts(of:)``.
    package let embeddings: EmbeddingTable
    package let lexicon: Lexicon
    package let trigrams: TrigramIndex
    package let words: WordIndex
    private let siblings = Lazy<SiblingTables>()
    private let views: Mutex<[HiddenView]>

    /// What views with the same concepts hidden share.
    private struct HiddenView {
        let edges: VisibleTaxonomy
        let discriminant = Lazy<ParentDiscriminant>()
    }

    /// Builds the look-up tables, which takes about a microsecond for each character of a term.
    ///
    /// - Parameters:
    ///   - name: The name it was loaded under.
    ///   - version: SHA-256 of the loaded file's bytes.
    ///   - taxonomy: C concepts.
    ///   - embeddings: C rows, in the order of the concepts.
    /// - Precondition: There are as many rows as concepts.
    package init(name: String, version: String, taxonomy: Taxonomy, embeddings: EmbeddingTable) {
        precondition(
            embeddings.count == taxonomy.concepts.count,
            "Vocabulary: \(embeddings.count) rows, \(taxonomy.concepts.count) concepts"
        )
        self.name = name
        self.version = version
        self.taxonomy = taxonomy
        self.embeddings = embeddings
        lexicon = Lexicon(taxonomy)
        trigrams = TrigramIndex(lexicon)
        words = WordIndex(lexicon, taxonomy)
        views = Mutex([HiddenView(edges: VisibleTaxonomy(taxonomy))])
    }

    /// What set expansion looks up, built on first use: about a second for MEDIC.
    package var siblingTables: SiblingTables {
        siblings.value { SiblingTables(taxonomy, embeddings) }
    }

    /// The vocabulary as a query sees it.
    ///
    /// - Parameters:
    ///   - identifiers: Concepts that are hidden with all that is below them.
    ///   - orphan: A concept whose own parents alone are hidden.
    /// - Returns: A view; what was made for one that hides the same concepts serves it, too.
    package func view(
        hiding identifiers: [String] = [],
        orphan: Concept.Index? = nil
    ) -> VocabularyView {
        let edges = VisibleTaxonomy(taxonomy, hiding: identifiers)
        let shared = views.withLock { kept in
            if let found = kept.first(where: { $0.edges.hidesAsMuch(as: edges) }) { return found }
            let made = HiddenView(edges: edges)
            kept = Array(kept.suffix(Self.keptViews - 1)) + [made]
            return made
        }
        return VocabularyView(
            self,
            orphan.map(shared.edges.orphaning) ?? shared.edges,
            shared.discriminant
        )
    }

    /// Views whose tables are kept: an evaluation hides one part after another, and its
    /// discriminants take some 40 MB each for MEDIC.
    private static let keptViews = 2

    /// The texts whose vectors ``embeddings`` holds: every concept's name in natural order.
    package static func encodedTexts(of taxonomy: Taxonomy) -> [String] {
        taxonomy.concepts.map { Term.natural($0.name) }
    }

    /// The same names in another taxonomy.
    ///
    /// - Parameters:
    ///   - other: Holds some of the concepts, with edges of its own.
    ///   - kept: For each concept of `other` its index here.
    /// - Returns: A vocabulary of the same name and version.
    package func replaced(by other: Taxonomy, keeping kept: [Concept.Index]) -> Vocabulary {
        Vocabulary(
            name: name,
            version: version,
            taxonomy: other,
            embeddings: EmbeddingTable(
                rows: kept.flatMap(embeddings.row),
                dimension: embeddings.dimension
            )
        )
    }
}
