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
            try await Sweep.run(Sweep.positions(calls.count, sample: sample)) { position in
                let scenario = try SpoolScenario()
                let (_, hit) = try await scenario.run(fault, at: position)
                let place = hit.first.map { "\($0.name) \($0.path) \($0.other)" } ?? "nowhere"
                let (end, _) = try await scenario.run()
                guard [0, 65].contains(end.status) else {
                    return (place, ["status \(end.status) after the restart: \(end.errors)"])
                }
                return (place, try await scenario.complaints())
            }
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
