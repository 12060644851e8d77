import Contract
import GRDB
package import Jobs

extension Ledger {
    /// Names of the events that are about acceptances.
    enum AcceptanceEvent {
        static let accepted = "accepted"
        /// Plain `withdrawn` means that the file of a job vanished.
        static let withdrawn = "acceptance-withdrawn"
        /// A request was carried out.
        static let done = "accept-done"
        static let refused = "accept-refused"
    }

    /// Carries out a request, all of it in one transaction.
    ///
    /// - Parameters:
    ///   - request: What to accept or withdraw.
    ///   - range: The range of new identifiers of a vocabulary, if it has one.
    ///   - time: The time of the decision.
    /// - Returns: What was done; `nil` if the request was carried out or refused before.
    /// - Throws: `AcceptRefusal` if nothing of it is done, which is recorded as well;
    ///   ``LedgerError``.
    @discardableResult
    package func carryOut(
        _ request: AcceptRequest,
        range: @escaping @Sendable (_ vocabulary: String) -> IdentifierRange?,
        at time: Timestamp
    ) async throws -> AcceptPlan? {
        let result: Result<AcceptPlan, AcceptRefusal>? = try await database.writing { db in
            if try LedgerReader.outcome(of: request, in: db) != nil { return nil }
            do {
                let plan = try LedgerReader.plan(request, range: range, at: time, in: db)
                try Self.carryOut(plan, of: request, at: time, in: db)
                return .success(plan)
            } catch let refusal as AcceptRefusal {
                var detail = refusal.detail
                detail["request"] = .string(request.id.description)
                try Self.append(
                    AcceptanceEvent.refused,
                    job: request.job,
                    detail: detail,
                    at: time,
                    in: db
                )
                return .failure(refusal)
            }
        }
        return try result?.get()
    }

    private static func carryOut(
        _ plan: AcceptPlan,
        of request: AcceptRequest,
        at time: Timestamp,
        in db: Database
    ) throws {
        for reservation in plan.reservations { try insert(reservation, in: db) }
        let origins = try LedgerReader.origins(in: db)
        var counts: [AcceptPlan.Change: Int] = [:]
        for entry in plan.changes {
            let acceptance = entry.acceptance
            counts[entry.change, default: 0] += 1
            var detail: [String: AuditValue] = [
                "seq": .integer(acceptance.seq), "key": .string(acceptance.key),
                "parents": .strings(acceptance.parents),
            ]
            detail["identifier"] = acceptance.identifier.map { .string($0) }
            detail["actor"] = request.actor.map { .string($0) }
            if entry.change == .withdrawn {
                try db.execute(
                    sql: "DELETE FROM acceptances WHERE job = ? AND key = ?",
                    arguments: [acceptance.job.description, acceptance.key]
                )
            } else {
                try store(entry, in: db)
                detail["vocabulary"] = .string(entry.term.vocabulary)
                detail["term"] = .string(entry.term.sha256)
                detail["given"] = entry.given.map { .string($0) }
                detail["origin"] = acceptance.identifier.flatMap { origins[$0] }.map { .string($0) }
            }
            try append(
                entry.change == .withdrawn
                    ? AcceptanceEvent.withdrawn : AcceptanceEvent.accepted,
                job: acceptance.job,
                detail: detail,
                at: time,
                in: db
            )
        }
        try append(
            AcceptanceEvent.done,
            job: request.job,
            detail: [
                "request": .string(request.id.description),
                "accepted": .integer(counts[.accepted] ?? 0),
                "changed": .integer(counts[.changed] ?? 0),
                "withdrawn": .integer(counts[.withdrawn] ?? 0),
            ],
            at: time,
            in: db
        )
    }

    static func store(_ entry: AcceptPlan.Entry, in db: Database) throws {
        let acceptance = entry.acceptance
        try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO acceptances (
                    job, seq, key, term, identifier, parents, actor, accepted, vocabulary,
                    term_sha256
                ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            acceptance.job.description, acceptance.seq, acceptance.key, entry.name,
            acceptance.identifier, try CanonicalJSON.text(of: acceptance.parents),
            acceptance.actor, acceptance.time.description, entry.term.vocabulary,
            entry.term.sha256,
        ])
    }

    static func insert(_ reservation: Reservation, in db: Database) throws {
        let curie = Curie(reservation.identifier)
        try db.cachedStatement(
            sql: """
                INSERT INTO identifiers (
                    identifier, prefix, number, vocabulary, term_sha256, origin, job, seq, reserved
                ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            reservation.identifier, curie?.prefix.lowercased(), curie?.number,
            reservation.term.vocabulary, reservation.term.sha256, reservation.origin.rawValue,
            reservation.job.description, reservation.seq, reservation.time.description,
        ])
    }
}

// MARK: - Restoring

extension Ledger {
    /// Writes the acceptances and identifiers that the restored events tell of; names come from the
    /// restored results.
    ///
    /// - Returns: How many acceptances hold.
    package func restoreAcceptances() throws -> Int {
        do {
            return try database.write { try Self.restoreAcceptances(in: $0) }
        } catch let error as DatabaseError {
            throw LedgerError(error)
        }
    }

    private struct Place: Hashable {
        let job: JobID
        let key: String
    }

    private static func restoreAcceptances(in db: Database) throws -> Int {
        let events = try Row.fetchCursor(
            db,
            sql: "SELECT line FROM audit_events WHERE event IN (?, ?) ORDER BY seq",
            arguments: [AcceptanceEvent.accepted, AcceptanceEvent.withdrawn]
        )
        var held: [Place: AcceptPlan.Entry] = [:]
        var book = IdentifierBook()
        var reservations: [Reservation] = []
        while let row = try events.next() {
            let event = try CanonicalJSON.value(AuditEvent.self, from: row["line"])
            guard let job = event.job, let key = event.text("key"), let seq = event.number("seq")
            else { continue }
            let place = Place(job: job, key: key)
            if event.event == AcceptanceEvent.withdrawn {
                held[place] = nil
                continue
            }
            guard let vocabulary = event.text("vocabulary"), let term = event.text("term") else {
                continue
            }
            let termKey = TermKey(vocabulary: vocabulary, sha256: term)
            for (identifier, origin) in event.identifiers {
                let reservation = Reservation(
                    identifier: identifier,
                    origin: origin,
                    term: termKey,
                    job: job,
                    seq: seq,
                    time: event.time
                )
                if book.add(reservation) { reservations.append(reservation) }
            }
            held[place] = AcceptPlan.Entry(
                event.acceptance(job, seq, key),
                term: termKey,
                name: nil
            )
        }
        for reservation in reservations { try insert(reservation, in: db) }
        for (job, entries) in Dictionary(grouping: held.values, by: \.acceptance.job) {
            for entry in try named(entries, of: job, in: db) { try store(entry, in: db) }
        }
        return held.count
    }

    /// Adds the names from the job's results, and the queries' positions in them: answers of a job
    /// that was cut short are numbered anew.
    private static func named(
        _ entries: [AcceptPlan.Entry],
        of job: JobID,
        in db: Database
    ) throws -> [AcceptPlan.Entry] {
        var results: [String: (seq: Int, name: String)] = [:]
        let rows = try Row.fetchCursor(
            db,
            sql: "SELECT key, seq, query FROM results WHERE job = ?",
            arguments: [job.description]
        )
        while let row = try rows.next() { results[row["key"]] = (row["seq"], row["query"]) }
        return entries.map { entry in
            let old = entry.acceptance
            guard let (seq, name) = results[old.key] else { return entry }
            let acceptance = Acceptance(
                job: job,
                seq: seq,
                key: old.key,
                identifier: old.identifier,
                parents: old.parents,
                time: old.time,
                actor: old.actor
            )
            return AcceptPlan.Entry(acceptance, term: entry.term, name: name)
        }
    }
}

extension AuditEvent {
    fileprivate func text(_ key: String) -> String? {
        if case .string(let text)? = detail[key] { text } else { nil }
    }

    fileprivate func number(_ key: String) -> Int? {
        if case .integer(let number)? = detail[key] { number } else { nil }
    }

    /// The identifiers that an acceptance gives to its term.
    fileprivate var identifiers: [(String, Reservation.Origin)] {
        var all: [(String, Reservation.Origin)] = []
        if let identifier = text("identifier") {
            all.append((identifier, text("origin").flatMap(Reservation.Origin.init) ?? .own))
        }
        if let given = text("given") { all.append((given, .own)) }
        return all
    }

    fileprivate func acceptance(_ job: JobID, _ seq: Int, _ key: String) -> Acceptance {
        var parents: [String] = []
        if case .strings(let all)? = detail["parents"] { parents = all }
        return Acceptance(
            job: job,
            seq: seq,
            key: key,
            identifier: text("identifier"),
            parents: parents,
            time: time,
            actor: text("actor")
        )
    }
}
