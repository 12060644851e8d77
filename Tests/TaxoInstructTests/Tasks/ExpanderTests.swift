import Contract
import FoundationEssentials
import Inference
import Taxonomy
import Testing

import TaxoInstruct
import Fixtures

@Suite("The expander")
struct ExpanderTests {
    @Test("a tree is grown: new children appear under the node they belong to")
    func grow() throws {
        let edges = [
            ("Heart Failure", "Heart Diseases"), ("Heart Arrest", "Heart Diseases"),
            ("Asthma", "Lung Diseases"), ("Pneumonia", "Lung Diseases"),
            ("Heart Diseases", "Diseases"), ("Lung Diseases", "Diseases"),
        ]
        let query = Query(
            key: "1",
            task: .grow,
            tree: edges.map { Query.Edge(child: $0.0, parent: $0.1) }
        )
        let model = ScriptedModel(likelihood: { continuation, prompt in
            let isLung = prompt.hasSuffix("Lung Abscess ->")
            return continuation == (isLung ? " Lung Diseases" : " Heart Diseases") ? -1 : -60
        })
        let answer = try Sample.expander(model).answer(query)
        let abscess = answer.proposals.first { $0.name == "Lung Abscess" }
        #expect(abscess?.parent == Sample.identifier("Lung Diseases"))
        #expect(abscess?.standing == .known)
        #expect(abscess?.evidence.rootPath == ["Diseases", "Lung Diseases"])
        let names = answer.proposals.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(Set(names).isDisjoint(with: edges.flatMap { [$0.0, $0.1] }))
        #expect(answer.proposals.allSatisfy { $0.relation == .child })
    }

    @Test("an edge without a parent marks a top, whose siblings are tops too")
    func growTops() throws {
        let query = Query(
            key: "1",
            task: .grow,
            tree: [
                Query.Edge(child: "Heart Diseases", parent: ""),
                Query.Edge(child: "Lung Diseases", parent: ""),
                Query.Edge(child: "Asthma", parent: "Lung Diseases"),
            ]
        )
        let answer = try Sample.expander().answer(query)
        #expect(answer.notes.isEmpty)
        #expect(answer.matches.map(\.given) == ["Heart Diseases", "Lung Diseases", "Asthma"])
        let kidney = answer.proposals.first { $0.name == "Kidney Diseases" }
        #expect(kidney != nil)
        #expect(kidney?.parent == nil)
        let pneumonia = answer.proposals.first { $0.name == "Pneumonia" }
        #expect(pneumonia?.parent == Sample.identifier("Lung Diseases"))
    }

    @Test("in a bare list of terms every one gets a place, and none below itself")
    func growBare() throws {
        let full = try Sample.vocabulary()
        let bare = Vocabulary(
            name: "bare",
            version: "v1",
            taxonomy: try Taxonomy(
                concepts: full.taxonomy.concepts,
                parents: full.taxonomy.concepts.map { _ in [] }
            ),
            embeddings: full.embeddings
        )
        let expander = Expander(
            vocabulary: bare,
            model: nil,
            encoder: HashingEncoder(),
            settings: MethodSettings(),
            settingsSHA256: "s"
        )
        let edge = Query.Edge(child: "Heart Diseases", parent: "Diseases")
        let answer = try expander.answer(Query(key: "1", task: .grow, tree: [edge]))
        #expect(answer.proposals.count == full.taxonomy.concepts.count - 2)
        #expect(Set(answer.proposals.map(\.identifier)).count == answer.proposals.count)
        var parents = [Sample.identifier("Heart Diseases"): Sample.identifier("Diseases")]
        for proposal in answer.proposals { parents[proposal.identifier] = proposal.parent }
        for start in parents.keys {
            var node = start
            var steps = 0
            while let up = parents[node], steps < 100 {
                node = up
                steps += 1
            }
            #expect(node == Sample.identifier("Diseases"))
        }
        let dilated = answer.proposals.first { $0.name == "Cardiomyopathy, Dilated" }
        #expect(dilated != nil)
    }

    @Test("an audit confirms a right parent")
    func auditConfirms() throws {
        let query = Query(key: "1", task: .audit, term: "Lung Abscess")
        let answer = try Sample.expander().answer(query)
        let parent = answer.proposals.first { $0.name == "Lung Diseases" }
        #expect(parent?.standing == .known)
    }

    @Test("an audit doubts a parent that neither retrieval nor model speaks for")
    func auditDoubts() throws {
        let model = ScriptedModel(likelihood: { continuation, _ in
            continuation == " Hypertension" ? -1 : -90
        })
        // One candidate is retrieved: the one whose name stands within the term.
        let expander = try Sample.expander(model) { $0.candidates = 1 }
        let answer = try expander.answer(Query(key: "1", task: .audit, term: "Hypertension, Renal"))
        #expect(answer.status == .proposed)
        #expect(answer.proposals.map(\.name) == ["Hypertension", "Kidney Diseases"])
        #expect(answer.proposals.map(\.standing) == [.known, .doubtful])
    }

    @Test("an audit proposes a missing parent that is not related to a known one")
    func auditProposes() throws {
        let model = ScriptedModel(likelihood: { continuation, _ in
            [" Kidney Diseases", " Heart Diseases"].contains(continuation) ? -1 : -90
        })
        let query = Query(key: "1", task: .audit, term: "Cardiomyopathy, Dilated")
        // The model counts ten times what the ranker does.
        let standard = try JSONEncoder().encode(VocabularyFit.standard)
        let heavier = String(decoding: standard, as: UTF8.self).replacing(
            /"modelWeight":{[^}]*}/,
            with: #""modelWeight":{"ranker":0.1,"sum":1,"perToken":0}"#
        )
        var fit = try JSONDecoder().decode(VocabularyFit.self, from: Data(heavier.utf8))
        fit.parentThreshold = 0
        let answer = try Sample.expander(model, fit: fit).answer(query)
        let proposed = answer.proposals.filter { $0.standing == .proposed }
        #expect(proposed.map(\.name) == ["Kidney Diseases"])
    }

    @Test("an audit of something unknown is an error")
    func auditUnknown() throws {
        let answer = try Sample.expander().answer(Query(key: "1", task: .audit, term: "Nothing"))
        #expect(answer.reason?.code == "seeds-unknown")
    }

    @Test("a query without its term is an error")
    func missing() throws {
        let expander = try Sample.expander()
        #expect(try expander.answer(Query(key: "1", task: .place)).reason?.code == "missing-term")
        #expect(try expander.answer(Query(key: "1", task: .audit)).reason?.code == "missing-term")
        #expect(
            try expander.answer(Query(key: "1", task: .grow)).reason?.code == "seed-set-too-small"
        )
    }

    @Test("a name of 100 kB is refused and not repeated in full")
    func longName() throws {
        let name = String(repeating: "x", count: 100_000)
        let answer = try Sample.expander().answer(Query(key: "1", task: .place, term: name))
        #expect(answer.status == .error)
        #expect(answer.reason?.code == "name-too-long")
        #expect((answer.reason?.message.utf8.count ?? 0) < 500)
    }

    @Test("a prompt that the model cannot take becomes an answer")
    func contextExceeded() throws {
        let model = ScriptedModel(likelihood: { _, _ throws in
            throw InferenceError.contextExceeded(tokens: 9_000, limit: 8_192)
        })
        let query = Query(key: "1", task: .place, term: "Pulmonary Oedema")
        let answer = try Sample.expander(model).answer(query)
        #expect(answer.reason?.code == "prompt-too-long")
        #expect(answer.reason?.message.contains("9000") == true)
    }

    @Test("a model that cannot be asked gives no answer: the query waits for it")
    func unavailable() throws {
        let fault = SubmissionError(.engineUnavailable, "nobody listens")
        let model = ScriptedModel(likelihood: { _, _ in throw fault })
        let expander = try Sample.expander(model)
        for query in [
            Query(key: "1", task: .place, term: "Pulmonary Oedema"),
            Query(key: "2", task: .expand, seeds: ["Heart Failure", "Heart Arrest"]),
        ] {
            #expect(throws: fault) { try expander.answer(query) }
        }
    }

    @Test("every answer names vocabulary, models and settings")
    func provenance() throws {
        let query = Query(key: "1", task: .place, term: "Pulmonary Oedema")
        let provenance = try Sample.expander(ScriptedModel()).answer(query).provenance
        #expect(provenance?.vocabulary == "sample")
        #expect(provenance?.model == "scripted")
        #expect(provenance?.encoder == "hashing")
        #expect(provenance?.settingsSHA256 == "s")
    }

    @Test("an answer says how many tokens it took; without a model none")
    func tokens() throws {
        let query = Query(key: "1", task: .place, term: "Pulmonary Oedema")
        let expander = try Sample.expander(ScriptedModel())
        let tokens = try #require(try expander.answer(query).tokens)
        #expect(tokens > 0)
        #expect(try expander.answer(query).tokens == tokens)
        #expect(try Sample.expander(nil).answer(query).tokens == 0)
    }

    @Test("settings that are absent keep their defaults, and the hash input is canonical")
    func settings() throws {
        let json = Data(#"{"candidates": 7, "siblings": {"votes": 1}}"#.utf8)
        let read = try JSONDecoder().decode(MethodSettings.self, from: json)
        var expected = MethodSettings()
        expected.candidates = 7
        expected.siblings.votes = 1
        #expect(read == expected)
        #expect(try read.canonicalBytes == expected.canonicalBytes)
        #expect(try read.canonicalBytes != MethodSettings().canonicalBytes)
    }
}
