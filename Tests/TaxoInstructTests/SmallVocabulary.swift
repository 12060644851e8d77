import TaxoInstruct
import Taxonomy

/// Six concepts whose names have nothing in common, so that vectors alone say what is near.
///
///     aaa ─┬─ bbb ─┬─ ddd
///          │       └─ eee
///          └─ ccc ─── fff
enum Small {
    /// The cosine of each with ``query``.
    static let cosines: [Float] = [0, 0.5, 0, 0.8, 0.6, 0]
    static let query: [Float] = [1, 0]

    static func vocabulary(definitions: [String?] = []) throws -> Vocabulary {
        let names = ["aaa", "bbb", "ccc", "ddd", "eee", "fff"]
        return Vocabulary(
            name: "small",
            version: "v1",
            taxonomy: try Taxonomy(
                concepts: names.enumerated().map { index, name in
                    Concept(
                        identifier: name,
                        name: name,
                        definition: index < definitions.count ? definitions[index] : nil
                    )
                },
                parents: [[], [0], [0], [1], [1], [2]]
            ),
            embeddings: EmbeddingTable(
                rows: cosines.flatMap { [$0, (1 - $0 * $0).squareRoot()] },
                dimension: 2
            )
        )
    }

    /// A search for the parents of a term that shares no letter with a name.
    static func search(
        in vocabulary: Vocabulary,
        hiding: [String] = [],
        excluding: Set<Concept.Index> = [],
        term: String = "zzz"
    ) -> ParentSearch {
        ParentSearch(
            Probe(terms: [term], vectors: query, vocabulary: vocabulary),
            in: vocabulary.view(hiding: hiding),
            excluding: excluding,
            nearest: 100
        )
    }
}
