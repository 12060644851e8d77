import Contract
import Fixtures
import TaxoInstruct
import Taxonomy
import Testing

@Suite("Placing within branches and beside new terms")
struct PlaceTests {
    private func place(_ change: (inout Query) -> Void) throws -> Answer {
        var query = Query(key: "q1", task: .place, term: "Chronic Heart Failure")
        change(&query)
        return try Sample.expander().answer(query)
    }

    private func parents(_ answer: Answer) -> [String] {
        answer.proposals.filter { $0.relation == .parent }.map(\.name)
    }

    @Test("an answer hands back what the file says about the term")
    func handsBack() throws {
        let other = Query.BatchTerm(key: "q2", identifier: "N:2", name: "CHF")
        let answer = try place {
            $0.provisionalIdentifier = "TAXOD:1"
            $0.synonyms = ["CCF"]
            $0.definition = "Heart failure that lasts."
            $0.references = ["PMID:1"]
            $0.duplicates = [other]
        }
        #expect(answer.provisionalIdentifier == "TAXOD:1")
        #expect(answer.synonyms == ["CCF"])
        #expect(answer.definition == "Heart failure that lasts.")
        #expect(answer.references == ["PMID:1"])
        #expect(answer.duplicates == [TermReference(key: "q2", identifier: "N:2", name: "CHF")])
        #expect(answer.notes.contains { $0.contains("“CHF” (N:2)") })
        let plain = try place { _ in }
        #expect(plain.synonyms == nil && plain.definition == nil && plain.references == nil)
        #expect(plain.duplicates == nil && plain.provisionalIdentifier == nil)
    }

    @Test(
        "only concepts at or below a branch are listed, with the probability that they have anyway"
    )
    func below() throws {
        let free = try place { _ in }
        for branch in ["Lung Diseases", Sample.identifier("Lung Diseases"), "lung disease"] {
            let answer = try place { $0.below = [branch] }
            let inside = ["Lung Diseases", "Asthma", "Pneumonia", "Lung Abscess"]
            #expect(!parents(answer).isEmpty)
            #expect(Set(parents(answer)).isSubset(of: inside))
            for proposal in answer.proposals {
                let same = free.proposals.first { $0.identifier == proposal.identifier }
                if let same { #expect(proposal.score == same.score) }
            }
        }
        let heart = try place { $0.below = ["Heart Diseases", "Asthma"] }
        #expect(heart.proposals.first?.identifier == free.proposals.first?.identifier)
        #expect(heart.proposals.first?.score == free.proposals.first?.score)
    }

    @Test("nothing at or below a closed branch is listed")
    func notBelow() throws {
        let answer = try place { $0.notBelow = ["Heart Diseases"] }
        let closed = [
            "Heart Diseases", "Heart Failure", "Heart Arrest", "Myocarditis", "Cardiomyopathies",
            "Cardiomyopathy, Dilated",
        ]
        #expect(!parents(answer).isEmpty)
        #expect(Set(parents(answer)).isDisjoint(with: closed))
        let both = try place {
            $0.below = ["Heart Diseases"]
            $0.notBelow = ["Cardiomyopathies", "Heart Failure"]
        }
        #expect(
            Set(parents(both)).isSubset(of: ["Heart Diseases", "Heart Arrest", "Myocarditis"])
        )
    }

    @Test("a term whose best parents lie outside is told so, with their names")
    func outside() throws {
        let answer = try place { $0.below = ["Asthma"] }
        #expect(answer.reason?.code == "outside-branches")
        #expect(answer.reason?.message.contains("Heart Failure") == true)
        #expect(answer.status == .none)
        #expect(parents(answer) == ["Asthma"])
    }

    @Test("an unknown or misspelled branch is an error of the query that says what may be meant")
    func unknown() throws {
        let answer = try place { $0.below = ["Heart Diseases", "Nowhere"] }
        #expect(answer.status == .error)
        #expect(answer.reason?.code == "unknown-branch")
        #expect(answer.reason?.message.contains("“Nowhere”") == true)
        let misspelled = try place { $0.notBelow = ["Cardiomyopathiess"] }
        #expect(misspelled.reason?.code == "unknown-branch")
    }

    @Test("at most so many parents are proposed")
    func maximum() throws {
        var fit = VocabularyFit.standard
        fit.parentThreshold = 0
        fit.answerThreshold = 0
        var query = Query(key: "1", task: .place, term: "Renal lung hypertension")
        func proposed() throws -> Int {
            try Sample.expander(fit: fit).answer(query).proposals
                .count { $0.standing == .proposed && $0.relation == .parent }
        }
        #expect(try proposed() > 1)
        query.maximumParents = 1
        #expect(try proposed() == 1)
        query.maximumParents = 0
        #expect(try Sample.expander(fit: fit).answer(query).status == .error)
    }

    @Test("a new term of the file is listed by its probability, with key and identifier")
    func peers() throws {
        let other = Query.BatchTerm(key: "q7", identifier: "N:7", name: "ventral bubble")
        let far = Query.BatchTerm(key: "q8", identifier: "N:8", name: "zebra")
        var query = Query(
            key: "q1",
            task: .place,
            term: "methane ventral bubble",
            definition: "A ventral bubble that holds methane."
        )
        query.batch = [far, other]
        // No phrase of the small vocabulary is out of its scope.
        let answer = try Sample.expander().answer(query)
        let first = try #require(answer.proposals.first)
        #expect(first.identifier == "N:7")
        #expect(first.query == "q7")
        #expect(first.relation == .parent)
        #expect(first.standing == .proposed)
        #expect(first.score > 0.5)
        #expect(first.evidence.parts["probability"] == first.score)
        #expect(!answer.proposals.contains { $0.identifier == "N:8" && $0.standing == .proposed })
        query.batch = []
        let alone = try Sample.expander().answer(query)
        #expect(alone.proposals.allSatisfy { $0.query == nil })
        let known = answer.proposals.filter { $0.query == nil }
        for proposal in known {
            let same = alone.proposals.first { $0.identifier == proposal.identifier }
            if let same { #expect(same.score == proposal.score) }
        }
    }

    @Test("of two new terms of which one is the other's parent only the better is proposed")
    func related() throws {
        var query = Query(
            key: "q1",
            task: .place,
            term: "methane gas bubble",
            definition: "A gas bubble which is composed of methane."
        )
        query.batch = [
            Query.BatchTerm(
                key: "q2",
                identifier: "N:2",
                name: "gas bubble",
                definition: "A bubble that holds gas."
            ),
            Query.BatchTerm(key: "q3", identifier: "N:3", name: "bubble"),
        ]
        var fit = VocabularyFit.standard
        fit.parentThreshold = 0.01
        let proposed = try Sample.expander(fit: fit).answer(query).proposals
            .filter { $0.standing == .proposed && $0.query != nil }
        #expect(proposed.map(\.identifier) == ["N:2"])
    }

    // MARK: Names that are not a concept's own

    private func expander(_ concepts: [Concept], _ obsolete: [ObsoleteConcept]) throws -> Expander {
        let taxonomy = try Taxonomy(
            concepts: concepts,
            parents: concepts.indices.map { $0 == 0 ? [] : [0] },
            obsolete: obsolete
        )
        return Expander(
            vocabulary: try Sample.vocabulary(of: taxonomy),
            model: nil,
            encoder: HashingEncoder(),
            settings: MethodSettings(),
            settingsSHA256: "s"
        )
    }

    @Test("a narrower synonym is a new term with its concept among the possible parents")
    func narrow() throws {
        let fillers = (0..<40).map { Concept(identifier: "F:\($0)", name: "quartz \($0) vein") }
        let fever = Concept(
            identifier: "X:1",
            name: "fever",
            looseSynonyms: [.init(.narrow, "quartz vein"), .init(.broad, "malaise")]
        )
        let root = Concept(identifier: "R:0", name: "all")
        let expander = try expander([root, fever] + fillers, [])
        let answer = try expander.answer(Query(key: "1", task: .place, term: "quartz vein"))
        #expect(answer.reason?.code != "listed-under")
        #expect(answer.matches.map(\.kind) == [.unknown])
        #expect(
            answer.notes.first == "a narrower synonym of fever (X:1), hence probably a child of it"
        )
        let broad = try expander.answer(Query(key: "1", task: .place, term: "malaise"))
        #expect(broad.notes.first == "a broader synonym of fever (X:1), which may belong below it")
    }

    @Test("an obsolete term is what replaces it, or is not proposed again")
    func obsolete() throws {
        let expander = try expander(
            [
                Concept(identifier: "R:0", name: "all"), Concept(identifier: "X:1", name: "fever"),
                Concept(identifier: "X:2", name: "chill"),
            ],
            [
                ObsoleteConcept(identifier: "X:8", name: "ague", replacedBy: ["X:1"]),
                ObsoleteConcept(identifier: "X:9", name: "rigour", consider: ["X:2"]),
            ]
        )
        let replaced = try expander.answer(Query(key: "1", task: .place, term: "ague"))
        #expect(replaced.reason?.code == "same-concept")
        #expect(replaced.reason?.message.contains("replaces the obsolete") == true)
        let obsolete = try expander.answer(Query(key: "1", task: .place, term: "rigour"))
        #expect(obsolete.reason?.code == "obsolete")
        #expect(obsolete.reason?.message.contains("“chill” (X:2)") == true)
        #expect(obsolete.proposals.allSatisfy { $0.standing == .alternative })
    }
}
