import Foundation
import Testing

extension EndToEnd {
    /// Terms that are accepted while the daemon is killed: each gets one identifier, no identifier
    /// is given to two terms, and none that was given is lost.
    @Suite("A kill at every step of an acceptance", .enabled(if: Checkout.isBuilt))
    struct AcceptSweepTests {
        /// What is lost besides the process.
        enum Loss: String, CaseIterable, Sendable {
            case nothing, ledger
        }

        @Test("some terms: every step", arguments: Loss.allCases)
        func some(loss: Loss) async throws {
            let master = try await AcceptScenario.make(terms: 30)
            try await sweep(master, .kill, sample: 16, loss)
            try await sweep(master, .tear, sample: 8, loss)
        }

        /// Where a daemon is killed that accepts ten thousand terms.
        enum Moment: String, CaseIterable, Sendable {
            /// Halfway through the transaction.
            case writing
            /// Half of the events are in the audit log.
            case telling
            /// All terms' events are in the audit log, and the request's is not.
            case ending
            /// The request is about to go.
            case removing

            var only: (name: String, part: String)? {
                switch self {
                case .writing: nil
                case .telling, .ending: ("write", "/audit/")
                case .removing: ("unlink", "/requests/accept-")
                }
            }
        }

        @Test("ten thousand terms", arguments: Loss.allCases)
        func many(loss: Loss) async throws {
            let master = try await AcceptScenario.make(terms: 10_000)
            let undisturbed = try master.copy()
            let (end, calls) = try await undisturbed.scenario.run()
            #expect(end.status == 0, "\(end.errors)")
            #expect(try await undisturbed.complaints() == [])
            try await Sweep.run(Moment.allCases) { moment in
                let at =
                    switch moment {
                    case .writing: calls.count / 2
                    case .telling: 2
                    case .ending: 3
                    case .removing: 1
                    }
                return try await Self.disturb(
                    master,
                    moment == .telling ? .tear : .kill,
                    at: at,
                    only: moment.only,
                    loss
                )
            }
        }

        private func sweep(
            _ master: AcceptScenario,
            _ fault: FaultLibrary.Fault,
            sample: Int,
            _ loss: Loss
        ) async throws {
            let undisturbed = try master.copy()
            let (end, calls) = try await undisturbed.scenario.run()
            #expect(end.status == 0, "\(end.errors)")
            #expect(try await undisturbed.complaints() == [])
            try #require(calls.count > 20)
            try await Sweep.run(Sweep.positions(calls.count, sample: sample)) { number in
                try await Self.disturb(master, fault, at: number, loss)
            }
        }

        /// Kills a daemon, and starts another one.
        private static func disturb(
            _ master: AcceptScenario,
            _ fault: FaultLibrary.Fault,
            at number: Int,
            only: (name: String, part: String)? = nil,
            _ loss: Loss
        ) async throws -> (place: String, complaints: [String]) {
            let copy = try master.copy()
            let (killed, hit) = try await copy.scenario.run(fault, at: number, only: only)
            let place = hit.first.map { "\($0.name) \($0.path)" } ?? "nowhere"
            // The number of calls differs a little from run to run, so that the last may not come.
            guard killed.status == 137 || only == nil else { return (place, ["it was not killed"]) }
            let told = try copy.givenInLog()
            if loss == .ledger { try copy.removeLedger() }
            let (end, _) = try await copy.scenario.run()
            guard end.status == 0 else {
                return (place, ["status \(end.status) after the restart: \(end.errors)"])
            }
            return (place, try await copy.complaints(given: told))
        }
    }
}

/// Two jobs that were answered, and a request to accept the terms of the first.
struct AcceptScenario: Sendable {
    let scenario: SpoolScenario
    private let terms: Int
    private var sandbox: Sandbox { scenario.sandbox }

    /// Numbers of the identifiers that accepted terms get.
    private static var range: [String: Any] {
        ["prefix": "NEW", "first": 1, "last": 20_000, "digits": 7]
    }

    static func make(terms: Int) async throws -> AcceptScenario {
        let made = try AcceptScenario(terms: terms)
        let sandbox = made.sandbox
        try made.scenario.removeDropped()
        // Some have an identifier of their own within the range, and some the names of others.
        let lines = (1...terms).map { $0 % 7 == 3 ? "own\($0 * 2)" : "new\($0)" }
        try sandbox.drop(lines.joined(separator: "\n") + "\n", as: "first.txt")
        try sandbox.drop("new1\nnew2\nnewest\nnewer1\nnewer2\n", as: "second.txt")
        // Only few calls are noted: the library's log has no room for those of so many answers.
        let (end, _) = try await made.scenario.run(only: ("unlink", "/requests/"))
        guard end.status == 0 else { throw Sandbox.Unreadable(errors: end.errors) }
        try await made.accept("first.txt")
        return made
    }

    private init(terms: Int) throws {
        self.terms = terms
        scenario = try SpoolScenario(["vocabularies": ["MEDIC": ["identifiers": Self.range]]])
    }

    /// The same folders at another place.
    func copy() throws -> AcceptScenario {
        let copy = try AcceptScenario(terms: terms)
        let files = FileManager.default
        for (from, to) in [
            (sandbox.inbox, copy.sandbox.inbox), (sandbox.outbox, copy.sandbox.outbox),
            (sandbox.state, copy.sandbox.state),
        ] {
            try? files.removeItem(at: to)
            try files.copyItem(at: from, to: to)
        }
        return copy
    }

    /// Leaves a request for the terms of a list.
    private func accept(_ list: String) async throws {
        let job = try sandbox.rows("SELECT id FROM jobs WHERE name = '\(list)'").first ?? ""
        let end = try await sandbox.taxod("accept", job)
        guard end.status == 0, end.text.contains("waits until") else {
            throw Sandbox.Unreadable(errors: "accept: \(end.status) \(end.text) \(end.errors)")
        }
    }

    func removeLedger() throws {
        for ending in ["", "-wal", "-shm"] {
            let file = sandbox.state.appending(path: "ledger.sqlite\(ending)")
            try? FileManager.default.removeItem(at: file)
        }
    }

    /// Identifiers by job and key, as whole lines of the audit log on disk tell.
    func givenInLog() throws -> [String: String] {
        let folder = sandbox.state.appending(path: "audit")
        var given: [String: String] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path()).sorted() {
            let text = String(
                decoding: try Data(contentsOf: folder.appending(path: name)),
                as: UTF8.self
            )
            for line in text.split(separator: "\n") where line.contains("\"event\":\"accepted\"") {
                guard let event = try? JSON(data: Data(line.utf8)) else { continue }
                let place =
                    (event["job"].string ?? "") + " " + (event["detail"]["key"].string ?? "")
                given[place] = event["detail"]["identifier"].string
            }
        }
        return given
    }

    /// What is not as it must be once the request was carried out, and another one after it.
    ///
    /// - Parameter given: What was told of before the restart; it must still hold.
    /// - Returns: Nothing if all is well.
    /// - Throws: If a folder or the ledger cannot be read.
    func complaints(given: [String: String] = [:]) async throws -> [String] {
        var complaints: [String] = []
        func demand(_ holds: Bool, _ what: @autoclosure () -> String) {
            if !holds { complaints.append(what()) }
        }
        try await checkFirst(given, demand)
        // Then the second list, of which two terms are the first one's.
        try await accept("second.txt")
        let (end, _) = try await scenario.run()
        demand(end.status == 0, "status \(end.status): \(end.errors)")
        let all = try sandbox.count("SELECT count(*) FROM acceptances")
        demand(all == terms + 5, "\(all) accepted with the second list")
        let distinct = try sandbox.count("SELECT count(DISTINCT identifier) FROM acceptances")
        demand(distinct == terms + 3, "\(distinct) identifiers with the second list")
        let shared = try sandbox.count(
            """
            SELECT count(*) FROM acceptances AS a JOIN acceptances AS b USING (identifier)
            WHERE a.job < b.job AND a.term_sha256 = b.term_sha256
            """
        )
        demand(shared == 2, "\(shared) terms share their identifier")
        let verified = try await sandbox.taxod("audit", "verify")
        demand(verified.status == 0, "audit verify: \(verified.errors)")
        return complaints
    }

    private func checkFirst(
        _ given: [String: String],
        _ demand: (Bool, @autoclosure () -> String) -> Void
    ) async throws {
        let rows = try sandbox.rows(
            "SELECT job || ' ' || key || ' ' || identifier || ' ' || term FROM acceptances"
        ).map { $0.split(separator: " ").map(String.init) }
        demand(rows.count == terms, "\(rows.count) accepted")
        demand(Set(rows.map { $0[2] }).count == terms, "an identifier is given twice")
        let own = rows.filter { $0[3].hasPrefix("own") }
        demand(
            own.allSatisfy { $0[2] == "NEW:" + $0[3].dropFirst(3) },
            "a term lost the identifier that its file gives it"
        )
        let numbers = Set(rows.compactMap { Int($0[2].dropFirst(4)) })
        let ownNumbers = Set(own.compactMap { Int($0[3].dropFirst(3)) })
        let free = (1...).lazy.filter { !ownNumbers.contains($0) }.prefix(terms - own.count)
        demand(numbers == ownNumbers.union(free), "numbers were passed over")
        let now = Dictionary(uniqueKeysWithValues: rows.map { ("\($0[0]) \($0[1])", $0[2]) })
        let lost = given.filter { now[$0.key] != $0.value }
        demand(lost.isEmpty, "\(lost.count) identifiers that were told are not held: \(lost)")
        let requests = try FileManager.default.contentsOfDirectory(
            atPath: sandbox.state.appending(path: "requests").path()
        )
        demand(requests.isEmpty, "requests \(requests)")
        let done = "SELECT count(*) FROM audit_events WHERE event = 'accept-done'"
        let count = try sandbox.count(done)
        demand(count == 1, "carried out \(count) times")
    }
}
