import Fixtures
import Inference
import TaxoInstruct
import Taxonomy

/// A small vocabulary with two ways up from “Hypertension, Renal”.
enum Sample {
    static let lines: [(name: String, parents: [String], synonyms: [String])] = [
        ("Diseases", [], []),
        ("Heart Diseases", ["Diseases"], ["Cardiac Diseases"]),
        ("Heart Failure", ["Heart Diseases"], ["Cardiac Failure"]),
        ("Heart Arrest", ["Heart Diseases"], ["Cardiac Arrest"]),
        ("Myocarditis", ["Heart Diseases"], []),
        ("Cardiomyopathies", ["Heart Diseases"], ["Myocardial Diseases"]),
        ("Cardiomyopathy, Dilated", ["Cardiomyopathies"], []),
        ("Lung Diseases", ["Diseases"], []),
        ("Asthma", ["Lung Diseases"], []),
        ("Pneumonia", ["Lung Diseases"], ["Lung Inflammation"]),
        ("Lung Abscess", ["Lung Diseases"], []),
        ("Kidney Diseases", ["Diseases"], []),
        ("Vascular Diseases", ["Diseases"], []),
        ("Hypertension", ["Vascular Diseases"], ["High Blood Pressure"]),
        ("Hypertension, Renal", ["Hypertension", "Kidney Diseases"], []),
        ("Aneurysm", ["Vascular Diseases"], []),
    ]

    static func identifier(_ name: String) -> String {
        "T:\(lines.firstIndex { $0.name == name } ?? -1)"
    }

    static func taxonomy() throws -> Taxonomy {
        try Taxonomy(
            concepts: lines.map {
                Concept(identifier: identifier($0.name), name: $0.name, synonyms: $0.synonyms)
            },
            parents: lines.map { line in
                line.parents.compactMap { parent in lines.firstIndex { $0.name == parent } }
            }
        )
    }

    static func vocabulary() throws -> Vocabulary {
        try vocabulary(of: try taxonomy())
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

    static func expander(
        _ model: (any LanguageModel)? = nil,
        fit: VocabularyFit = .standard,
        _ change: (inout MethodSettings) -> Void = { _ in }
    ) throws -> Expander {
        var settings = MethodSettings()
        change(&settings)
        return Expander(
            vocabulary: try vocabulary(),
            model: model,
            encoder: HashingEncoder(),
            settings: settings,
            settingsSHA256: "s",
            fit: fit
        )
    }
}
