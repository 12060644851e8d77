import Foundation
import Testing

extension EndToEnd {
    @Suite("A kill at every step", .enabled(if: Checkout.isBuilt))
    struct KillSweepTests {
        @Test("a daemon killed before any file-changing call loses nothing and doubles nothing")
        func kill() async throws { try await sweep(.kill, sample: 45) }

        @Test("a daemon killed halfway through any write loses nothing and doubles nothing")
        func tear() async throws { try await sweep(.tear, sample: 25) }

        private func sweep(_ fault: FaultLibrary.Fault, sample: Int) async throws {
            let undisturbed = try SpoolScenario()
            let (end, calls) = try await undisturbed.run()
            #expect(end.status == 65, "\(end.errors)")
            #expect(try await undisturbed.complaints() == [])
            try #require(calls.count > 200)
            try await Sweep.run(Sweep.positions(calls, sample: sample)) { position in
                let scenario = try SpoolScenario()
                let (_, hit) = try await scenario.run(
                    fault,
                    at: position.number,
                    only: position.only
                )
                let place = hit.first.map { "\($0.name) \($0.path) \($0.other)" } ?? "nowhere"
                let (end, _) = try await scenario.run()
                guard [0, 65].contains(end.status) else {
                    return (place, ["status \(end.status) after the restart: \(end.errors)"])
                }
                return (place, try await scenario.complaints())
            }
        }

        @Test("a file is not to blame for a daemon that is killed again and again while it is read")
        func whileReading() async throws {
            let scenario = try SpoolScenario()
            try scenario.removeDropped()
            try scenario.sandbox.drop("dwell\n", as: "long.txt")
            for _ in 0..<5 {
                let daemon = try await scenario.start()
                try await scenario.sandbox.wait {
                    let state = try scenario.sandbox.rows("SELECT state FROM jobs").first
                    return state == "loading" || state == "quarantined"
                }
                daemon.kill()
                _ = try await daemon.end()
            }
            let place = try #require(scenario.sandbox.places(of: "long.txt").first)
            #expect(place.hasPrefix("_claimed/"), "\(place)")
        }

        /// What happens to a result that appeared, while no daemon is there to confirm it.
        enum Meanwhile: String, CaseIterable, Sendable {
            case taken, outboxReplaced
        }

        @Test(
            "a result that appeared and was taken before the daemon could confirm it appears once",
            arguments: Meanwhile.allCases
        )
        func taken(meanwhile: Meanwhile) async throws {
            let scenario = try SpoolScenario()
            // Its twin would be no duplicate once the result is taken, and be answered itself.
            let twin = scenario.sandbox.inbox.appending(path: "twin.txt")
            try FileManager.default.removeItem(at: twin)
            // The first sync of the day's folder comes after the rename into it.
            let (killed, _) = try await scenario.run(.kill, only: ("fsync", "/outbox/2"))
            #expect(killed.status == 137, "\(killed.errors)")
            let sandbox = scenario.sandbox
            #expect(try sandbox.results().count == 1)
            #expect(try sandbox.count("SELECT count(*) FROM jobs WHERE state = 'staged'") == 1)
            let files = FileManager.default
            let away = scenario.root.appending(path: "away")
            switch meanwhile {
            case .taken:
                let day = try #require(
                    try files.contentsOfDirectory(atPath: sandbox.outbox.path())
                        .first { $0.first?.isNumber == true }
                )
                try files.moveItem(at: sandbox.outbox.appending(path: day), to: away)
            case .outboxReplaced:
                try files.moveItem(at: sandbox.outbox, to: away)
                try files.createDirectory(at: sandbox.outbox, withIntermediateDirectories: false)
            }
            let (end, _) = try await scenario.run()
            #expect([0, 65].contains(end.status), "\(end.status): \(end.errors)")
            // Of another outbox nobody can say that the result was there.
            #expect(try sandbox.results().count == (meanwhile == .taken ? 0 : 1))
            #expect(try sandbox.count("SELECT count(*) FROM results") == 3)
            let published = "SELECT count(*) FROM audit_events WHERE event = 'published'"
            #expect(try sandbox.count(published) == 1)
            #expect(scenario.claimed.isEmpty)
            let states = try sandbox.rows("SELECT state FROM jobs WHERE name = 'good.txt'")
            #expect(states == ["archived"], "\(states)")
        }

        @Test(
            "the calls that are swept are all that strace sees",
            .enabled(if: Strace.isThere, "strace is not installed, or may not trace here")
        )
        func positions() async throws {
            let scenario = try SpoolScenario()
            let (seen, counted) = try await Strace.run(scenario)
            #expect(counted.values.reduce(0, +) > 200)
            #expect(seen == counted)
        }
    }
}
