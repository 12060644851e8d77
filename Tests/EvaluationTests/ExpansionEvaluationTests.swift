import Contract
import Evaluation
import Foundation
import Inference
import TaxoInstruct
import Taxonomy
import Testing

@Suite("Evaluation of taxonomy expansion")
struct ExpansionEvaluationTests {
    @Test("a model that knows the answers gets them all, and retrieval is measured beside it")
    func oracle() throws {
        let report = try run(OracleModel())
        let model = try #require(report.measures(.languageModel))
        #expect(model["accuracy"] == 100)
        #expect(model["wuPalmer"] == 100)
        #expect(model["mrr"] == 100)
        #expect(model["queries"] == 2)
        let retrieval = try #require(report.measures(.retrieval))
        #expect(retrieval["recallAt50"] == 100)
        #expect((retrieval["accuracy"] ?? 100) < 100)
    }

    @Test("without a model only retrieval is reported")
    func noModel() throws {
        let report = try run(nil)
        #expect(report.measures(.retrieval) != nil)
        #expect(report.measures(.languageModel) == nil)
        #expect(report.measures(.fusion) == nil)
    }

    @Test("the report has the stable keys, each with its interval")
    func keys() throws {
        let report = try run(OracleModel())
        let json = try JSONDecoder().decode(
            [String: [String: [String: Double]]].self,
            from: try report.json()
        )
        let modes = try #require(json["taxonomyExpansion"])
        #expect(Set(modes.keys) == ["retrieval", "languageModel", "fusion", "gain"])
        let plain = [
            "accuracy", "wuPalmer", "mrr", "recallAt1", "recallAt5", "recallAt10", "recallAt20",
            "recallAt50",
        ]
        let expected = Set(plain + plain.map { $0 + "Low" } + plain.map { $0 + "High" })
        #expect(Set(modes["fusion", default: [:]].keys) == expected.union(["queries"]))
        #expect(report.table().contains("fusion"))
    }

    @Test("the dump holds what the model was asked and what it said")
    func dump() throws {
        struct Line: Decodable {
            let query: String
            let gold: [String]
            let prompt: String
            let candidates: [String]
            let continuations: [String]
            let logLikelihoods: [Double]
            let tokens: [Int]
        }
        let lines = try run(OracleModel()).dump().split(separator: UInt8(ascii: "\n"))
            .map { try JSONDecoder().decode(Line.self, from: Data($0)) }
        #expect(lines.map(\.query) == ["grey seal", "oil spill"])
        let first = try #require(lines.first)
        #expect(first.gold == ["mammal"])
        #expect(first.prompt.hasSuffix("\ngrey seal ->"))
        #expect(first.continuations == first.candidates.map { " " + $0 })
        #expect(first.logLikelihoods.count == first.candidates.count)
        #expect(first.tokens.count == first.candidates.count)
        #expect(!first.candidates.contains("grey seal"))
    }

    @Test("ratings are compared with a reference, per token")
    func reference() throws {
        let report = try run(OracleModel())
        func file(_ shift: Double) throws -> Data {
            struct Query: Encodable {
                let logLikelihoods: [Double]
                let tokens: [Int]
            }
            let queries = report.rows.map {
                Query(logLikelihoods: $0.logLikelihoods.map { $0 + shift }, tokens: $0.tokens)
            }
            return try JSONEncoder().encode(["queries": queries])
        }
        let agreement = try ReferenceAgreement(report, reference: file(0.25))
        #expect(agreement.queries == 2)
        #expect(agreement.sameFirst == 2 && agreement.sameFirstPerToken == 2)
        #expect(agreement.worst == 0.25 && agreement.rms == 0.25)
        #expect(throws: ReferenceAgreement.Mismatch.self) {
            try ReferenceAgreement(report, reference: Data(#"{"queries": []}"#.utf8))
        }
    }

    @Test("the golden reference holds 52 queries and the figures of its model")
    func golden() throws {
        struct Reference: Decodable {
            struct Query: Decodable {
                let gold: Int?
                let logLikelihoods: [Double]
                let tokens: [Int]
            }
            let queries: [Query]
        }
        let url = try #require(
            Bundle.module.url(
                forResource: "environment-reference",
                withExtension: "json",
                subdirectory: "Golden"
            )
        )
        let reference = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: url))
        #expect(reference.queries.count == 52)
        let right = reference.queries.count { query in
            let perToken = zip(query.logLikelihoods, query.tokens).map { $0 / Double($1) }
            return perToken.max().flatMap(perToken.firstIndex) == query.gold
        }
        #expect(right == 26)
    }

    @Test("Wu & Palmer counts the deepest common ancestor, in a DAG on the shortest way")
    func wuPalmer() throws {
        //   root ── a ── b ── c
        //      └──── d ───────┘      c hangs under b and d
        let names = ["root", "a", "b", "c", "d", "lone"]
        let taxonomy = try Taxonomy(
            concepts: names.map { Concept(identifier: $0, name: $0) },
            parents: [[], [0], [1], [2, 4], [0], []]
        )
        let measure = WuPalmer(taxonomy)
        #expect(measure.similarity(1, 1) == 1)
        #expect(measure.similarity(1, 4) == 0.5)
        // c has depth 3 by d; the deepest common ancestor with b is b itself, at depth 3.
        #expect(measure.similarity(2, 3) == 1)
        #expect(measure.similarity(0, 5) == 0)
    }

    @Test("an interval holds its mean, is the same each time, and is a point for equal values")
    func bootstrap() {
        let bootstrap = Bootstrap(seed: 3)
        let values = (0..<50).map { Double($0 % 2) }
        let interval = bootstrap.interval(values)
        #expect(interval == bootstrap.interval(values))
        #expect(interval.mean == 0.5)
        // Two standard errors of a fair coin thrown 50 times are 0.14.
        #expect(abs(interval.low - 0.36) < 0.05 && abs(interval.high - 0.64) < 0.05)
        let point = bootstrap.interval([2, 2, 2])
        #expect(point.low == 2 && point.high == 2)
        #expect(bootstrap.interval([]).mean == 0)
    }

    @Test("edges are read with and without heading, and with CRLF")
    func edges() throws {
        let expected = [ExpansionEdge(child: "a b", parent: "c")]
        for text in ["child\tparent\na b\tc\n", "a b\tc", "child\tparent\r\n\r\na b\tc\r\n"] {
            #expect(try ExpansionEdge.read(text, file: "x.tsv") == expected)
        }
    }

    @Test("a line that is no edge is named")
    func badLine() throws {
        let error = #expect(throws: SubmissionError.self) {
            try ExpansionEdge.read("a\tb\nc\n", file: "x.tsv")
        }
        #expect(error?.location == SubmissionError.Location(file: "x.tsv", line: 2))
        let empty = #expect(throws: SubmissionError.self) {
            try ExpansionEdge.read("child\tparent\n", file: "x.tsv")
        }
        #expect(empty?.code == .emptyList)
    }

    private func run(_ model: (any LanguageModel)?) throws -> ExpansionReport {
        let train = [
            ("mammal", "animal"), ("bird", "animal"), ("wolf", "mammal"), ("gull", "bird"),
            ("pollution", "environment"), ("animal", "environment"), ("noise", "pollution"),
        ]
        let test = [("grey seal", "mammal"), ("oil spill", "pollution")]
        return try ExpansionEvaluation(
            train: train.map { ExpansionEdge(child: $0.0, parent: $0.1) },
            test: test.map { ExpansionEdge(child: $0.0, parent: $0.1) }
        ).run(model: model, encoder: LetterEncoder(), settings: MethodSettings())
    }
}

/// Knows the two answers.
private struct OracleModel: LanguageModel {
    var identity: ModelIdentity { ModelIdentity(name: "oracle", sha256: "", path: "") }

    func score(_ continuations: [String], after prompt: String) throws -> [ContinuationScore] {
        let answer = prompt.hasSuffix("grey seal ->") ? " mammal" : " pollution"
        return continuations.map {
            ContinuationScore(logLikelihood: $0 == answer ? -1 : -50, tokens: 1)
        }
    }

    func generate(after prompts: [String], _ options: GenerationOptions) throws -> [Generation] {
        []
    }
}

/// Counts letters.
private struct LetterEncoder: TextEncoder {
    var identity: ModelIdentity { ModelIdentity(name: "letters", sha256: "", path: "") }
    var dimension: Int { 26 }

    func encode(_ texts: [String], progress: (Int) -> Void) throws -> [Float] {
        texts.flatMap { text -> [Float] in
            var counts = [Float](repeating: 0, count: 26)
            for byte in text.lowercased().utf8 where (0x61...0x7A).contains(byte) {
                counts[Int(byte) - 0x61] += 1
            }
            let length = max(counts.reduce(0) { $0 + $1 * $1 }.squareRoot(), 1)
            return counts.map { $0 / length }
        }
    }
}
