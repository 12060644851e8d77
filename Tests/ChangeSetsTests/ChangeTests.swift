import ChangeSets
import Contract
import Testing

/// What answers ask to change.
@Suite struct ChangeTests {
    private let job = "019ad9a0-1111-7222-8333-444455556666"

    private func proposal(
        _ identifier: String,
        _ name: String,
        _ relation: Proposal.Relation = .parent,
        query: String? = nil,
        nearest: [String] = []
    ) -> Proposal {
        Proposal(
            rank: 1,
            relation: relation,
            identifier: identifier,
            name: name,
            parent: relation == .child ? "term" : nil,
            query: query,
            standing: .proposed,
            score: 0.5,
            evidence: Evidence(nearest: nearest)
        )
    }

    private func answer(
        _ key: String,
        _ query: String,
        identifier: String? = nil,
        provisional: String? = nil,
        status: Answer.Status = .proposed,
        reason: Answer.Reason? = nil,
        matches: [TermMatch] = [],
        _ proposals: Proposal...
    ) -> Answer {
        Answer(
            key: key,
            task: .place,
            query: query,
            identifier: identifier,
            provisionalIdentifier: provisional,
            status: status,
            reason: reason,
            matches: matches,
            proposals: proposals
        )
    }

    private func change(
        _ answer: Answer,
        among answers: [Answer] = [],
        known: Bool = false,
        accepted: [String: AcceptedTerm]? = nil
    ) -> Change? {
        var index = NewTermIndex(job: job, areKnown: known, accepted: accepted)
        for answer in answers.isEmpty ? [answer] : answers { index.note(answer) }
        return Change(answer, index: index, stamp: GoldenTests.stamp(answer))
    }

    private func text(_ format: ChangeFormat, _ changes: [Change]) -> (body: String, [LeftOut]) {
        let head = ChangeSetHead(version: "1", jobs: [(job, GoldenTests.date)], indices: [])
        var writer = ChangeWriter(format, head)
        let body = changes.map { writer.text(of: $0) }.joined() + writer.tail()
        return (body, writer.leftOut())
    }

    @Test(
        "identifiers are CURIEs, addresses or bare; MeSH's get their prefix; others are none",
        arguments: [
            ("MONDO:0005044", "MONDO:0005044", ChangeIdentifier.Kind.curie),
            ("D006973", "MESH:D006973", .curie), ("C538248", "MESH:C538248", .curie),
            ("http://example.org/a#B", "http://example.org/a#B", .address),
            ("17", "17", .bare), ("D12", "D12", .bare), ("OMIM:PS143100", "OMIM:PS143100", .curie),
        ]
    )
    func identifiers(written: String, text: String, kind: ChangeIdentifier.Kind) {
        #expect(ChangeIdentifier(written)?.text == text)
        #expect(ChangeIdentifier(written)?.kind == kind)
    }

    @Test(
        "texts with spaces, quotes, bars or no local part are no identifiers",
        arguments: ["see below", "a|b", "X:", ":1", "1X:2", "a'b", "X:1\"", "", "é:1", "a/b:c"]
    )
    func noIdentifiers(written: String) {
        #expect(ChangeIdentifier(written) == nil)
    }

    @Test("a term has the file's CURIE, else the provisional identifier, else a derived one")
    func ofNewTerms() throws {
        let parent = proposal("X:1", "one")
        let own = answer("q1", "a", identifier: "NEW:1", provisional: "TAXOD:00000000000a", parent)
        #expect(change(own)?.term?.identifier.text == "NEW:1")
        let row = answer("q1", "a", identifier: "1", provisional: "TAXOD:00000000000a", parent)
        #expect(change(row)?.term?.identifier.text == "TAXOD:00000000000a")
        let old = try #require(change(answer("q1", "a", parent))?.term?.identifier.text)
        #expect(old.wholeMatch(of: /TAXOD:[0-9a-f]{12}/) != nil)
        #expect(change(answer("q2", "a", parent))?.term?.identifier.text != old)
    }

    @Test("a second term with an identifier of the file gets its provisional one, and it is told")
    func taken() throws {
        let parent = proposal("X:1", "one")
        func term(_ key: String, _ digit: String) -> Answer {
            let provisional = "TAXOD:00000000000" + digit
            return answer(key, "t", identifier: "NEW:1", provisional: provisional, parent)
        }
        let (first, second) = (term("q1", "a"), term("q2", "b"))
        let changed = try #require(change(second, among: [first, second]))
        #expect(changed.term?.identifier.text == "TAXOD:00000000000b")
        for format in ChangeFormat.allCases where format != .sssom {
            let (_, leftOut) = text(format, [changed])
            #expect(leftOut.map(\.what) == [.identifier], "\(format)")
            #expect(leftOut.first?.value == "NEW:1")
        }
    }

    @Test("a new term of the file is a parent by its own identifier, also before its answer comes")
    func batch() throws {
        let child = answer(
            "q1",
            "child",
            provisional: "TAXOD:00000000000a",
            proposal("row 2", "parent", query: "q2")
        )
        let parent = answer(
            "q2",
            "parent",
            identifier: "row 2",
            provisional: "TAXOD:00000000000b",
            proposal("X:1", "one")
        )
        let answers = [child, parent]
        let changes = answers.compactMap { change($0, among: answers) }
        for format in ChangeFormat.allCases where format != .sssom {
            let (body, leftOut) = text(format, changes)
            #expect(leftOut.isEmpty, "\(format)")
            #expect(body.contains("TAXOD:00000000000b"), "\(format)")
            #expect(!body.contains("row 2"), "\(format)")
        }
        let kgcl = text(.kgcl, changes).body.split(separator: "\n").map(String.init)
        let created = try #require(kgcl.firstIndex(of: "create node TAXOD:00000000000b 'parent'"))
        let edge = try #require(
            kgcl.firstIndex(
                of: "create edge TAXOD:00000000000a rdfs:subClassOf TAXOD:00000000000b"
            )
        )
        #expect(created < edge)
    }

    @Test("terms of a loaded vocabulary get their edges, and no label of their own")
    func known() throws {
        let placed = answer("q1", "Heart's Block", identifier: "X:7", proposal("X:1", "one"))
        let changed = try #require(change(placed, known: true))
        for format in [ChangeFormat.robot, .robotBulk, .obo, .kgcl] {
            let (body, leftOut) = text(format, [changed])
            #expect(leftOut.isEmpty, "\(format)")
            #expect(body.contains("X:7") && body.contains("X:1"), "\(format)")
            #expect(!body.contains("Heart"), "\(format)")
        }
    }

    @Test("a term that the vocabulary has without a prefix is left out where one is needed")
    func bare() throws {
        let placed = answer("q1", "block", identifier: "7", proposal("X:1", "one"))
        let changed = try #require(change(placed, known: true))
        for format in [ChangeFormat.robot, .robotBulk] {
            let (body, leftOut) = text(format, [changed])
            #expect(body.isEmpty && leftOut.map(\.what) == [.term], "\(format)")
        }
        #expect(text(.obo, [changed]).body.contains("id: 7\nis_a: X:1 {"))
        #expect(text(.kgcl, [changed]).body.contains("create edge 7 rdfs:subClassOf X:1\n"))
        let odd = answer("q1", "block", identifier: "no id", proposal("X:1", "one"))
        #expect(change(odd, known: true)?.term == nil)
    }

    @Test("what a curator accepted has the reserved identifier and the chosen parents, and no more")
    func accepted() throws {
        let refused = answer(
            "q1",
            "below",
            status: .none,
            reason: .init(code: "below-threshold", message: "m"),
            proposal("X:1", "one"),
            proposal("X:2", "two")
        )
        let taken = ["q1": AcceptedTerm(identifier: "NEW:42", parents: ["X:2", "X:9"])]
        let changed = try #require(change(refused, accepted: taken))
        let term = try #require(changed.term)
        #expect(term.identifier.text == "NEW:42")
        #expect(term.parents.map(\.concept.written) == ["X:2", "X:9"])
        #expect(term.parents.map(\.probability) == [0.5, nil])
        #expect(changed.mappings.isEmpty)
        #expect(change(answer("q2", "other", proposal("X:1", "one")), accepted: taken) == nil)
    }

    @Test("a moved child gets the new edge everywhere, and loses the old one where it can")
    func moves() throws {
        let moved = answer(
            "q1",
            "middle",
            provisional: "TAXOD:00000000000a",
            proposal("X:1", "top"),
            proposal("X:5", "leaf", .child, nearest: ["top"])
        )
        let changed = try #require(change(moved))
        #expect(changed.term?.moves.first?.from.map(\.written) == ["X:1"])
        let kgcl = text(.kgcl, [changed]).body
        #expect(kgcl.contains("create edge X:5 rdfs:subClassOf TAXOD:00000000000a\n"))
        #expect(kgcl.contains("delete edge X:5 rdfs:subClassOf X:1\n"))
        let (obo, notInOBO) = text(.obo, [changed])
        #expect(obo.contains("id: X:5\nis_a: TAXOD:00000000000a {"))
        #expect(notInOBO.map(\.value) == ["X:5 below X:1"])
        let (robot, notInRobot) = text(.robot, [changed])
        #expect(robot.contains("\nX:5\t\towl:Class\tTAXOD:00000000000a\t"))
        #expect(notInRobot.map(\.value) == ["X:5 below X:1"])
    }

    @Test("a known term is a mapping, and one that reads unlike the vocabulary is found nowhere")
    func mappings() throws {
        func told(_ code: String, _ match: TermMatch? = nil) -> [String] {
            let answer = answer(
                "q1",
                "a term",
                provisional: "TAXOD:00000000000a",
                status: .none,
                reason: .init(code: code, message: "m"),
                matches: [match].compactMap(\.self)
            )
            guard let changed = change(answer) else { return [] }
            return changed.mappings.map {
                "\($0.predicate) \($0.object?.written ?? "none") \($0.basis.rawValue)"
            }
        }
        func match(_ kind: TermMatch.Kind, _ identifier: String?) -> TermMatch {
            TermMatch(
                given: "a term",
                kind: kind,
                identifier: identifier,
                name: identifier.map { _ in "name" },
                confidence: 0.9,
                candidates: identifier == nil ? [.init(identifier: "X:3", name: "three")] : nil
            )
        }
        let lexical = "semapv:LexicalMatching"
        let similar = "semapv:LexicalSimilarityThresholdMatching"
        #expect(told("same-concept", match(.name, "X:1")) == ["skos:exactMatch X:1 \(lexical)"])
        #expect(told("listed-under", match(.synonym, "X:1")) == ["skos:closeMatch X:1 \(lexical)"])
        let likely = "probably-known"
        #expect(told(likely, match(.nearest, "X:1")) == ["skos:closeMatch X:1 \(similar)"])
        #expect(told(likely, match(.ambiguous, nil)) == ["skos:closeMatch X:3 \(similar)"])
        #expect(told("out-of-scope") == ["skos:exactMatch none semapv:CompositeMatching"])
        #expect(told("same-concept", match(.identifier, "TAXOD:00000000000a")) == [])
    }

    @Test("answers to other tasks and errors change nothing")
    func nothing() {
        let expand = Answer(key: "q1", task: .expand, query: "a | b", status: .proposed)
        #expect(change(expand) == nil)
        let reason = Answer.Reason(code: "name-too-long", message: "m")
        #expect(change(answer("q1", "a", status: .error, reason: reason)) == nil)
    }
}
