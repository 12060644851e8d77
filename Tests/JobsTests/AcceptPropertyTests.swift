import Contract
import Jobs
import Testing

/// What holds of acceptances after any sequence of requests.
@Suite struct AcceptPropertyTests {
    @Test(
        "no identifier is given twice or forgotten, and nothing hangs below what is not accepted",
        arguments: 0..<60 as Range<UInt64>
    )
    func sequences(seed: UInt64) throws {
        var random = SeededNumbers(seed: seed)
        var held = AcceptancesHeld()
        let jobs = (0..<3).map { JobID(at: Timestamp(milliseconds: 1_763_000_000_000 + $0)) }
        for job in jobs { held.answers[job] = Self.answers(&random) }
        let used = NumberSet((0..<15).map { _ in Int.random(in: 1...40, using: &random) })
        let range = try IdentifierRange(prefix: "N", first: 5, last: 40, digits: 7)
        // The range is configured at some time, and enlarged later.
        var ranges: [IdentifierRange?] = [nil, range]
        ranges.append(try IdentifierRange(prefix: "N", first: 1, last: 400, digits: 7))
        var givenTo: [String: TermKey] = [:]
        var most = 0
        for step in 0..<40 {
            let range = ranges[step / 14]
            let request = Self.request(jobs, used: used, range, &random)
            let before = held
            do throws(AcceptRefusal) {
                try held.carryOut(request, range)
            } catch {
                #expect(held.accepted == before.accepted)
                #expect(held.reservations == before.reservations)
            }
            for reservation in held.reservations.dropFirst(before.reservations.count) {
                let key = Curie(reservation.identifier)?.key ?? reservation.identifier
                #expect(givenTo.updateValue(reservation.term, forKey: key) == nil, "\(key) twice")
                if reservation.origin == .range {
                    let number = try #require(Curie(reservation.identifier)?.number)
                    #expect(!used.contains(number), "\(number) is a concept's")
                }
            }
            try Self.check(held)
            most = max(most, held.accepted.count)
            // Once more changes nothing.
            if let again = try? AcceptPlan(
                request,
                known: held.known(of: request.job),
                range: range,
                at: held.now
            ), held.accepted != before.accepted {
                #expect(again.changes.isEmpty, "\(request)")
                #expect(again.reservations.isEmpty)
            }
        }
        #expect(most > 3)
    }

    /// Terms of which some are the same as in other jobs, have parents among each other or
    /// identifiers of their own.
    private static func answers(_ random: inout SeededNumbers) -> [Answer] {
        (1...12).map { number in
            let hasNewParent = Int.random(in: 0...3, using: &random) == 0
            let batch = hasNewParent ? ["q\(Int.random(in: 1...12, using: &random))"] : []
            let own = Int.random(in: 0...5, using: &random) == 0
            return .placed(
                "q\(number)",
                "term \(Int.random(in: 1...25, using: &random))",
                under: Bool.random(using: &random) ? ["N:0000900"] : [],
                batch: batch,
                own: own ? "N:\(Int.random(in: 1...60, using: &random))" : nil,
                status: Int.random(in: 0...6, using: &random) == 0 ? .none : .proposed
            )
        }
    }

    private static func request(
        _ jobs: [JobID],
        used: NumberSet,
        _ range: IdentifierRange?,
        _ random: inout SeededNumbers
    ) -> AcceptRequest {
        let keys = Set(
            (0..<Int.random(in: 1...3, using: &random)).map { _ in
                "q\(Int.random(in: 1...12, using: &random))"
            }
        )
        let isAll = Int.random(in: 0...3, using: &random) == 0
        let isChosen = !isAll && keys.count == 1 && Bool.random(using: &random)
        let parents = ["N:0000901", "q\(Int.random(in: 1...12, using: &random))"]
        let isWithdrawal = Int.random(in: 0...3, using: &random) == 0
        return AcceptRequest(
            id: JobID(at: Timestamp(milliseconds: 0), using: &random),
            decision: isWithdrawal ? .withdraw : .accept,
            job: jobs.randomElement(using: &random) ?? jobs[0],
            queries: isAll ? nil : keys.sorted(),
            parents: isChosen && !isWithdrawal ? [keys.first ?? "": parents] : [:],
            used: UsedIdentifiers(range: range, numbers: used)
        )
    }

    private static func check(_ held: AcceptancesHeld) throws {
        var terms: [String: TermKey] = [:]
        var identifiers: [TermKey: String] = [:]
        for entry in held.accepted {
            let identifier = try #require(entry.acceptance.identifier)
            #expect(terms.updateValue(entry.term, forKey: identifier) ?? entry.term == entry.term)
            let other = identifiers.updateValue(identifier, forKey: entry.term)
            #expect(other ?? identifier == identifier, "one term has two identifiers")
        }
        for entry in held.accepted {
            for parent in entry.acceptance.parents where !parent.hasPrefix("N:00009") {
                #expect(terms[parent] != nil, "\(parent) is not accepted")
            }
        }
        // Nothing is above itself.
        var above: [TermKey: Set<TermKey>] = [:]
        for entry in held.accepted {
            above[entry.term, default: []]
                .formUnion(entry.acceptance.parents.compactMap { terms[$0] })
        }
        for start in above.keys {
            var seen: Set<TermKey> = []
            var stack = Array(above[start] ?? [])
            while let next = stack.popLast() {
                if seen.insert(next).inserted { stack += above[next] ?? [] }
            }
            #expect(!seen.contains(start), "a term is above itself")
        }
    }
}
