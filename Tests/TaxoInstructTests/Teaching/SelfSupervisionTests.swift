import Fixtures
import Inference
import TaxoInstruct
import Taxonomy
import Testing

@Suite("Self-supervision")
struct SelfSupervisionTests {
    @Test(
        "a placement row asks what placement asks when the concept is left out",
        arguments: [0.0, 1.0]
    )
    func sameBytes(furtherNamesShare: Double) throws {
        let vocabulary = try Sample.vocabulary()
        let settings = MethodSettings()
        var options = SelfSupervisionOptions()
        options.tasks = [.place]
        options.noneShare = 0
        options.synonymShare = 0
        options.furtherNamesShare = furtherNamesShare
        options.candidates = settings.candidates
        let rows = try source(vocabulary).rows(options)
        #expect(rows.count == 15)
        let taxonomy = vocabulary.taxonomy
        for (index, concept) in taxonomy.concepts.enumerated() {
            let query = "\n" + Term.natural(concept.name) + " ->"
            guard let row = rows.first(where: { $0.prompt.hasSuffix(query) }) else { continue }
            let left = taxonomy.descendants(of: index).union([index])
            let judgement = try Sample.expander().rank(
                concept.name,
                synonyms: furtherNamesShare > 0 ? concept.synonyms : [],
                leavingOut: left.map { taxonomy.concepts[$0].identifier }
            )
            .judgement
            #expect(row.prompt == judgement.prompt)
            #expect(row.continuations.last == Prompts.none)
            #expect(
                Set(row.continuations.dropLast())
                    == Set(judgement.candidates.map(\.continuation))
            )
            for gone in left where gone != index {
                #expect(!row.prompt.contains(taxonomy.concepts[gone].name))
            }
        }
    }

    @Test("the right ones are all parents of the query, and a listwise row ends with none")
    func right() throws {
        let vocabulary = try Sample.vocabulary()
        var options = SelfSupervisionOptions()
        options.tasks = [.place]
        options.noneShare = 0
        options.candidates = 2
        let rows = try source(vocabulary).rows(options)
        let row = try #require(
            rows.first { $0.prompt.hasSuffix("\nRenal Hypertension ->") }
        )
        let right = Set(row.correct.map { row.continuations[$0] })
        #expect(right == [" Hypertension", " Kidney Diseases"])
        #expect(row.continuations.count == 5)
        #expect(row.loss == .listwise)
        #expect(row.concepts.contains(Sample.identifier("Hypertension, Renal")))
    }

    @Test("a row without a right candidate shows nothing of the query's branch")
    func none() throws {
        var options = SelfSupervisionOptions()
        options.tasks = [.place]
        options.noneShare = 1
        options.synonymShare = 0
        let rows = try source(try Sample.vocabulary()).rows(options)
        let row = try #require(rows.first { $0.prompt.hasSuffix("\nAsthma ->") })
        #expect(row.correct == [row.continuations.count - 1])
        #expect(row.continuations.last == Prompts.none)
        for name in ["Pneumonia", "Lung"] {
            #expect(!row.prompt.contains(name))
            #expect(!row.continuations.contains { $0.contains(name) })
        }
        #expect(!row.continuations.contains(" Diseases"))
    }

    @Test("a share of the queries is asked by synonym")
    func synonyms() throws {
        var options = SelfSupervisionOptions()
        options.tasks = [.place]
        options.noneShare = 0
        options.synonymShare = 1
        let rows = try source(try Sample.vocabulary()).rows(options)
        #expect(rows.contains { $0.prompt.hasSuffix("\nCardiac Arrest ->") })
        #expect(!rows.contains { $0.prompt.hasSuffix("\nHeart Arrest ->") })
        #expect(rows.contains { $0.prompt.hasSuffix("\nAsthma ->") })
    }

    @Test("a hidden concept is in no row, by identifier and by name")
    func leak() throws {
        let vocabulary = try Sample.vocabulary()
        let top = Sample.identifier("Cardiomyopathies")
        let leaf = Sample.identifier("Asthma")
        for kind in SelfSupervisionOptions.Candidates.allCases {
            var options = SelfSupervisionOptions()
            options.kind = kind
            options.expandShare = 3
            options.findParentShare = 3
            options.findChildrenShare = 3
            let rows = try source(vocabulary, hiding: [top, leaf]).rows(options)
            let hidden = Set(
                ["Cardiomyopathies", "Cardiomyopathy, Dilated", "Asthma"].map(Sample.identifier)
            )
            #expect(Set(rows.map(\.task)) == Set(TrainingExample.Task.allCases))
            for row in rows {
                #expect(hidden.isDisjoint(with: row.concepts))
                let text = row.prompt + row.continuations.joined(separator: "\n")
                for name in ["Cardi", "Myocardial", "Asthma"] {
                    #expect(!text.contains(name))
                }
            }
        }
    }

    @Test("lists are written as the constrained generation writes them")
    func lists() throws {
        var options = SelfSupervisionOptions()
        options.expandShare = 2
        options.listwiseExpandShare = 0
        options.namelessShare = 0
        options.tasks = [.expand, .findChildren]
        options.findChildrenShare = 1
        let rows = try source(try Sample.vocabulary()).rows(options)
        let counts = SelfSupervision.counts(rows)
        #expect(counts == [.expand: 30, .findChildren: 15])
        let heart = Set([
            "Heart Failure", "Heart Arrest", "Myocarditis", "Cardiomyopathies",
        ])
        for row in rows {
            #expect(row.loss == .answer && row.correct == [0] && row.continuations.count == 1)
            let answer = row.continuations[0]
            #expect(answer.hasPrefix(" ") && !answer.contains(", "))
            guard row.prompt.hasPrefix("Heart Diseases:") else { continue }
            let named = (row.prompt.dropFirst("Heart Diseases:".count) + answer)
                .split(separator: " | ").map { $0.trimmed }
            #expect(Set(named) == heart && named.count == heart.count)
        }
    }

    @Test("siblings are rated against concepts that are none")
    func listwiseExpansion() throws {
        var options = SelfSupervisionOptions()
        options.tasks = [.expand]
        options.listwiseExpandShare = 1
        options.expandShare = 1
        let vocabulary = try Sample.vocabulary()
        let rows = try source(vocabulary).rows(options).filter { $0.loss == .listwise }
        #expect(!rows.isEmpty)
        for row in rows {
            #expect(!row.correct.isEmpty && row.correct.count < row.continuations.count)
            #expect(Set(row.continuations).count == row.continuations.count)
        }
    }

    @Test("the class of seeds is chosen among classes")
    func findParent() throws {
        var options = SelfSupervisionOptions()
        options.tasks = [.findParent]
        options.findParentShare = 1
        let rows = try source(try Sample.vocabulary()).rows(options)
        #expect(rows.count == 15)
        for row in rows {
            #expect(row.prompt.hasSuffix(" ->") && row.prompt.contains(" | "))
            #expect(row.continuations.last == Prompts.none)
            #expect([" Heart Diseases", " Diseases"].contains(row.continuations[row.correct[0]]))
        }
    }

    @Test("the same seed gives the same rows, another one others, and a file keeps them")
    func seeded() throws {
        let source = source(try Sample.vocabulary())
        var options = SelfSupervisionOptions()
        options.concepts = 10
        let rows = try source.rows(options)
        #expect(try source.rows(options) == rows)
        #expect(try TrainingFile.rows(try TrainingFile.data(rows)) == rows)
        #expect(SelfSupervision.counts(rows)[.place] == 10)
        options.seed = 2
        #expect(try source.rows(options) != rows)
    }

    @Test("beside a ranker a row brings its scores, and no answer that it does not score")
    func besideRanker() throws {
        let taxonomy = try Taxonomy(
            concepts: (0..<60).map { Concept(identifier: "\($0)", name: "Term \($0 * 37 % 61)") },
            parents: (0..<60).map { $0 == 0 ? [] : [($0 - 1) / 4] }
        )
        let encoder = HashingEncoder()
        let vocabulary = try Sample.vocabulary(of: taxonomy)
        let ranker = try #require(
            try VocabularyFitting(
                vocabulary: vocabulary,
                encoder: encoder,
                settings: MethodSettings()
            )
            .ranker()
        )
        var options = SelfSupervisionOptions()
        options.tasks = [.place]
        options.besideRanker = true
        options.noneShare = 0
        options.synonymShare = 0
        let rows = try SelfSupervision(
            vocabulary: vocabulary,
            encoder: encoder,
            settings: MethodSettings(),
            beside: ranker
        )
        .rows(options)
        #expect(rows.count == 59)
        for row in rows {
            let priors = try #require(row.priors)
            #expect(priors.count == row.continuations.count)
            #expect(!row.continuations.contains(Prompts.none))
            #expect(Set(priors).count > 1)
        }
        options.besideRanker = false
        #expect(try source(vocabulary).rows(options).allSatisfy { $0.priors == nil })
    }

    // MARK: Fixtures

    private func source(_ vocabulary: Vocabulary, hiding: [String] = []) -> SelfSupervision {
        SelfSupervision(
            vocabulary: vocabulary,
            encoder: HashingEncoder(),
            settings: MethodSettings(),
            hiding: hiding
        )
    }
}

extension Substring {
    /// Without spaces and bars at both ends.
    fileprivate var trimmed: String {
        var text = self
        while let first = text.first, " |".contains(first) { text.removeFirst() }
        while let last = text.last, " |".contains(last) { text.removeLast() }
        return String(text)
    }
}
