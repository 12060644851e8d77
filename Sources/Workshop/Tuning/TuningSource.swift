import Contract
import Crypto
package import Engine
import Evaluation
import Foundation
package import TaxoInstruct
package import Taxonomy

/// The taxonomy that an adapter is trained on: a loaded one, or the edges of a benchmark file.
package struct TuningSource {
    package let vocabulary: Vocabulary
    /// Credits that the taxonomy's licence requires.
    package let attribution: [String]

    /// - Parameters:
    ///   - named: The name or version of a loaded vocabulary, or the path of a `.tsv` file with one
    ///     child and parent per line.
    ///   - under: A concept, by identifier or name; only its subtree is used.
    ///   - setup: The setup of the configuration.
    ///   - encoder: The encoder for the names.
    /// - Throws: `SubmissionError`.
    package init(
        _ named: String,
        under: String? = nil,
        _ setup: EngineSetup,
        _ encoder: EmbeddedTextEncoder
    ) throws {
        let (whole, attribution) = try Self.whole(named, setup, encoder)
        self.attribution = attribution
        guard let under else {
            vocabulary = whole
            return
        }
        guard let top = whole.taxonomy.index(ofGiven: under) else {
            throw SubmissionError(
                .seedsUnknown,
                "--under: “\(under)” is no identifier or name of \(whole.name)"
            )
        }
        let part = try whole.taxonomy.part(under: top)
        vocabulary = whole.replaced(by: part.taxonomy, keeping: part.kept)
    }

    private static func whole(
        _ named: String,
        _ setup: EngineSetup,
        _ encoder: EmbeddedTextEncoder
    ) throws -> (Vocabulary, attribution: [String]) {
        guard named.hasSuffix(".tsv") else {
            let (vocabulary, info) = try setup.vocabulary(named, encodedBy: encoder)
            return switch info.kind {
            case .medic: (vocabulary, [medic, mesh])
            case .mesh, .meshSupplementary: (vocabulary, [mesh])
            case .table, .ontology, .skos: (vocabulary, [])
            }
        }
        guard let data = FileManager.default.contents(atPath: named) else {
            throw SubmissionError(.unreadableFile, "\(named) cannot be read")
        }
        let edges = try ExpansionEdge.read(String(decoding: data, as: UTF8.self), file: named)
        let taxonomy = try ExpansionEvaluation.taxonomy(of: edges)
        let vocabulary = Vocabulary(
            name: name(ofFile: named),
            version: Digest.hexadecimal(SHA256.hash(data: data)),
            taxonomy: taxonomy,
            embeddings: EmbeddingTable(
                rows: try encoder.encode(Vocabulary.encodedTexts(of: taxonomy)),
                dimension: encoder.dimension
            )
        )
        return (vocabulary, [])
    }

    /// The name by which a card calls a file of edges: its folder and its file name.
    package static func name(ofFile path: String) -> String {
        URL(filePath: path).deletingPathExtension().pathComponents.suffix(2).joined(separator: "/")
    }

    private static let medic =
        "MEDIC, the disease vocabulary of the Comparative Toxicogenomics Database: "
        + "http://ctdbase.org/"
    private static let mesh =
        "Medical Subject Headings (MeSH), courtesy of the U.S. National Library of Medicine"
}

extension Taxonomy {
    /// The concept with this identifier, name or synonym.
    package func index(ofGiven word: String) -> Concept.Index? {
        index(ofIdentifier: word) ?? indices(ofTerm: word).first
    }
}
