/// The steps of planning which terms are accepted, and under which identifiers.
///
/// First it is settled which terms can be accepted at all, because one may be the parent of
/// another; then each gets its identifier, in the order of the file; then parents are written by
/// the identifiers that they now have.
struct AcceptPlanner {
    private let request: AcceptRequest
    private let known: AcceptPlan.Known
    private let range: IdentifierRange?
    private let time: Timestamp
    private var plan = AcceptPlan()
    private var book: IdentifierBook
    /// The job's answers, and its acceptances so far, by the key of the query.
    private let terms: [String: PlacedTerm]
    private let before: [String: AcceptPlan.Entry]
    /// Terms by an identifier that they have.
    private let holders: [String: TermKey]
    /// Provisional identifiers that a final one replaces.
    private var replaced: [String: String] = [:]

    /// A term that is to be accepted.
    private struct Choice {
        let term: PlacedTerm
        let parents: [PlacedTerm.Parent]
    }

    init(
        _ request: AcceptRequest,
        _ known: AcceptPlan.Known,
        _ range: IdentifierRange?,
        _ time: Timestamp
    ) {
        self.request = request
        self.known = known
        self.range = range
        self.time = time
        book = known.book
        terms = Dictionary(known.terms.map { ($0.key, $0) }) { first, _ in first }
        let own = known.accepted.filter { $0.acceptance.job == request.job }
        before = Dictionary(own.map { ($0.acceptance.key, $0) }) { first, _ in first }
        holders = Dictionary(
            known.accepted.compactMap { entry in
                entry.acceptance.identifier.map { ($0, entry.term) }
            }
        ) { first, _ in first }
    }

    mutating func run() throws(AcceptRefusal) -> AcceptPlan {
        let choices = try settle(try choose())
        try checkLookUp(choices)
        let identifiers = try giveIdentifiers(to: choices)
        for choice in choices { add(choice, identifiers) }
        addConsequences()
        return plan
    }

    /// Leaves a term out or, if the request names its terms, refuses the request.
    private mutating func leaveOut(_ refusal: AcceptRefusal) throws(AcceptRefusal) {
        if request.queries != nil { throw refusal }
        plan.leftOut.append(refusal)
    }

    // MARK: - Which terms

    /// The terms that the request means, each with its parents, as far as each can be accepted by
    /// itself.
    private mutating func choose() throws(AcceptRefusal) -> [Choice] {
        var meant: [PlacedTerm] = []
        if let queries = request.queries {
            for key in Set(queries) {
                guard let term = terms[key] else { throw AcceptRefusal(.notPlaced, query: key) }
                meant.append(term)
            }
            meant.sort { $0.seq < $1.seq }
        } else {
            meant = known.terms.filter { $0.status == .proposed }
        }
        let shared = sharedIdentifiers()
        var choices: [Choice] = []
        for term in meant {
            let parents = parents(of: term)
            if let refusal = fault(of: term, parents, shared) {
                try leaveOut(refusal)
            } else {
                choices.append(Choice(term: term, parents: parents))
            }
        }
        return choices
    }

    private func parents(of term: PlacedTerm) -> [PlacedTerm.Parent] {
        if let chosen = request.parents {
            return chosen.map { text in
                let named = known.terms.first { $0.isNamed(text) }
                return PlacedTerm.Parent(identifier: text, query: named?.key)
            }
        }
        // What a person chose earlier stays, unless the term is named.
        if request.queries == nil, let held = before[term.key]?.acceptance {
            return held.parents.map { PlacedTerm.Parent(identifier: $0) }
        }
        return term.parents
    }

    /// Identifiers that the file gives to several terms, so that nobody can say whose they are.
    private func sharedIdentifiers() -> Set<String> {
        var owners: [String: TermKey] = [:]
        var shared: Set<String> = []
        for term in known.terms {
            guard let own = term.own else { continue }
            if owners.updateValue(term.term, forKey: own.key) ?? term.term != term.term {
                shared.insert(own.key)
            }
        }
        return shared
    }

    private func fault(
        of term: PlacedTerm,
        _ parents: [PlacedTerm.Parent],
        _ shared: Set<String>
    ) -> AcceptRefusal? {
        if term.status == .error { return AcceptRefusal(.answeredByError, query: term.key) }
        if term.isKnown { return AcceptRefusal(.inVocabulary, query: term.key) }
        if parents.isEmpty { return AcceptRefusal(.noParent, query: term.key) }
        if let own = term.own {
            let holder = book.reservation(of: own.description)?.term
            let isHeld = holder.map { $0 != term.term } ?? request.used.own.contains(own.key)
            if isHeld || shared.contains(own.key) {
                return AcceptRefusal(
                    .identifierTaken,
                    query: term.key,
                    identifier: own.description
                )
            }
        }
        return nil
    }

    /// Leaves out terms with a parent that is not accepted, and terms that would be above
    /// themselves, until each of the others has its parents.
    private mutating func settle(_ all: [Choice]) throws(AcceptRefusal) -> [Choice] {
        var choices = all
        while true {
            let accepted = Set(choices.map(\.term.key)).union(before.keys)
            let cyclic = cyclicTerms(choices)
            var kept: [Choice] = []
            for choice in choices {
                let missing = choice.parents.compactMap(\.query).first { !accepted.contains($0) }
                if let missing {
                    try leaveOut(
                        AcceptRefusal(
                            .parentNotAccepted,
                            query: choice.term.key,
                            identifier: missing
                        )
                    )
                } else if cyclic.contains(choice.term.term) {
                    try leaveOut(AcceptRefusal(.cycle, query: choice.term.key))
                } else {
                    kept.append(choice)
                }
            }
            if kept.count == choices.count { return kept }
            choices = kept
        }
    }

    /// The chosen terms that would be above themselves, with what is accepted already.
    private func cyclicTerms(_ choices: [Choice]) -> Set<TermKey> {
        var parents: [TermKey: Set<TermKey>] = [:]
        let chosen = Set(choices.map(\.term.key))
        for entry in known.accepted
        where entry.acceptance.job != request.job || !chosen.contains(entry.acceptance.key) {
            parents[entry.term, default: []]
                .formUnion(entry.acceptance.parents.compactMap { holders[$0] })
        }
        for choice in choices {
            let above = choice.parents.compactMap { parent in
                parent.query.flatMap { terms[$0]?.term } ?? holders[parent.identifier]
            }
            parents[choice.term.term, default: []].formUnion(above)
        }
        // What has no parent left is no part of a cycle; what remains is, or is below one.
        var open = parents.mapValues { $0.filter { parents[$0] != nil } }
        var children: [TermKey: [TermKey]] = [:]
        for (child, above) in open {
            for parent in above { children[parent, default: []].append(child) }
        }
        var free = open.filter { $0.value.isEmpty }.map(\.key)
        while let term = free.popLast() {
            open[term] = nil
            for child in children[term] ?? [] {
                open[child]?.remove(term)
                if open[child]?.isEmpty == true { free.append(child) }
            }
        }
        return Set(choices.map(\.term.term)).filter { open[$0] != nil && isAbove($0, $0, open) }
    }

    private func isAbove(_ term: TermKey, _ start: TermKey, _ open: [TermKey: Set<TermKey>]) -> Bool
    {
        var seen: Set<TermKey> = []
        var stack = Array(open[start] ?? [])
        while let next = stack.popLast() {
            if next == term { return true }
            if seen.insert(next).inserted { stack += open[next] ?? [] }
        }
        return false
    }

    // MARK: - Identifiers

    /// Refuses to give identifiers that were not looked up in what is loaded now.
    private func checkLookUp(_ choices: [Choice]) throws(AcceptRefusal) {
        let new = choices.map(\.term).filter { isNew($0) }
        guard new.contains(where: { $0.own != nil || range != nil }) else { return }
        guard known.versions.isSubset(of: request.used.versions) else {
            throw AcceptRefusal(.newVersion)
        }
        if let range, new.contains(where: { $0.own == nil }), request.used.range != range {
            throw AcceptRefusal(.rangeDiffers, identifier: "\(range)")
        }
    }

    /// Whether a term has no final identifier yet.
    private func isNew(_ term: PlacedTerm) -> Bool {
        book.reservation(of: term.term).map { $0.origin == .provisional } ?? true
    }

    /// Gives each term its identifier.
    private mutating func giveIdentifiers(
        to choices: [Choice]
    ) throws(AcceptRefusal) -> [String: String] {
        if let range {
            book.passOver(request.used.numbers, withPrefix: range.prefix)
            // An identifier of the file stays free for its term, even if that is not accepted yet.
            for own in known.terms.compactMap(\.own) { book.passOver(own.description) }
            let new = Set(choices.map(\.term).filter { $0.own == nil && isNew($0) }.map(\.term))
            let free = book.free(in: range)
            guard new.count <= free else {
                throw AcceptRefusal(
                    .rangeExhausted,
                    identifier: "\(range)",
                    needed: new.count,
                    free: free
                )
            }
        }
        var identifiers: [String: String] = [:]
        // A term that the file asks about twice keeps its own identifier in both places.
        for choice in choices.filter({ $0.term.own != nil })
            + choices.filter({ $0.term.own == nil })
        {
            identifiers[choice.term.key] = try identifier(of: choice.term)
        }
        return identifiers
    }

    private mutating func identifier(of term: PlacedTerm) throws(AcceptRefusal) -> String? {
        let present = book.reservation(of: term.term)
        if let present, present.origin != .provisional {
            if let own = term.own { reserve(own.description, .own, for: term) }
            return present.identifier
        }
        let final: String
        if let own = term.own {
            final = own.description
            reserve(final, .own, for: term)
        } else if let range, let number = book.next(in: range) {
            final = range.identifier(number)
            reserve(final, .range, for: term)
        } else if let present {
            return present.identifier
        } else {
            guard let provisional = term.provisional else { return nil }
            if let holder = book.reservation(of: provisional), holder.term != term.term {
                throw AcceptRefusal(.identifierTaken, query: term.key, identifier: provisional)
            }
            reserve(provisional, .provisional, for: term)
            return provisional
        }
        if let present { replaced[present.identifier] = final }
        return final
    }

    private mutating func reserve(
        _ identifier: String,
        _ origin: Reservation.Origin,
        for term: PlacedTerm
    ) {
        let reservation = Reservation(
            identifier: identifier,
            origin: origin,
            term: term.term,
            job: request.job,
            seq: term.seq,
            time: time
        )
        if book.add(reservation) { plan.reservations.append(reservation) }
    }

    // MARK: - Acceptances

    private mutating func add(_ choice: Choice, _ identifiers: [String: String]) {
        let term = choice.term
        let held = before[term.key]
        var parents: [String] = []
        for parent in choice.parents {
            let batch = parent.query.flatMap {
                identifiers[$0] ?? before[$0]?.acceptance.identifier
            }
            let identifier = batch ?? parent.identifier
            let now = replaced[identifier] ?? identifier
            if !parents.contains(now) { parents.append(now) }
        }
        let identifier = identifiers[term.key]
        let given = term.own.flatMap { $0.description == identifier ? nil : $0.description }
        if var held, held.acceptance.identifier == identifier, held.acceptance.parents == parents {
            held.change = .unchanged
            held.given = given
            plan.entries.append(held)
            return
        }
        let acceptance = Acceptance(
            job: request.job,
            seq: term.seq,
            key: term.key,
            identifier: identifier,
            parents: parents,
            time: time,
            actor: request.actor
        )
        plan.entries.append(
            AcceptPlan.Entry(
                acceptance,
                term: term.term,
                name: term.name,
                change: held == nil ? .accepted : .changed,
                given: given
            )
        )
    }

    /// Writes final identifiers into other acceptances that name provisional ones.
    private mutating func addConsequences() {
        if replaced.isEmpty { return }
        let done = Set(plan.entries.map(\.acceptance.key))
        for var entry in known.accepted {
            let old = entry.acceptance
            if old.job == request.job, done.contains(old.key) { continue }
            let identifier = old.identifier.map { replaced[$0] ?? $0 }
            let parents = old.parents.map { replaced[$0] ?? $0 }
            if identifier == old.identifier, parents == old.parents { continue }
            entry.acceptance = Acceptance(
                job: old.job,
                seq: old.seq,
                key: old.key,
                identifier: identifier,
                parents: parents,
                time: time,
                actor: request.actor
            )
            entry.change = .changed
            plan.consequences.append(entry)
        }
    }
}
