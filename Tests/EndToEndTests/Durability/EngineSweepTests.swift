import Foundation
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

        @Test("a worker killed once at each of its writes, in the midst of it: the job goes on")
        func worker() async throws {
            let state = try await Vocabularies.shared.small()
            let undisturbed = try await Self.run(nil, holding: state, in: "expand")
            try #require(undisturbed.calls.count >= Self.terms.count)
            let positions = Sweep.positions(undisturbed.calls.count, sample: 3)
            try await Sweep.run(positions, atOnce: 1) { position in
                let (sandbox, end, calls) = try await Self.run(
                    .tear,
                    at: position,
                    holding: state,
                    in: "expand"
                )
                try await Self.check(sandbox)
                return (
                    calls.first?.path ?? "nowhere",
                    end.status == 0 && calls.count == 1 ? [] : [end.errors]
                )
            }
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
            in command: String
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
            // A child is started again; only the first one meets the fault.
            environment["FAULTS_ONCE"] = sandbox.root.appending(path: "met").path()
            environment["FAULTS_OUTPUT"] = command == "expand" ? "yes" : nil
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
