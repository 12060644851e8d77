import Foundation
import Glibc
import Testing

extension EndToEnd {
    @Suite("An error at every step", .enabled(if: Checkout.isBuilt))
    struct ErrorSweepTests {
        /// What the calls of a sweep fail with, one after the other.
        private static let codes = [ENOSPC, EIO, EACCES, EXDEV, EMFILE, EINTR, EROFS]

        /// Statuses that say that the world is out of order.
        ///
        /// None blames the input, and none is a crash.
        private static let tryAgain: Set<Int32> = [74, 75, 78]

        @Test("one failed call loses nothing, doubles nothing and leaves nothing half-done")
        func once() async throws {
            try await sweep(sample: 60, calls: 1) { .error(Self.codes[$0 % Self.codes.count]) }
        }

        @Test("a fault that lasts for some calls is outlived as well")
        func lasting() async throws {
            try await sweep(sample: 25, calls: 4) { .error(Self.codes[$0 % Self.codes.count]) }
        }

        @Test("writes that take half of the bytes change nothing")
        func short() async throws {
            try await sweep(sample: 3, calls: 1_000_000) { _ in .short }
        }

        private func sweep(
            sample: Int,
            calls: Int,
            _ fault: @escaping @Sendable (Int) -> FaultLibrary.Fault
        ) async throws {
            let undisturbed = try await SpoolScenario().run().calls
            try #require(undisturbed.count > 200)
            let positions = Sweep.positions(undisturbed, sample: sample)
            // Mostly they wait for the next try.
            try await Sweep.run(positions, atOnce: 6) { position in
                let fault = fault(position.number)
                let scenario = try SpoolScenario()
                let (end, hit) = try await scenario.run(
                    fault,
                    at: position.number,
                    calls: calls,
                    only: position.only
                )
                let call = hit.first.map { "\($0.name) \($0.path) \($0.other)" } ?? "nowhere"
                let place = "\(fault) in \(call)"
                if Self.tryAgain.contains(end.status) {
                    let (again, _) = try await scenario.run()
                    guard [0, 65].contains(again.status) else {
                        return (place, ["status \(again.status), then: \(again.errors)"])
                    }
                } else if end.status != 65 {
                    return (place, ["status \(end.status): \(end.errors)"])
                }
                return (place, try await scenario.complaints())
            }
        }
    }
}
