import Foundation
import Testing

extension EndToEnd {
    @Suite("A damaged or lost ledger", .enabled(if: Checkout.isBuilt))
    struct LedgerLossTests {
        enum Damage: String, CaseIterable, Sendable {
            case zeroedPages, halfCutOff, noDatabase, missing, withoutWAL, olderCopy
        }

        @Test(
            "is built anew at the next start; nothing is published again, duplicates are known",
            arguments: Damage.allCases
        )
        func rebuilds(damage: Damage) async throws {
            let scenario = try SpoolScenario()
            let copy = scenario.root.appending(path: "copy.sqlite")
            if damage == .olderCopy {
                // The ledger of a daemon that had nothing to do yet.
                try Self.ledgerOfIdleDaemon(at: copy)
            }
            #expect(try await scenario.run().end.status == 65)
            try Self.apply(damage, to: scenario.sandbox.state, copy: copy)
            try scenario.sandbox.drop("one\ntwo\nthree\n", as: "third.txt")
            let (end, _) = try await scenario.run()
            #expect(end.status == 0, "\(end.errors)")
            // A daemon that ends in good order has brought everything into the database.
            if damage != .withoutWAL {
                #expect(end.errors.contains("the ledger was rebuilt"), "\(end.errors)")
            }
            #expect(scenario.sandbox.places(of: "third.txt") == ["_duplicate/third.txt"])
            #expect(try scenario.sandbox.results().count == 1)
            #expect(try await scenario.sandbox.taxod("audit", "verify").status == 0)
            #expect(try await scenario.sandbox.taxod("ledger", "check").status == 0)
            let states = try scenario.sandbox.rows("SELECT state FROM jobs ORDER BY name")
            #expect(states == ["quarantined", "archived", "duplicate", "duplicate"])
            #expect(try scenario.sandbox.count("SELECT count(*) FROM results") == 3)
            let status = try await scenario.sandbox.taxod("status")
            #expect(status.text.contains("_quarantine/"), "\(status.text)")
        }

        @Test("is built anew if a daemon was killed and its -wal file is gone")
        func killedWithoutWAL() async throws {
            let scenario = try SpoolScenario()
            // Late, but before the daemon closes the ledger.
            let (killed, _) = try await scenario.run(.kill, only: ("rename", "/_done/"))
            #expect(killed.status == 137)
            try Self.apply(.withoutWAL, to: scenario.sandbox.state, copy: scenario.root)
            let (end, _) = try await scenario.run()
            #expect([0, 65].contains(end.status), "\(end.errors)")
            #expect(end.errors.contains("the ledger was rebuilt"), "\(end.errors)")
            // What lay beside it when it was opened was moved aside with it.
            let kept = Set(["", "-wal", "-shm"].map { "ledger.sqlite.damaged-TIME" + $0 })
            let complaints = try await scenario.complaints(leaving: kept)
            #expect(complaints.filter { !$0.contains("events answered") } == [])
        }

        @Test("can be built anew by command; the old one is kept")
        func command() async throws {
            let scenario = try SpoolScenario()
            #expect(try await scenario.run().end.status == 65)
            try Self.apply(
                .zeroedPages,
                to: scenario.sandbox.state,
                copy: scenario.sandbox.state
            )
            let check = try await scenario.sandbox.taxod("ledger", "check")
            #expect(check.status == 74)
            #expect(check.errors.contains("taxod ledger rebuild"))
            let rebuilt = try await scenario.sandbox.taxod("ledger", "rebuild")
            #expect(rebuilt.status == 0, "\(rebuilt.errors)")
            #expect(rebuilt.text.contains("1 results (3 answers), 2 files without a result"))
            #expect(try await scenario.run().end.status == 0)
            let kept = Set(["", "-wal", "-shm"].map { "ledger.sqlite.damaged-TIME" + $0 })
            let complaints = try await scenario.complaints(leaving: kept)
            #expect(complaints.filter { !$0.contains("-shm") } == [])
        }

        @Test("is not built on an audit log that was changed: the place is named, nothing is moved")
        func brokenLog() async throws {
            let scenario = try SpoolScenario()
            #expect(try await scenario.run().end.status == 65)
            let audit = scenario.sandbox.state.appending(path: "audit")
            let name = try #require(
                try FileManager.default.contentsOfDirectory(atPath: audit.path()).first
            )
            let log = audit.appending(path: name)
            let text = try String(contentsOf: log, encoding: .utf8)
            try text.replacing("\"claimed\"", with: "\"stolen\"", maxReplacements: 1)
                .write(to: log, atomically: false, encoding: .utf8)
            let ledger = scenario.sandbox.state.appending(path: "ledger.sqlite")
            try Self.apply(.noDatabase, to: scenario.sandbox.state, copy: ledger)
            let (end, _) = try await scenario.run()
            #expect(end.status == 74)
            #expect(end.errors.contains(name), "\(end.errors)")
            #expect(try Data(contentsOf: ledger).count == 8192)
        }

        @Test("a log whose last lines were cut off is found by the receipts, if the ledger is gone")
        func cutLog() async throws {
            let scenario = try SpoolScenario()
            #expect(try await scenario.run().end.status == 65)
            let state = scenario.sandbox.state
            for ending in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(
                    at: state.appending(path: "ledger.sqlite\(ending)")
                )
            }
            let audit = state.appending(path: "audit")
            let name = try #require(
                try FileManager.default.contentsOfDirectory(atPath: audit.path()).first
            )
            let log = audit.appending(path: name)
            let lines = try String(contentsOf: log, encoding: .utf8).split(separator: "\n")
            let anchored = try #require(
                try scenario.sandbox.results().first?.receipt["audit"]["seq"].int
            )
            #expect(try await scenario.sandbox.taxod("audit", "verify").status == 0)
            try lines.prefix(anchored - 1).map { $0 + "\n" }.joined()
                .write(to: log, atomically: false, encoding: .utf8)
            let end = try await scenario.sandbox.taxod("audit", "verify")
            #expect(end.status == 65)
            #expect(end.errors.contains("from \(anchored) on were removed"), "\(end.errors)")
        }

        private static func ledgerOfIdleDaemon(at copy: URL) throws {
            let idle = try Sandbox()
            let run = try Checkout.run(
                Checkout.binary.path(),
                ["run", "--once", "--config", idle.configuration.path()]
            )
            #expect(run.status == 0, "\(run.errors)")
            let program = """
                import sqlite3, sys
                sqlite3.connect(sys.argv[1]).execute("VACUUM INTO '" + sys.argv[2] + "'")
                """
            let ledger = idle.state.appending(path: "ledger.sqlite").path()
            let end = try Checkout.run(
                "/usr/bin/env",
                ["python3", "-I", "-c", program, ledger, copy.path()]
            )
            #expect(end.status == 0, "\(end.errors)")
        }

        private static func apply(_ damage: Damage, to state: URL, copy: URL) throws {
            let files = FileManager.default
            let ledger = state.appending(path: "ledger.sqlite")
            func removeBeside() throws {
                for ending in ["-wal", "-shm"] {
                    try? files.removeItem(at: state.appending(path: "ledger.sqlite\(ending)"))
                }
            }
            /// Brings what the -wal file holds into the database.
            func checkpoint() throws {
                let program = """
                    import sqlite3, sys
                    sqlite3.connect(sys.argv[1]).execute("PRAGMA wal_checkpoint(TRUNCATE)")
                    """
                let end = try Checkout.run(
                    "/usr/bin/env",
                    ["python3", "-I", "-c", program, ledger.path()]
                )
                #expect(end.status == 0, "\(end.errors)")
            }
            switch damage {
            case .zeroedPages:
                try checkpoint()
                let handle = try FileHandle(forWritingTo: ledger)
                defer { try? handle.close() }
                let size = try handle.seekToEnd()
                try handle.seek(toOffset: 4096 * 3)
                try handle.write(contentsOf: Data(count: Int(size) - 4096 * 6))
            case .halfCutOff:
                try checkpoint()
                let handle = try FileHandle(forWritingTo: ledger)
                defer { try? handle.close() }
                try handle.truncate(atOffset: handle.seekToEnd() / 2)
            case .noDatabase:
                try removeBeside()
                try Data(repeating: 0x41, count: 8192).write(to: ledger)
            case .missing:
                try files.removeItem(at: ledger)
                try removeBeside()
            case .withoutWAL:
                try removeBeside()
            case .olderCopy:
                try removeBeside()
                try files.removeItem(at: ledger)
                try files.copyItem(at: copy, to: ledger)
            }
        }
    }
}
