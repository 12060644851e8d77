import Foundation
import Testing

extension EndToEnd {
    @Suite("A kill at every step of a cancellation", .enabled(if: Checkout.isBuilt))
    struct CancelSweepTests {
        /// Where the job stands when it is cancelled.
        enum Moment: String, CaseIterable, Sendable {
            /// Two of its queries are answered; the third never is.
            case answering
            /// It is being read, and never will be to its end.
            case reading

            var list: String { self == .answering ? "one\ntwo\nhang\nfour\n" : "dwell\n" }
        }

        @Test("it ends once and whole, with what was answered", arguments: Moment.allCases)
        func kill(moment: Moment) async throws {
            let undisturbed = try await Self.scenario(moment)
            let (end, calls) = try await undisturbed.run()
            #expect(end.status == 0, "\(end.errors)")
            #expect(try await Self.complaints(of: undisturbed, moment) == [])
            try #require(calls.count > 20)
            try await Sweep.run(Sweep.positions(calls, sample: 12)) { position in
                let scenario = try await Self.scenario(moment)
                let (_, hit) = try await scenario.run(
                    .kill,
                    at: position.number,
                    only: position.only
                )
                let place = hit.first.map { "\($0.name) \($0.path) \($0.other)" } ?? "nowhere"
                let (end, _) = try await scenario.run()
                guard end.status == 0 else {
                    return (place, ["status \(end.status) after the restart: \(end.errors)"])
                }
                return (place, try await Self.complaints(of: scenario, moment))
            }
        }

        /// A job that a killed daemon left at the moment, and a request to cancel it.
        private static func scenario(_ moment: Moment) async throws -> SpoolScenario {
            let scenario = try SpoolScenario()
            let sandbox = scenario.sandbox
            try scenario.removeDropped()
            try sandbox.drop(moment.list, as: "list.txt")
            let daemon = try await scenario.start()
            let isThere =
                switch moment {
                case .answering: "SELECT count(*) = 2 FROM queries WHERE answer IS NOT NULL"
                case .reading: "SELECT count(*) FROM jobs WHERE state = 'loading'"
                }
            try await sandbox.wait { try sandbox.count(isThere) == 1 }
            daemon.kill()
            _ = try await daemon.end()
            let job = try sandbox.rows("SELECT id FROM jobs").first ?? ""
            let end = try await sandbox.taxod("cancel", job)
            guard end.status == 0, end.text.contains("waits until one does") else {
                throw Sandbox.Unreadable(errors: end.text + end.errors)
            }
            return scenario
        }

        private static func complaints(
            of scenario: SpoolScenario,
            _ moment: Moment
        ) async throws -> [String] {
            let sandbox = scenario.sandbox
            var complaints: [String] = []
            func demand(_ holds: Bool, _ what: @autoclosure () -> String) {
                if !holds { complaints.append(what()) }
            }
            let places = sandbox.places(of: "list.txt")
            demand(places == ["_done/list.txt"], "the file is in \(places)")
            demand(scenario.claimed.isEmpty, "claimed are \(scenario.claimed)")
            let jobs = try sandbox.rows("SELECT state || ' ' || coalesce(place, '-') FROM jobs")
            demand(jobs == ["cancelled _done/list.txt"], "jobs \(jobs)")
            let events = "SELECT count(*) FROM audit_events WHERE event = 'cancelled'"
            let count = try sandbox.count(events)
            demand(count == 1, "\(count) cancellations")
            let requests = try FileManager.default.contentsOfDirectory(
                atPath: sandbox.state.appending(path: "requests").path()
            )
            demand(requests.isEmpty, "requests \(requests)")
            let staging = sandbox.outbox.appending(path: ".staging").path()
            let staged = try FileManager.default.contentsOfDirectory(atPath: staging)
            demand(staged.isEmpty, "staged \(staged)")
            let verified = try await sandbox.taxod("audit", "verify")
            demand(verified.status == 0, "audit verify: \(verified.errors)")
            let results = try sandbox.results()
            switch moment {
            case .answering:
                let answers = results.flatMap(\.answers).map { $0["query"].string ?? "-" }
                demand(results.count == 1 && answers == ["one", "two"], "answers \(answers)")
                let receipt = results.first?.receipt
                demand(receipt?["cancelled"].bool == true, "not cancelled")
                demand(receipt?["counts"]["notAsked"].int == 2, "counts")
            case .reading:
                demand(results.isEmpty, "\(results.count) results")
            }
            return complaints
        }
    }
}
