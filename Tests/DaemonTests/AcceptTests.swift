import Contract
import Daemon
import Foundation
import Jobs
import Ledger
import Spool
import Testing

/// Terms that an operator accepts.
@Suite struct AcceptTests {
    private let fixture: DaemonFixture
    private let range: IdentifierRange

    init() throws {
        fixture = try DaemonFixture()
        range = try IdentifierRange(prefix: "MESH", first: 1, last: 9, digits: 3)
        let none = "\"status\":\"none\",\"matches\":[],\"proposals\":[]"
        let proposed = """
            "status":"proposed","matches":[],"proposals":[{"rank":1,"relation":"parent",\
            "identifier":"MESH:D1","name":"p","standing":"proposed","score":0.5,\
            "evidence":{"rootPath":[],"nearest":[],"parts":{}}}]
            """
        #expect(Scripts.worker.contains(none))
        try fixture.write(Scripts.worker.replacing(none, with: proposed), to: "worker.sh")
    }

    private func requests() throws -> RequestFolder {
        try RequestFolder(state: fixture.path + "/state")
    }

    @discardableResult
    private func ask(
        _ job: JobID,
        _ queries: [String]? = nil,
        _ decision: AcceptRequest.Decision = .accept
    ) throws -> AcceptRequest {
        let request = AcceptRequest(
            id: JobID(at: Timestamp(Date())),
            decision: decision,
            job: job,
            queries: queries,
            actor: "curator",
            used: UsedIdentifiers(range: range)
        )
        try requests().add(request)
        return request
    }

    private func run() async throws {
        var settings = fixture.settings()
        settings.identifierRange = { [range] in $0 == "MEDIC" ? range : nil }
        let daemon = try fixture.daemon(settings, once: true)
        try await daemon.run()
        #expect(try requests().pendingAccepts() == [])
    }

    /// Has a list answered, and returns its job.
    private func answered(_ name: String, _ terms: String...) async throws -> JobID {
        try fixture.write(terms.map { $0 + "\n" }.joined(), to: "Inbox/\(name)")
        try await run()
        let job = try await fixture.jobs().last { $0.facts.name == name }
        #expect(job?.state.name == .archived)
        return try #require(job).id
    }

    private func identifiers(_ job: JobID) async throws -> [String?] {
        try await fixture.reader().acceptances(of: [job]).map(\.identifier)
    }

    private func rebuild(at time: Int64 = 0) throws -> LedgerRebuild.Summary {
        try LedgerRebuild(
            state: fixture.path + "/state",
            inbox: fixture.path + "/Inbox",
            outbox: fixture.path + "/Outbox"
        ).run(at: Timestamp(milliseconds: time))
    }

    @Test("a job's terms are accepted; the log on disk tells of it before the request goes")
    func accept() async throws {
        let job = try await answered("list.txt", "a", "b")
        let request = try ask(job)
        try await run()
        #expect(try await identifiers(job) == ["MESH:001", "MESH:002"])
        #expect(try await fixture.reader().outcome(of: request) == .done)
        let day = try #require(try fixture.names(in: "state/audit").last)
        let log = try fixture.text(of: "state/audit/\(day)")
        #expect(log.split(separator: "\n").count { $0.contains("\"event\":\"accepted\"") } == 2)
    }

    @Test("two requests at once give every term one identifier; a file at fault harms none")
    func atOnce() async throws {
        let first = try await answered("one.txt", "a", "b", "c")
        let second = try await answered("two.txt", "c", "d")
        try fixture.write("{\"id\":", to: "state/requests/accept-0.json")
        for _ in 0..<2 {
            try ask(first)
            try ask(second)
        }
        try await run()
        let one = try await identifiers(first)
        let two = try await identifiers(second)
        #expect(Set(one + two).count == 4 && one.count == 3 && two.count == 2)
        #expect(one.last == two.first)
        #expect(try fixture.names(in: "state/requests") == [])
    }

    @Test("what cannot be done is refused whole, and the next request is carried out")
    func refused() async throws {
        let terms = (1...10).map { "term\($0)\n" }.joined()
        try fixture.write(terms, to: "Inbox/list.txt")
        try await run()
        let job = try #require(try await fixture.jobs().first).id
        let all = try ask(job)
        try await run()
        let expected = AcceptRefusal(
            .rangeExhausted,
            identifier: "\(range)",
            needed: 10,
            free: 9
        )
        #expect(try await fixture.reader().outcome(of: all) == .refused(expected))
        #expect(try await identifiers(job) == [])
        let key = try #require(try await fixture.reader().acceptable(job)?.known.terms.last?.key)
        try ask(job, [key])
        try await run()
        #expect(try await identifiers(job) == ["MESH:001"])
    }

    @Test("a rebuilt ledger has the same acceptances, and gives no identifier again")
    func rebuilt() async throws {
        let job = try await answered("list.txt", "a", "b", "c")
        try ask(job)
        try await run()
        let keys = try await fixture.reader().acceptances().map(\.key)
        try ask(job, [keys[1]], .withdraw)
        try await run()
        let held = try await fixture.reader().acceptances()
        #expect(try rebuild().acceptances == 2)
        #expect(try await fixture.reader().acceptances() == held)

        // Also if the results are gone.
        for name in try fixture.names(in: "Outbox") where name.first?.isNumber == true {
            try FileManager.default.removeItem(atPath: "\(fixture.path)/Outbox/\(name)")
        }
        #expect(try rebuild(at: 1).acceptances == 2)
        #expect(try await fixture.reader().acceptances() == held)
        let other = try await answered("other.txt", "b", "z")
        try ask(other)
        try await run()
        #expect(try await identifiers(other) == ["MESH:002", "MESH:004"])
    }

    @Test("a pruned job keeps its acceptances and identifiers")
    func pruned() async throws {
        let job = try await answered("old.txt", "a", "b")
        try ask(job)
        try await run()
        _ = try await answered("new.txt", "z")
        let late = Timestamp(Date()).adding(seconds: 60)
        try requests().add(PruneRequest(endedBefore: late, keep: 1))
        try await run()
        #expect(try fixture.names(in: "Inbox/_done") == ["new.txt"])
        #expect(try await identifiers(job) == ["MESH:001", "MESH:002"])
        // Its terms can still be withdrawn and accepted: the ledger keeps answers.
        try ask(job, nil, .withdraw)
        try ask(job)
        try await run()
        #expect(try await identifiers(job) == ["MESH:001", "MESH:002"])
    }
}
