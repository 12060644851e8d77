/// What carrying out a request changes; a pure function of the request and of what the ledger holds.
package struct AcceptPlan: Sendable {
    /// What becomes of an acceptance.
    package enum Change: String, Hashable, Codable, Sendable {
        case accepted
        /// It held before, with other parents or another identifier.
        case changed
        case unchanged
        case withdrawn
    }

    /// An acceptance with what the ledger keeps beside it.
    package struct Entry: Hashable, Sendable {
        package var acceptance: Acceptance
        package let term: TermKey
        /// The term's name; `nil` if no result of the job is left.
        package let name: String?
        package var change: Change
        /// The file's own identifier, where the term had another one before.
        package var given: String?

        package init(
            _ acceptance: Acceptance,
            term: TermKey,
            name: String?,
            change: Change = .unchanged,
            given: String? = nil
        ) {
            self.acceptance = acceptance
            self.term = term
            self.name = name
            self.change = change
            self.given = given
        }
    }

    /// What the ledger holds of a job's vocabulary.
    package struct Known: Sendable {
        /// The answers of the job, by position.
        package var terms: [PlacedTerm]
        /// The acceptances that hold in the vocabulary, of all jobs.
        package var accepted: [Entry]
        package var book: IdentifierBook
        /// The versions of the vocabulary that were ever loaded.
        package var versions: Set<String>

        package init(
            terms: [PlacedTerm],
            accepted: [Entry] = [],
            book: IdentifierBook = IdentifierBook(),
            versions: Set<String> = []
        ) {
            self.terms = terms
            self.accepted = accepted
            self.book = book
            self.versions = versions
        }
    }

    /// What becomes of each term that the request means, by position.
    package internal(set) var entries: [Entry] = []
    /// Other acceptances that name an identifier which is replaced by a final one.
    package internal(set) var consequences: [Entry] = []
    /// Identifiers that are given for the first time.
    package internal(set) var reservations: [Reservation] = []
    /// Terms that are left out, where the request names none by itself.
    package internal(set) var leftOut: [AcceptRefusal] = []

    /// The acceptances that the ledger must write.
    package var changes: [Entry] { (entries + consequences).filter { $0.change != .unchanged } }

    /// Plans a request.
    ///
    /// - Parameters:
    ///   - request: What is asked for.
    ///   - known: What the ledger holds.
    ///   - range: The range of the vocabulary's new identifiers, if it has one.
    ///   - time: The time of the decision.
    /// - Throws: ``AcceptRefusal`` if nothing of the request is to be carried out.
    package init(
        _ request: AcceptRequest,
        known: Known,
        range: IdentifierRange?,
        at time: Timestamp
    ) throws(AcceptRefusal) {
        switch request.decision {
        case .accept:
            var planner = AcceptPlanner(request, known, range, time)
            self = try planner.run()
        case .withdraw:
            try withdraw(request, known)
        }
    }

    init() {}

    /// Plans a withdrawal: no term may go that is a parent of one that stays.
    private mutating func withdraw(
        _ request: AcceptRequest,
        _ known: Known
    ) throws(AcceptRefusal) {
        let held = known.accepted.filter { $0.acceptance.job == request.job }
        var chosen = Set(request.queries ?? held.map(\.acceptance.key))
        let missing = chosen.subtracting(held.map(\.acceptance.key))
        leftOut = missing.sorted().map { AcceptRefusal(.notAccepted, query: $0) }
        chosen.subtract(missing)
        while true {
            let staying = known.accepted.filter {
                $0.acceptance.job != request.job || !chosen.contains($0.acceptance.key)
            }
            // The term may be accepted in another job as well, under the same identifier.
            let present = Set(staying.compactMap(\.acceptance.identifier))
            var children: [String: String] = [:]
            for entry in staying {
                for parent in entry.acceptance.parents { children[parent] = entry.acceptance.key }
            }
            let blocked = held.filter { entry in
                guard let identifier = entry.acceptance.identifier else { return false }
                return chosen.contains(entry.acceptance.key) && !present.contains(identifier)
                    && children[identifier] != nil
            }
            if blocked.isEmpty { break }
            for entry in blocked {
                let refusal = AcceptRefusal(
                    .hasChildren,
                    query: entry.acceptance.key,
                    identifier: entry.acceptance.identifier.flatMap { children[$0] }
                )
                if request.queries != nil { throw refusal }
                leftOut.append(refusal)
                chosen.remove(entry.acceptance.key)
            }
        }
        for var entry in held where chosen.contains(entry.acceptance.key) {
            entry.change = .withdrawn
            entries.append(entry)
        }
    }
}
