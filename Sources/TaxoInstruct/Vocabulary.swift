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
    let words: WordIndex
    /// Of the whole taxonomy, nothing hidden.
    let lineage: Lineage
    private let siblings = Mutex<SiblingTables?>(nil)

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
        lineage = Lineage(VisibleTaxonomy(taxonomy))
    }

    /// What set expansion looks up, built when first asked for: about a second for MEDIC.
    var siblingTables: SiblingTables {
        siblings.withLock { tables in
            if let tables { return tables }
            let built = SiblingTables(taxonomy, embeddings)
            tables = built
            return built
        }
    }

    /// The texts whose vectors ``embeddings`` holds: every concept's name in natural order.
    package static func encodedTexts(of taxonomy: Taxonomy) -> [String] {
        taxonomy.concepts.map { Term.natural($0.name) }
    }
}
