import Inference
import Taxonomy
import Testing

import TaxoInstruct
import Fixtures

@Suite("The fit on arrival")
struct VocabularyFittingTests {
    /// Forty organs with a class of diseases each, six diseases in each class; of the odd ones the
    /// names say nothing.
    private func taxonomy(withOdd: Bool = false) throws -> Taxonomy {
        let kinds = ["Atrophy", "Cancer", "Failure", "Fibrosis", "Infection", "Oedema"]
        var concepts = [Concept(identifier: "0", name: "Disorders")]
        var parents: [[Int]] = [[]]
        for organ in 0..<40 {
            let name = "Organ\(organ * 7919 % 997)"
            let class_ = concepts.count
            concepts.append(Concept(identifier: "\(class_)", name: "\(name) Disorders"))
            parents.append([0])
            for kind in kinds {
                let isOdd = withOdd && kind == "Oedema"
                let own = isOdd ? "Oddity\(organ)" : "\(name) \(kind)"
                concepts.append(Concept(identifier: "\(concepts.count)", name: own))
                parents.append([class_])
            }
        }
        return try Taxonomy(concepts: concepts, parents: parents)
    }

    private func vocabulary(shuffled: Bool = false, withOdd: Bool = false) throws -> Vocabulary {
        let taxonomy = try taxonomy(withOdd: withOdd)
        let encoder = HashingEncoder()
        var rows = try encoder.encode(Vocabulary.encodedTexts(of: taxonomy))
        if shuffled {
            var generator = SplitMix64(seed: 7)
            let order = generator.shuffled(Array(taxonomy.concepts.indices))
            rows = order.flatMap { row in
                rows[row * encoder.dimension..<(row + 1) * encoder.dimension]
            }
        }
        return Vocabulary(
            name: "organs",
            version: "v1",
            taxonomy: taxonomy,
            embeddings: EmbeddingTable(rows: rows, dimension: encoder.dimension)
        )
    }

    private func fit(
        _ vocabulary: Vocabulary,
        _ model: (any LanguageModel)? = nil
    ) throws -> VocabularyFit {
        try VocabularyFitting(
            vocabulary: vocabulary,
            encoder: HashingEncoder(),
            settings: MethodSettings()
        )
        .fit(model: model)
    }

    @Test("the report says what to expect, and the same vocabulary gives the same fit")
    func report() throws {
        let fit = try fit(try vocabulary())
        let report = try #require(fit.report)
        #expect(report.queries == 280)
        #expect(report.hitAt1 > 80)
        #expect(report.recallAt20 >= report.recallAt5 && report.recallAt5 >= report.hitAt1)
        #expect(report.warnings.isEmpty)
        #expect(try self.fit(try vocabulary()) == fit)
    }

    @Test("vectors that were shuffled are told")
    func shuffled() throws {
        let report = try #require(try fit(try vocabulary(shuffled: true)).report)
        #expect(report.warnings == ["retrieval-poor"])
    }

    @Test("a model that knows the parents gets a weight, one that says nothing gets none")
    func weight() throws {
        let vocabulary = try vocabulary(withOdd: true)
        let taxonomy = vocabulary.taxonomy
        let knowing = ScriptedModel(likelihood: { continuation, prompt in
            let line = prompt.split(separator: "\n").last?.split(separator: " ->").first ?? ""
            let parents = taxonomy.indices(ofTerm: String(line)).flatMap { taxonomy.parents[$0] }
            let isRight = parents.contains { continuation == " \(taxonomy.concepts[$0].name)" }
            return isRight ? -1 : -20
        })
        let known = try #require(try fit(vocabulary, knowing).report)
        #expect(known.lossGain > 0)
        #expect(known.modelQueries == 280)
        let silent = ScriptedModel(likelihood: { _, _ in -1 })
        let said = try #require(try fit(vocabulary, silent).report)
        #expect(said.modelGain == 0)
    }

    @Test("too few concepts leave the standard weights")
    func tiny() throws {
        #expect(try fit(try Sample.vocabulary()) == .standard)
    }

    @Test("phrases of the definitions that are no terms are refused, concepts are not")
    func outsidePhrases() throws {
        let plain = try taxonomy()
        let words = ["liver", "water", "bread", "stone", "light", "glass", "river", "paper"]
        let concepts = plain.concepts.enumerated().map { index, concept in
            let first = words[index % 8]
            let second = words[(index / 8) % 8]
            return Concept(
                identifier: concept.identifier,
                name: concept.name,
                definition: "It is seen where \(first) \(second) is found near \(second) \(first)."
            )
        }
        let taxonomy = try Taxonomy(concepts: concepts, parents: plain.parents)
        let report = try #require(try fit(try Sample.vocabulary(of: taxonomy)).report)
        #expect(report.outsidePhrases >= 60)
        #expect(report.outsidePhrasesRefused > 90)
        #expect(report.membersAnswered > 85)
    }
}
