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
                var hash: UInt32 = 2_166_136_261
                for byte in bytes[start..<min(start + 3, bytes.count)] {
                    hash = (hash ^ UInt32(byte)) &* 16_777_619
                }
                vector[Int(hash % UInt32(dimension))] += 1
            }
            let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return vector.map { $0 / length }
        }
    }
}

/// A language model that says what it is told to.
struct ScriptedModel: LanguageModel {
    /// Log-likelihood of a continuation after a prompt; each counts as one token.
    var likelihood: @Sendable (_ continuation: String, _ prompt: String) throws -> Double = {
        _,
        _ in -1
    }
    /// Which names are written after a prompt.
    var writes: @Sendable (_ prompt: String, _ names: [String]) -> [Int] = { _, _ in [] }

    var identity: ModelIdentity { ModelIdentity(name: "scripted", sha256: "m", path: "test") }

    func score(_ continuations: [String], after prompt: String) throws -> [ContinuationScore] {
        TokenMeter.add(continuations.count)
        return try continuations.map {
            ContinuationScore(logLikelihood: try likelihood($0, prompt), tokens: 1)
        }
    }

    func generate(after prompts: [String], _ options: GenerationOptions) throws -> [Generation] {
        let names = options.names?.names ?? []
        return prompts.map { prompt in
            let written = writes(prompt, names)
            let text = written.map { names[$0] }.joined(separator: " | ")
            return Generation(
                text: text,
                names: written,
                logLikelihood: -1,
                tokens: written.count,
                isComplete: true
            )
        }
    }
}

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
