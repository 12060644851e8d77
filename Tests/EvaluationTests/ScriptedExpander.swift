import Inference
import TaxoInstruct
import Taxonomy

/// An encoder without weights: letters' groups of three, hashed into 128 places.
struct HashingEncoder: TextEncoder {
    var identity: ModelIdentity { ModelIdentity(name: "hashing", sha256: "e", path: "test") }
    var dimension: Int { 128 }

    func encode(_ texts: [String], progress: (Int) -> Void) throws -> [Float] {
        texts.flatMap { text -> [Float] in
            var vector = [Float](repeating: 0, count: dimension)
            let bytes = Array(" \(text.lowercased()) ".utf8)
            for start in 0..<max(bytes.count - 2, 1) {
                let hash = bytes[start..<min(start + 3, bytes.count)].reduce(UInt32(2_166_136_261))
                {
                    ($0 ^ UInt32($1)) &* 16_777_619
                }
                vector[Int(hash % UInt32(dimension))] += 1
            }
            let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return vector.map { $0 / length }
        }
    }
}

/// A language model that rates as it is told and writes nothing.
struct ScriptedModel: LanguageModel {
    var likelihood: @Sendable (_ continuation: String) -> Double = { _ in -1 }

    var identity: ModelIdentity { ModelIdentity(name: "scripted", sha256: "m", path: "test") }

    func score(_ continuations: [String], after prompt: String) throws -> [ContinuationScore] {
        continuations.map { ContinuationScore(logLikelihood: likelihood($0), tokens: 1) }
    }

    func generate(after prompts: [String], _ options: GenerationOptions) throws -> [Generation] {
        prompts.map { _ in
            Generation(text: "", names: [], logLikelihood: -1, tokens: 0, isComplete: true)
        }
    }
}

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
