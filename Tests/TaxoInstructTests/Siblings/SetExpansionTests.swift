import Contract
import Inference
import Taxonomy
import Testing

import TaxoInstruct
import Fixtures

@Suite("Entity set expansion")
struct SetExpansionTests {
    @Test("siblings come first, and those the vocabulary lists beside the seeds are known")
    func siblings() throws {
        let answer = try Sample.expander().answer(expand(["Heart Failure", "cardiac arrest"]))
        let known = answer.proposals.filter { $0.standing == .known }.map(\.name)
        #expect(Set(known) == ["Myocarditis", "Cardiomyopathies"])
        #expect(Set(answer.proposals.prefix(2).map(\.name)) == Set(known))
        #expect(answer.matches.map(\.kind) == [.name, .synonym])
        #expect(answer.proposals.allSatisfy { $0.relation == .sibling })
    }

    @Test("no answer is a seed, or above or below one")
    func barred() throws {
        let answer = try Sample.expander().answer(expand(["Cardiomyopathies", "Hypertension"]))
        let names = answer.proposals.map(\.name)
        for name in [
            "Cardiomyopathies", "Hypertension", "Diseases", "Heart Diseases", "Vascular Diseases",
            "Cardiomyopathy, Dilated", "Hypertension, Renal",
        ] {
            #expect(!names.contains(name))
        }
        #expect(names.contains("Asthma"))
    }

    @Test("what the model writes is voted for, over all orders of the seeds")
    func votes() throws {
        let model = ScriptedModel(writes: { prompt, names in
            // Written under one order of the two only.
            let isFirst = prompt.contains("Asthma | Pneumonia |")
            return names.indices.filter {
                names[$0] == "Aneurysm" || (isFirst && names[$0] == "Lung Abscess")
            }
        })
        let answer = try Sample.expander(model) { $0.siblings.votes = 1 }
            .answer(expand(["Asthma", "Pneumonia"]))
        func votes(_ name: String) -> Double? {
            answer.proposals.first { $0.name == name }?.evidence.parts["votes"]
        }
        #expect(votes("Aneurysm") == 1)
        #expect(votes("Lung Abscess") == 0.5)
        #expect(votes("Myocarditis") == 0)
        #expect(answer.notes.first?.hasPrefix("2 of 2 seed orders") == true)
    }

    @Test("orders that all say the same are stopped, and the answer says so")
    func saturation() throws {
        let model = ScriptedModel(writes: { _, names in Array(names.indices.prefix(2)) })
        let seeds = ["Asthma", "Pneumonia", "Myocarditis", "Aneurysm", "Hypertension"]
        let answer = try Sample.expander(model).answer(expand(seeds))
        let note = try #require(answer.notes.first)
        #expect(note.hasPrefix("6 of 12 seed orders"))
        #expect(
            note.hasSuffix(
                "agreement between orders 1.0: the orders brought nothing that one does not"
            )
        )
    }

    @Test("all orders of three seeds are tried, and of four on request")
    func allOrders() throws {
        let model = ScriptedModel(writes: { prompt, names in
            // Something new for every order, so that nothing saturates.
            [prompt.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF } % names.count]
        })
        func note(_ seeds: [String], all: Bool) throws -> String? {
            try Sample.expander(model) { $0.allSeedOrders = all }.answer(expand(seeds)).notes.first
        }
        let seeds = ["Asthma", "Pneumonia", "Myocarditis", "Aneurysm"]
        #expect(try note(Array(seeds.prefix(3)), all: false)?.contains("of 6 seed orders") == true)
        #expect(try note(seeds, all: false)?.contains("of 12 seed orders") == true)
        #expect(try note(seeds, all: true)?.hasPrefix("24 of 24 seed orders") == true)
    }

    @Test("every sibling has a probability, and they fall with the rank")
    func probabilities() throws {
        let answer = try Sample.expander().answer(expand(["Heart Failure", "cardiac arrest"]))
        let probabilities = answer.proposals.compactMap { $0.evidence.parts["probability"] }
        #expect(probabilities.count == answer.proposals.count)
        #expect(probabilities.allSatisfy { $0 > 0 && $0 < 1 })
        #expect((probabilities.first ?? 0) > (probabilities.last ?? 1))
    }

    @Test("the class that the asker names outweighs what the seeds have in common")
    func category() throws {
        let seeds = ["Hypertension, Renal", "Asthma"]
        let named = try Sample.expander().answer(expand(seeds, parent: "Heart dieases"))
        #expect(named.proposals.first?.evidence.rootPath.contains("Heart Diseases") == true)
        #expect(named.matches.last?.given == "Heart dieases")
        #expect(!named.proposals.map(\.name).contains("Heart Diseases"))
    }

    @Test("the same query gets the same answer")
    func deterministic() throws {
        let model = ScriptedModel(
            likelihood: { continuation, _ in -Double(continuation.utf8.count) },
            writes: { _, names in Array(names.indices.prefix(3)) }
        )
        let query = expand(["Heart Failure", "Asthma", "Aneurysm"])
        let first = try Sample.expander(model).answer(query)
        let second = try Sample.expander(model).answer(query)
        #expect(first == second)
    }

    @Test("a hidden subtree's names stay in the vocabulary, its edges do not")
    func hidden() throws {
        var query = expand(["Heart Failure", "Heart Arrest"])
        query.hide = [Sample.identifier("Heart Diseases")]
        let answer = try Sample.expander().answer(query)
        #expect(answer.proposals.contains { $0.name == "Myocarditis" })
        #expect(answer.proposals.allSatisfy { $0.standing == .proposed })
        #expect(
            answer.proposals.filter { $0.name == "Myocarditis" }.map(\.evidence.rootPath)
                == [["Myocarditis"]]
        )
    }

    @Test("without any edge the encoder's mean cosine ranks")
    func noEdges() throws {
        let names = ["red apple", "green apple", "red pear", "blue plum", "apple pie", "old stone"]
        let taxonomy = try Taxonomy(
            concepts: names.enumerated().map { Concept(identifier: "\($0)", name: $1) },
            parents: names.map { _ in [] }
        )
        let vocabulary = try Sample.vocabulary(of: taxonomy)
        let table = vocabulary.embeddings
        let expander = Expander(
            vocabulary: vocabulary,
            model: nil,
            encoder: HashingEncoder(),
            settings: MethodSettings(),
            settingsSHA256: ""
        )
        let answer = try expander.answer(Query(key: "q", task: .expand, seeds: ["0", "1"]))
        let sums = zip(table.cosines(with: table.row(0)), table.cosines(with: table.row(1)))
            .map { $0 + $1 }
        let expected = (2..<names.count).sorted { (sums[$1], $0) < (sums[$0], $1) }
        #expect(answer.proposals.map(\.identifier) == expected.map(String.init))
    }

    @Test("one seed is too few, and the answer says so")
    func oneSeed() throws {
        let answer = try Sample.expander().answer(expand(["Asthma"]))
        #expect(answer.status == .error)
        #expect(answer.reason?.code == "seed-set-too-small")
    }

    @Test("more than a thousand seeds are too many")
    func manySeeds() throws {
        let answer = try Sample.expander().answer(expand((0...1_000).map { "seed \($0)" }))
        #expect(answer.reason?.code == "seed-set-too-large")
    }

    @Test("seeds that are all unknown are an error")
    func unknownSeeds() throws {
        let answer = try Sample.expander().answer(expand(["qwzx", "vvkj"]))
        #expect(answer.reason?.code == "seeds-unknown")
        #expect(answer.key == "1")
    }

    private func expand(_ seeds: [String], parent: String? = nil) -> Query {
        Query(key: "1", task: .expand, seeds: seeds, parent: parent)
    }
}
