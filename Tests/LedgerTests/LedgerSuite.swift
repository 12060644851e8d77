import Contract
import Foundation
import GRDB
import Jobs
import Ledger
import Testing

/// Tests of a ledger in a folder of their own, with what they fill it.
protocol LedgerSuite {
    var folder: TemporaryFolder { get }
}

extension LedgerSuite {
    var path: String { folder.path + "/ledger.sqlite" }
    var time: Timestamp { Timestamp(milliseconds: 1_763_000_000_000) }

    func facts(_ name: String = "seeds.json") -> JobFacts {
        JobFacts(name: name, claimedName: name, droppedAt: name)
    }

    func query(_ index: Int) -> LoadedQuery {
        LoadedQuery(query: Query(key: "q\(index)", task: .place, term: "term \(index)"))
    }

    func outcome(_ queries: Int, version: String = "v1") -> LoadOutcome {
        LoadOutcome(
            kind: .list,
            sha256: "abc",
            bytes: 3,
            reading: "a list",
            vocabulary: .init(
                name: "MEDIC",
                version: version,
                kind: "medic",
                concepts: 1,
                edges: 0
            ),
            basis: "MEDIC \(version)",
            queryCount: queries
        )
    }

    func answer(_ key: String, proposals: Int = 1, note: String = "") -> Answer {
        Answer(
            key: key,
            task: .place,
            query: key,
            status: proposals > 0 ? .proposed : .none,
            reason: proposals > 0 ? nil : .init(code: "below-threshold", message: "no"),
            proposals: (0..<proposals).map { rank in
                Proposal(
                    rank: rank + 1,
                    relation: .parent,
                    identifier: "MESH:\(rank)",
                    name: "parent \(rank)",
                    standing: .proposed,
                    score: 0.5,
                    evidence: Evidence()
                )
            },
            notes: [note]
        )
    }

    /// A job of `count` queries that is running.
    func running(
        _ ledger: Ledger,
        _ count: Int,
        version: String = "v1"
    ) async throws -> JobID {
        let job = JobID(at: time)
        try await ledger.enter(job, facts(), at: time)
        try await ledger.record(.claimed, for: job, at: time)
        try await ledger.record(.beganLoading, for: job, at: time)
        if count > 0 { try await ledger.store((1...count).map(query), for: job) }
        let outcome = outcome(count, version: version)
        try await ledger.record(.loaded(queries: count), for: job, at: time) {
            $0.outcome = outcome
        }
        return job
    }

    func finish(_ ledger: Ledger, _ job: JobID, proposals: Int = 1) async throws {
        for query in try await ledger.reader.pendingQueries(of: job) {
            let line = try AnswerLine(answer(query.query.key, proposals: proposals))
            try await ledger.store(line, for: job, seq: query.seq, at: time)
        }
        try await ledger.record(.staged(result: "d/r"), for: job, at: time)
        try await ledger.record(.published(result: "d/r"), for: job, at: time)
    }

    /// Reads one value over a connection of its own.
    func value<T: DatabaseValueConvertible & Sendable>(
        _ type: T.Type,
        _ sql: String
    ) throws -> T? {
        var configuration = Configuration()
        configuration.readonly = true
        return try DatabaseQueue(path: path, configuration: configuration).read {
            try T.fetchOne($0, sql: sql)
        }
    }
}

/// A folder that goes with its test.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        path = url.path
        try? FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
