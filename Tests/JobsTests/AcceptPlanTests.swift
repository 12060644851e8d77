import Contract
import Jobs
import Testing

/// Accepting terms: which, under which identifiers, below which parents.
@Suite struct AcceptPlanTests {
    private let first = JobID(at: Timestamp(milliseconds: 1_763_000_000_000))
    private let second = JobID(at: Timestamp(milliseconds: 1_763_000_000_001))
    private var held = AcceptancesHeld()
    private let range: IdentifierRange

    init() throws {
        range = try IdentifierRange(prefix: "ENVO", first: 100, last: 103, digits: 8)
    }

    private func request(
        _ job: JobID,
        _ queries: [String]? = nil,
        parents: [String]? = nil,
        withdraw: Bool = false,
        numbers: [Int] = [],
        own: Set<String> = [],
        range: IdentifierRange? = nil
    ) -> AcceptRequest {
        AcceptRequest(
            id: JobID(at: Timestamp(milliseconds: 1_763_000_000_000)),
            decision: withdraw ? .withdraw : .accept,
            job: job,
            queries: queries,
            parents: parents,
            actor: "curator",
            used: UsedIdentifiers(
                range: range ?? self.range,
                numbers: NumberSet(numbers),
                own: own
            )
        )
    }

    private func ask(
        _ range: IdentifierRange,
        _ queries: [String]? = nil,
        parents: [String]? = nil,
        withdraw: Bool = false
    ) -> AcceptRequest {
        request(first, queries, parents: parents, withdraw: withdraw, range: range)
    }

    private func refusal(_ body: () throws -> Void) -> AcceptRefusal? {
        do { try body() } catch { return error as? AcceptRefusal }
        return nil
    }

    @Test("numbers are given in the order of the file, past all that are used")
    mutating func order() throws {
        held.answers[first] = [
            .placed("q1", "a"), .placed("q2", "b", own: "ENVO:00000102"), .placed("q3", "c"),
            .placed("q4", "known", status: .none, reason: "same-concept"),
            .placed("q5", "failed", status: .error),
        ]
        let plan = try held.carryOut(request(first, numbers: [100]), range)
        #expect(
            plan.entries.map(\.acceptance.identifier)
                == ["ENVO:00000101", "ENVO:00000102", "ENVO:00000103"]
        )
        #expect(plan.entries.map(\.change) == [.accepted, .accepted, .accepted])
        #expect(plan.entries.map(\.acceptance.parents) == [["ENVO:1"], ["ENVO:1"], ["ENVO:1"]])
        #expect(plan.leftOut.isEmpty)
    }

    @Test("a file's own identifier is kept free for its term before that is accepted")
    mutating func ownLater() throws {
        held.answers[first] = [.placed("q1", "a"), .placed("q2", "b", own: "envo:100")]
        try held.carryOut(request(first, ["q1"]), range)
        #expect(held.identifier("q1", of: first) == "ENVO:00000101")
        try held.carryOut(request(first, ["q2"]), range)
        #expect(held.identifier("q2", of: first) == "envo:100")
    }

    @Test("too few free numbers: the request is refused, and nothing of it is done")
    mutating func exhausted() throws {
        held.answers[first] = (1...4).map { .placed("q\($0)", "term \($0)") }
        let request = request(first, numbers: [101, 102])
        let copy = held
        let refusal = refusal { try held.carryOut(request, range) }
        let expected = AcceptRefusal(
            .rangeExhausted,
            identifier: "\(range)",
            needed: 4,
            free: 2
        )
        #expect(refusal == expected)
        #expect(held.accepted == copy.accepted && held.reservations == copy.reservations)
        try held.carryOut(self.request(first, ["q3", "q4"], numbers: [101, 102]), range)
        #expect(held.identifier("q4", of: first) == "ENVO:00000103")
    }

    @Test("a term that its file names twice has the identifier that one of the rows gives it")
    mutating func twice() throws {
        held.answers[first] = [.placed("q1", "a"), .placed("q2", "A", own: "OMIM:5")]
        for range in [nil, range] {
            try held.carryOut(request(first), range)
            #expect(held.identifier("q1", of: first) == "OMIM:5")
            #expect(held.identifier("q2", of: first) == "OMIM:5")
            try held.carryOut(request(first, withdraw: true), range)
        }
    }

    @Test("a withdrawn term's identifier is given to no other term, and to itself again")
    mutating func withdrawn() throws {
        held.answers[first] = [.placed("q1", "a"), .placed("q2", "b")]
        try held.carryOut(request(first, ["q1"]), range)
        let plan = try held.carryOut(request(first, withdraw: true), range)
        #expect(plan.entries.map(\.change) == [.withdrawn] && held.accepted.isEmpty)
        let again = try held.carryOut(request(first, ["q1"], withdraw: true), range)
        #expect(again.changes.isEmpty && again.leftOut.map(\.code) == [.notAccepted])
        try held.carryOut(request(first, ["q2"]), range)
        #expect(held.identifier("q2", of: first) == "ENVO:00000101")
        try held.carryOut(request(first, ["q1"]), range)
        #expect(held.identifier("q1", of: first) == "ENVO:00000100")
    }

    @Test("the same term has the same identifier in every job, however it is spelled")
    mutating func sameTerm() throws {
        held.answers[first] = [.placed("q1", "Salt lake"), .placed("q2", "salt-lake")]
        held.answers[second] = [.placed("q1", "SALT LAKE", own: "ENVO:7"), .placed("q2", "b")]
        try held.carryOut(request(first), range)
        try held.carryOut(request(second), range)
        let found = [
            held.identifier("q1", of: first), held.identifier("q2", of: first),
            held.identifier("q1", of: second),
        ]
        #expect(Set(found) == ["ENVO:00000100"])
        #expect(held.acceptance("q2", of: second)?.identifier == "ENVO:00000101")
        // The other file's identifier is the term's as well, so that no other term gets it.
        held.answers[second] = [.placed("q9", "c", own: "ENVO:0007")]
        let refusal = refusal { try held.carryOut(request(second, ["q9"]), range) }
        #expect(refusal == AcceptRefusal(.identifierTaken, query: "q9", identifier: "ENVO:0007"))
    }

    @Test("an identifier that a concept, or two terms of a file have, is nobody's")
    mutating func taken() throws {
        held.answers[first] = [
            .placed("q1", "a", own: "OMIM:5"), .placed("q2", "b", own: "OMIM:5"),
            .placed("q3", "c", own: "ENVO:9"), .placed("q4", "d"),
        ]
        let plan = try held.carryOut(request(first, own: ["envo:9"]), range)
        #expect(plan.leftOut.map(\.query) == ["q1", "q2", "q3"])
        #expect(plan.leftOut.allSatisfy { $0.code == .identifierTaken })
        #expect(plan.entries.map(\.acceptance.key) == ["q4"])
    }

    @Test(
        "new terms are parents by the identifiers that they got; without them nothing hangs there"
    )
    mutating func batch() throws {
        let range = try IdentifierRange(prefix: "ENVO", first: 100, last: 199, digits: 8)
        held.answers[first] = [
            .placed("q1", "a", under: [], batch: ["q2"]), .placed("q2", "b", batch: ["q3"]),
            .placed("q3", "c"), .placed("q4", "d", under: [], batch: ["q5"]),
            .placed("q5", "e", under: [], status: .none, reason: "below-threshold"),
            .placed("q6", "f", batch: ["q4"]),
        ]
        let alone = refusal { try held.carryOut(ask(range, ["q2"]), range) }
        #expect(alone == AcceptRefusal(.parentNotAccepted, query: "q2", identifier: "q3"))
        let plan = try held.carryOut(ask(range), range)
        #expect(plan.leftOut.map(\.query) == ["q4", "q6"])
        let second = try #require(held.identifier("q2", of: first))
        #expect(held.acceptance("q1", of: first)?.parents == [second])
        #expect(
            held.acceptance("q2", of: first)?.parents
                == ["ENVO:1", held.identifier("q3", of: first) ?? "-"]
        )
        // A parent of accepted terms stays; with all of them it goes.
        let refusal = refusal { try held.carryOut(ask(range, ["q3"], withdraw: true), range) }
        #expect(refusal == AcceptRefusal(.hasChildren, query: "q3", identifier: "q2"))
        try held.carryOut(ask(range, withdraw: true), range)
        #expect(held.accepted.isEmpty)
        // Chosen parents may be new terms, too, by key or by identifier.
        try held.carryOut(ask(range, ["q5"], parents: ["ENVO:4"]), range)
        try held.carryOut(ask(range, ["q4"], parents: ["q5"]), range)
        let chosen = try #require(held.identifier("q5", of: first))
        #expect(held.acceptance("q4", of: first)?.parents == [chosen])
    }

    @Test("nothing is above itself, neither in one request nor over several")
    mutating func cycles() throws {
        held.answers[first] = [
            .placed("q1", "a", batch: ["q2"]), .placed("q2", "b", batch: ["q1"]),
            .placed("q3", "c", batch: ["q1"]), .placed("q4", "d"), .placed("q5", "e"),
        ]
        let plan = try held.carryOut(request(first), range)
        #expect(plan.leftOut.map(\.code) == [.cycle, .cycle, .parentNotAccepted])
        #expect(held.accepted.count == 2)
        try held.carryOut(request(first, ["q4"], parents: ["q5"]), range)
        let below = try #require(held.identifier("q4", of: first))
        for parents in [["q4"], [below], ["q5"]] {
            let refusal = refusal {
                try held.carryOut(request(first, ["q5"], parents: parents), range)
            }
            #expect(refusal == AcceptRefusal(.cycle, query: "q5"))
        }
    }

    @Test("what a person chose stays when the whole job is accepted, and goes when it is named")
    mutating func chosen() throws {
        held.answers[first] = [.placed("q1", "a"), .placed("q2", "b")]
        try held.carryOut(request(first, ["q1"], parents: ["ENVO:2", "ENVO:2", "ENVO:3"]), range)
        #expect(held.acceptance("q1", of: first)?.parents == ["ENVO:2", "ENVO:3"])
        let plan = try held.carryOut(request(first), range)
        #expect(plan.entries.map(\.change) == [.unchanged, .accepted])
        #expect(held.acceptance("q1", of: first)?.parents == ["ENVO:2", "ENVO:3"])
        let named = try held.carryOut(request(first, ["q1"]), range)
        #expect(named.entries.map(\.change) == [.changed])
        #expect(held.acceptance("q1", of: first)?.parents == ["ENVO:1"])
        #expect(held.reservations.count == 2)
    }

    @Test("without a range identifiers are provisional; a range replaces them wherever they stand")
    mutating func provisional() throws {
        held.answers[first] = [.placed("q1", "a"), .placed("q2", "b", batch: ["q1"])]
        held.answers[second] = [.placed("q1", "a")]
        try held.carryOut(request(first), nil)
        try held.carryOut(request(second), nil)
        let old = try #require(held.identifier("q1", of: first))
        #expect(old.hasPrefix("TAXOD:") && held.identifier("q1", of: second) == old)
        #expect(held.acceptance("q2", of: first)?.parents == ["ENVO:1", old])

        let plan = try held.carryOut(request(first, ["q1"]), range)
        #expect(plan.entries.map(\.change) == [.changed] && plan.consequences.count == 2)
        for job in [first, second] { #expect(held.identifier("q1", of: job) == "ENVO:00000100") }
        #expect(held.acceptance("q2", of: first)?.parents == ["ENVO:1", "ENVO:00000100"])
        #expect(held.identifier("q2", of: first)?.hasPrefix("TAXOD:") == true)
    }

    @Test("nothing is given that was looked up for another range or before a new version came")
    mutating func lookUp() throws {
        held.answers[first] = [.placed("q1", "a"), .placed("q2", "b", own: "X:1")]
        let other = try IdentifierRange(prefix: "ENVO", first: 1, last: 103, digits: 8)
        let differs = refusal { try held.carryOut(request(first, range: other), range) }
        #expect(differs == AcceptRefusal(.rangeDiffers, identifier: "\(range)"))
        held.versions = ["v2"]
        for queries in [["q1"], ["q2"]] {
            let refusal = refusal { try held.carryOut(request(first, queries), range) }
            #expect(refusal == AcceptRefusal(.newVersion))
        }
        // Provisional identifiers are like no concept's.
        try held.carryOut(request(first, ["q1"]), nil)
    }

    @Test("what is no placed term is refused by its key")
    mutating func faults() throws {
        held.answers[first] = [
            .placed("q1", "a", status: .error),
            .placed("q2", "b", status: .none, reason: "same-concept"),
            .placed("q3", "c", under: [], status: .none),
            Answer(key: "q4", task: .expand, query: "d", status: .proposed),
        ]
        for (key, code) in [
            ("q1", AcceptRefusal.Code.answeredByError), ("q2", .inVocabulary), ("q3", .noParent),
            ("q4", .notPlaced), ("q5", .notPlaced),
        ] {
            let refusal = refusal { try held.carryOut(request(first, [key]), range) }
            #expect(refusal == AcceptRefusal(code, query: key))
        }
        #expect(try held.carryOut(request(first), range).changes.isEmpty)
    }
}
