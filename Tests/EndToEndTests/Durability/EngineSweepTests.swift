import Foundation
import Synchronization
import Testing

extension EndToEnd {
    /// The sweeps once more with the engine itself: the daemon, its worker and its reader.
    @Suite("A kill at every step, with the engine", .enabled(if: Checkout.hasModels, "no models"))
    struct EngineSweepTests {
        private static let terms = ["Renal Spasm", "Cardiac Cyst", "Ocular Rupture"]

        @Test("a daemon killed at a sample of its calls")
        func daemon() async throws {
            let state = try await Vocabularies.shared.small()
            let undisturbed = try await Self.run(nil, holding: state, in: "run")
            try #require(undisturbed.calls.count > 100)
            try await Self.check(undisturbed.sandbox)
            // While it answers; every fiftieth one takes minutes.
            let count = undisturbed.calls.count
            let positions =
                Sweep.isWhole ? Array(stride(from: 1, through: count, by: 50)) : [count * 2 / 3]
            try await Sweep.run(positions, atOnce: 1) { position in
                let (sandbox, _, _) = try await Self.run(
                    .kill,
                    at: position,
                    holding: state,
                    in: "run"
                )
                let end = try await sandbox.taxod("run", "--once")
                try await Self.check(sandbox)
                return ("call \(position)", end.status == 0 ? [] : [end.errors])
            }
        }

        @Test("a worker changes no file: all it does is to read queries and to write answers")
        func workerChangesNothing() async throws {
            let state = try await Vocabularies.shared.small()
            // Below the root of all files.
            let (sandbox, _, calls) = try await Self.run(nil, holding: state, in: "expand", of: "")
            try await Self.check(sandbox)
            // What it says to the kernel about itself is no file; what has no path is none either,
            // such as its standard error.
            let changed = calls.filter {
                !$0.isPipe && !$0.path.isEmpty && !$0.path.hasPrefix("/proc/")
            }
            #expect(changed.map { "\($0.name) \($0.path)" } == [])
            #expect(calls.count { $0.path == "output" } == Self.terms.count)
            #expect(calls.contains { $0.path == "input" })
        }

        @Test("a worker killed once at its pipes: every query is answered all the same")
        func worker() async throws {
            let state = try await Vocabularies.shared.small()
            let undisturbed = try await Self.run(nil, holding: state, in: "expand")
            let count = undisturbed.calls.count
            try #require(count >= 2 * Self.terms.count - 1)
            let kills = Sweep.positions(count, sample: 3)
            // Half of an answer is none.
            let writes = undisturbed.calls.filter { $0.path == "output" }.map(\.number)
            let tears = Sweep.isWhole ? writes : writes.suffix(1)
            let hits = Mutex(0)
            // Numbers from the first tear on stand behind those of the kills.
            try await Sweep.run(kills + tears.map { $0 + count }, atOnce: 1) { number in
                let fault: FaultLibrary.Fault = number > count ? .tear : .kill
                let position = number > count ? number - count : number
                var (sandbox, end, calls) = try await Self.run(
                    fault,
                    at: position,
                    holding: state,
                    in: "expand"
                )
                hits.withLock { $0 += calls.count }
                // Killed before its daemon knew that it was ready, it is tried again later.
                if end.status == 69 { end = try await sandbox.taxod("run", "--once") }
                try await Self.check(sandbox)
                return ("\(fault) at call \(position)", end.status == 0 ? [] : [end.errors])
            }
            // Two queries that come at once are read by one call, so that not every run has as many.
            #expect(hits.withLock(\.self) >= (kills.count + tears.count) / 2)
        }

        @Test(
            "a reader killed once at a sample of its calls: the vocabulary is loaded all the same",
            .enabled(if: Sweep.isWhole, "takes minutes; part of make check-long")
        )
        func reader() async throws {
            let undisturbed = try await Self.run(nil, holding: nil, in: "load")
            try #require(undisturbed.calls.count > 10)
            let positions = Array(stride(from: 1, through: undisturbed.calls.count, by: 4))
            try await Sweep.run(positions, atOnce: 1) { position in
                let (sandbox, end, calls) = try await Self.run(
                    .kill,
                    at: position,
                    holding: nil,
                    in: "load"
                )
                try await Self.check(sandbox)
                let store = sandbox.state.appending(path: "taxonomies").path()
                let left = try FileManager.default.subpathsOfDirectory(atPath: store)
                    .filter { $0.contains(".tmp") || $0.contains(".staging") }
                return (
                    calls.first.map { "\($0.name) \($0.path)" } ?? "nowhere",
                    end.status == 0 && calls.count == 1 ? left : left + [end.errors]
                )
            }
        }

        /// Runs a daemon on a list of terms; without a vocabulary in its state, on one as well.
        private static func run(
            _ fault: FaultLibrary.Fault?,
            at position: Int = 1,
            holding state: URL?,
            in command: String,
            of root: String? = nil
        ) async throws -> (sandbox: Sandbox, end: Child.Ended, calls: [FileCall]) {
            let sandbox = try Sandbox(holding: state)
            if state == nil { try sandbox.dropExample("mini-medic.xml") }
            try sandbox.drop(terms.joined(separator: "\n"), as: "place/terms.txt")
            let log = sandbox.root.appending(path: "calls")
            var environment = try await FaultLibrary.shared.environment(
                fault ?? .none,
                at: position,
                in: command,
                below: sandbox.root,
                log: log
            )
            if let root { environment["FAULTS_ROOT"] = root }
            // A child is started again; only the first one meets the fault.
            environment["FAULTS_ONCE"] = "yes"
            environment["FAULTS_PIPES"] = command == "expand" ? "yes" : nil
            let end = try await sandbox.taxod("run", "--once", environment: environment)
            return (sandbox, end, try FileCall.log(log))
        }

        /// Every term is answered once, without an error, and the file lies in one place.
        private static func check(_ sandbox: Sandbox) async throws {
            let results = try sandbox.results(of: "terms.txt")
            #expect(results.count == 1)
            let answers = results.flatMap(\.answers)
            #expect(answers.map { $0["query"].string } == terms)
            #expect(answers.allSatisfy { $0["status"].string != "error" })
            #expect(sandbox.places(of: "terms.txt") == ["_done/terms.txt"])
            #expect(try sandbox.rows("PRAGMA integrity_check") == ["ok"])
            let verified = try await sandbox.taxod("audit", "verify")
            #expect(verified.status == 0, "\(verified.errors)")
        }
    }
}
