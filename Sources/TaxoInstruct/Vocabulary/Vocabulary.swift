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
    private let wholeLineage: Lineage
    private let siblings = Mutex<SiblingTables?>(nil)
    private let discriminants = Mutex<[(VisibleTaxonomy, ParentDiscriminant)]>([])

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
        wholeLineage = Lineage(VisibleTaxonomy(taxonomy))
    }

    /// The ancestors that concepts have in a view; at hand if it hides nothing.
    func lineage(of view: VisibleTaxonomy) -> Lineage {
        view.isWhole ? wholeLineage : Lineage(view)
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

    /// Which class a vector belongs to by the edges of a view; learned when first asked for: about a
    /// second for MEDIC.
    ///
    /// A concept whose own parents alone are hidden is no part of the question: it is to be excluded
    /// from the answer.
    func discriminant(_ view: VisibleTaxonomy) -> ParentDiscriminant {
        discriminants.withLock { known in
            if let found = known.first(where: { $0.0.hidesAsMuch(as: view) }) { return found.1 }
            let whole = view.withoutOrphan
            let made = ParentDiscriminant(embeddings, whole)
            known = Array(known.suffix(Self.keptDiscriminants - 1)) + [(whole, made)]
            return made
        }
    }

    /// An evaluation hides one part after another.
    private static let keptDiscriminants = 2

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
