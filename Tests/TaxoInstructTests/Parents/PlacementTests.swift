import Contract
import Inference
import Testing

import TaxoInstruct
import Fixtures

@Suite("Taxonomy expansion")
struct PlacementTests {
    @Test("retrieval alone puts a new term under the class whose name it bears")
    func retrieval() throws {
        let answer = try Sample.expander().answer(place("Chronic Heart Diseases of Infants"))
        #expect(answer.status == .proposed)
        #expect(answer.proposals.first?.name == "Heart Diseases")
        #expect(answer.proposals.first?.evidence.rootPath == ["Diseases", "Heart Diseases"])
        #expect(answer.provenance?.vocabularyVersion == "v1")
        #expect(answer.proposals.map(\.rank) == Array(1...answer.proposals.count))
    }

    @Test("the model decides among the candidates, and another model decides otherwise")
    func modelIsInTheLine() throws {
        func first(_ favourite: String) throws -> String? {
            let model = ScriptedModel(likelihood: { continuation, _ in
                continuation == " " + favourite ? -1 : -40
            })
            return try Sample.expander(model).answer(place("Pulmonary Oedema")).proposals.first?
                .name
        }
        #expect(try first("Lung Diseases") == "Lung Diseases")
        #expect(try first("Kidney Diseases") == "Kidney Diseases")
    }

    @Test("the model is asked with the nearest known pairs, in natural order")
    func prompt() throws {
        let judgement = try Sample.expander().rank("Secondary Renal Hypertension").judgement
        let lines = judgement.prompt.split(separator: "\n")
        #expect(lines.last == "Secondary Renal Hypertension ->")
        #expect(lines.dropLast().last == "Renal Hypertension -> Hypertension")
        #expect(lines.count == 9)
        #expect(judgement.candidates.map(\.continuation).contains(" Renal Hypertension"))
    }

    @Test("of the proposed parents none is an ancestor of another")
    func several() throws {
        let model = ScriptedModel(likelihood: { _, _ in -1 })
        var fit = VocabularyFit.standard
        fit.answerThreshold = 0
        fit.parentThreshold = 0
        let expander = try Sample.expander(model, fit: fit)
        let answer = try expander.answer(place("Renal Hypertensive Kidney Diseases"))
        let proposed = answer.proposals.filter { $0.standing == .proposed }
        let taxonomy = expander.vocabulary.taxonomy
        let indices = proposed.compactMap { taxonomy.index(ofIdentifier: $0.identifier) }
        #expect(indices.count > 1)
        for index in indices {
            #expect(taxonomy.ancestors(of: index).isDisjoint(with: indices))
        }
    }

    @Test("a term that is there already is not placed again, its parents are listed")
    func sameConcept() throws {
        let answer = try Sample.expander().answer(place("hypertension"))
        #expect(answer.status == .none)
        #expect(answer.reason?.code == "same-concept")
        #expect(answer.proposals.map(\.name) == ["Vascular Diseases"])
        #expect(answer.proposals.first?.standing == .known)
        #expect(answer.matches.first?.kind == .name)
    }

    @Test("a term that is a synonym there is told, and its own parents are no proposals")
    func listedUnder() throws {
        var fit = VocabularyFit.standard
        fit.answerThreshold = 0
        let answer = try Sample.expander(fit: fit).answer(place("high blood pressure"))
        #expect(answer.status == .none)
        #expect(answer.reason?.code == "listed-under")
        #expect(answer.matches.map(\.name) == ["Hypertension"])
        #expect(answer.matches.first?.kind == .synonym)
        #expect(!answer.proposals.isEmpty)
        #expect(answer.proposals.allSatisfy { $0.standing == .alternative })
    }

    @Test("a known concept in another spelling is the same concept, and the spelling is told")
    func otherSpelling() throws {
        let answer = try Sample.expander().answer(place("Renal Hypertension (disorder)"))
        #expect(answer.reason?.code == "same-concept")
        #expect(answer.reason?.message.contains("another spelling") == true)
        #expect(answer.matches.first?.kind == .spelling)
        #expect(answer.proposals.allSatisfy { $0.standing == .known })
    }

    @Test("a misspelled known name is probably known, before any parent is proposed")
    func probablyKnown() throws {
        var fit = VocabularyFit.standard
        fit.answerThreshold = 0
        let answer = try Sample.expander(fit: fit).answer(place("Cardiomoypathies"))
        #expect(answer.status == .none)
        #expect(answer.reason?.code == "probably-known")
        #expect(answer.reason?.message.contains("Cardiomyopathies") == true)
        #expect(answer.matches.first?.kind == .nearest)
        #expect(answer.proposals.allSatisfy { $0.standing == .alternative })
    }

    @Test("a renamed record is the same concept by its identifier, in any form")
    func renamed() throws {
        var query = place("Quivering of the chest")
        query.identifier = Sample.identifier("Asthma").lowercased()
        let answer = try Sample.expander().answer(query)
        #expect(answer.reason?.code == "same-concept")
        #expect(answer.matches.map(\.name) == ["Asthma"])
        #expect(answer.identifier == query.identifier)
    }

    @Test("an identifier of another concept than the name is told, and nothing is proposed")
    func disagreeing() throws {
        var query = place("Pneumonia")
        query.identifier = Sample.identifier("Asthma")
        let answer = try Sample.expander().answer(query)
        #expect(answer.reason?.code == "probably-known")
        #expect(answer.matches.first?.candidates?.map(\.name) == ["Asthma", "Pneumonia"])
    }

    @Test("a foreign identifier is handed back, and the name is used")
    func foreign() throws {
        var query = place("asthma")
        query.identifier = "SNOMED:195967001"
        let answer = try Sample.expander().answer(query)
        #expect(answer.reason?.code == "same-concept")
        #expect(answer.identifier == "SNOMED:195967001")
    }

    @Test("identifiers to hide may be written in any form; an unknown one is told")
    func hiding() throws {
        var query = place("Asthma")
        query.hide = [Sample.identifier("Asthma").lowercased(), "NOSUCH:1"]
        let answer = try Sample.expander().answer(query)
        #expect(answer.reason?.code != "same-concept")
        #expect(answer.notes.filter { $0.contains("NOSUCH:1") }.count == 1)
    }

    @Test("a term gets the same answer composed and decomposed")
    func normalForms() throws {
        let composed = try Sample.expander().answer(place("M\u{E9}ni\u{E8}re Kidney"))
        let decomposed = try Sample.expander().answer(place("Me\u{301}nie\u{300}re Kidney"))
        #expect(composed.proposals == decomposed.proposals)
        #expect(composed.reason == decomposed.reason)
    }

    @Test("a hidden concept is neither candidate nor evidence nor in the prompt")
    func hidden() throws {
        let model = ScriptedModel(likelihood: { _, prompt in
            #expect(!prompt.contains("Heart Diseases") && !prompt.contains("Arrest"))
            return -1
        })
        var query = place("Heart Failure")
        query.hide = [Sample.identifier("Heart Diseases")]
        let answer = try Sample.expander(model).answer(query)
        #expect(answer.reason?.code != "same-concept")
        #expect(!answer.proposals.isEmpty)
        for proposal in answer.proposals {
            #expect(!proposal.name.hasPrefix("Heart"))
            #expect(proposal.evidence.nearest.allSatisfy { !$0.hasPrefix("Heart") })
        }
    }

    @Test("where nothing is near, nothing is proposed and the reason says so")
    func belowThreshold() throws {
        var fit = VocabularyFit.standard
        fit.answerThreshold = 1.1
        let answer = try Sample.expander(fit: fit).answer(place("Zzz"))
        #expect(answer.status == .none)
        #expect(answer.reason?.code == "below-threshold")
        #expect(answer.proposals.allSatisfy { $0.standing == .alternative })
    }

    @Test("where the source maps the term is told by name and not scored")
    func mapped() throws {
        var query = place("Pulmonary Oedema")
        let plain = try Sample.expander().answer(query)
        query.mappedTo = ["*" + Sample.identifier("Asthma")]
        let mapped = try Sample.expander().answer(query)
        #expect(mapped.proposals == plain.proposals)
        #expect(mapped.notes.contains { $0.hasPrefix("the file gives the parent Asthma") })
    }

    @Test("votes of the nearest known concepts lift their parents")
    func votes() throws {
        let expander = try Sample.expander()
        let concepts = expander.vocabulary.taxonomy.concepts
        // No word and no letters in common with the parent, some with its children.
        let order = try expander.rank("Abscessing Pneumonias").retrieval
        #expect(order.prefix(2).map { concepts[$0].name }.contains("Lung Diseases"))
    }

    private func place(_ term: String) -> Query { Query(key: "1", task: .place, term: term) }
}
