import Fixtures
import TaxoInstruct
import Taxonomy

enum Sample {
    /// A root over classes of leaves; `class 1` over `leaf 1 1`, `leaf 1 2`, and so on.
    static func taxonomy(classes: Int, leaves: Int) throws -> Taxonomy {
        var names = ["root"]
        var parents: [[Int]] = [[]]
        for class_ in 1...classes {
            let index = names.count
            names.append("class \(class_)")
            parents.append([0])
            for leaf in 1...leaves {
                names.append("leaf \(class_) \(leaf)")
                parents.append([index])
            }
        }
        return try Taxonomy(
            concepts: names.map { Concept(identifier: $0, name: $0) },
            parents: parents
        )
    }

    /// A vocabulary whose vectors the ``HashingEncoder`` makes.
    static func vocabulary(of taxonomy: Taxonomy) throws -> Vocabulary {
        let encoder = HashingEncoder()
        return Vocabulary(
            name: "sample",
            version: "v1",
            taxonomy: taxonomy,
            embeddings: EmbeddingTable(
                rows: try encoder.encode(Vocabulary.encodedTexts(of: taxonomy)),
                dimension: encoder.dimension
            )
        )
    }
}
