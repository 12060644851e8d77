import Daemon
import Jobs
import Testing

@Suite struct RetryTests {
    private let now = Timestamp(milliseconds: 1_763_000_000_000)

    @Test("pauses are random, longer the more failures there were, and never over ten minutes")
    func pauses() {
        for (failures, limit) in [(0, 2.0), (1, 2), (3, 8), (9, 512), (10, 600), (1_000, 600)] {
            let pauses = (0..<500).map { _ in Retry.pause(after: failures) }
            #expect(pauses.allSatisfy { (0...limit).contains($0) })
            #expect((pauses.max() ?? 0) > limit / 2)
            #expect(Set(pauses).count > 400)
        }
    }

    @Test("a time that has come, or that a clock set back moved out of reach, is not waited for")
    func waits() {
        #expect(Retry.wait(until: now.adding(seconds: 5), at: now) == .seconds(5))
        #expect(Retry.wait(until: now.adding(seconds: 600), at: now) == .seconds(600))
        #expect(Retry.wait(until: now, at: now) == nil)
        #expect(Retry.wait(until: now.adding(seconds: -5), at: now) == nil)
        #expect(Retry.wait(until: now.adding(seconds: 86_400), at: now) == nil)
    }
}
