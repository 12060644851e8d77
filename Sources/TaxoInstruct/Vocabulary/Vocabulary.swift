import Synchronization
package import Taxonomy

/// A loaded taxonomy with the look-up tables that the method needs.
///
/// Immutable; all queries of a worker share one instance.
package final class Vocabulary: Sendable {
    /// The name it was loaded under, such as `MEDIC`.
    package let name: String
    /// SHA-256 of the loaded file's bytes, lower-case hexadecimal.
    package let version: String
    package let taxonomy: Taxonomy
    /// A unit vector per concept, embedding the texts of ``encodedTexts(of:)``.
    package let embeddings: EmbeddingTable
    package let lexicon: Lexicon
    package let trigrams: TrigramIndex
    package let words: WordIndex
    private let siblings = Lazy<SiblingTables>()
    private let spellings = Lazy<NameIndex>()
    private let views: Mutex<[HiddenView]>

    /// What views that hide the same concepts share.
    private struct HiddenView {
        let edges: VisibleTaxonomy
        let discriminant = Lazy<ParentDiscriminant>()
    }

    /// Builds the look-up tables, which takes about one microsecond per character of a term.
    ///
    /// - Parameters:
    ///   - name: The name it was loaded under.
    ///   - version: SHA-256 of the loaded file's bytes.
    ///   - taxonomy: The taxonomy of C concepts.
    ///   - embeddings: One row per concept, in the same order.
    /// - Precondition: `embeddings` has as many rows as `taxonomy` has concepts.
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

    /// The tables for set expansion, built on first use; this takes about a second for MEDIC.
    package var siblingTables: SiblingTables {
        siblings.value { SiblingTables(taxonomy, embeddings) }
    }

    /// What names mean, built on first use; this takes less than a second for MEDIC.
    package var names: NameIndex { spellings.value { NameIndex(taxonomy) } }

    /// The part of the vocabulary that a query may see.
    ///
    /// - Parameters:
    ///   - identifiers: Concepts that are hidden with all their descendants.
    ///   - orphan: A concept of which only its own parents are hidden.
    /// - Returns: A view, which shares its tables with other views that hide the same concepts.
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

    /// Number of views whose tables are cached.
    ///
    /// An evaluation hides one subtree after another, and each view's discriminants take some 40 MB
    /// for MEDIC.
    private static let keptViews = 2

    /// The texts that ``embeddings`` encodes: the name of every concept in natural order.
    package static func encodedTexts(of taxonomy: Taxonomy) -> [String] {
        taxonomy.concepts.map { Term.natural($0.name) }
    }

    /// The same vocabulary over another taxonomy of its concepts.
    ///
    /// - Parameters:
    ///   - other: A taxonomy of some of the concepts, with its own edges.
    ///   - kept: For each concept of `other`, its index in this vocabulary.
    /// - Returns: A vocabulary with the same name and version.
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
