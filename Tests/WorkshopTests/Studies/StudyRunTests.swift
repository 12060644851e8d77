import Contract
import Synchronization
import Testing
import Workshop

/// A study on the tiny models, from its question to its report (``StudyRun``, ``StudyBench``,
/// ``StudyAdapters``, ``StudyFolder``).
@Suite("Studies")
struct StudyRunTests {
    private let tiny: TinyModels

    init() throws { tiny = try TinyModels() }

    private func run(
        _ study: StudyPlan.Name,
        seeds: [UInt64] = [1],
        placements: Int = 2,
        _ monitor: WorkMonitor = WorkMonitor()
    ) throws -> String {
        let study = StudyRun(
            study: study,
            taxonomy: try tiny.edges(),
            under: nil,
            seeds: seeds,
            other: nil,
            larger: nil,
            budget: StudyBench.Budget(tokens: 1500, placements: placements, sets: 2)
        )
        let folder = try StudyFolder("\(tiny.space.path)/out")
        let (report, columns) = try study.report(tiny.configuration, folder, monitor)
        return report.markdown(columns)
    }

    /// Counts the queries that studies ask.
    private final class Counter: Sendable {
        private let asked = Atomic<Int>(0)
        var count: Int { asked.load(ordering: .relaxed) }

        /// A monitor that stops the study once so many queries were asked.
        func monitor(stopAfter limit: Int = .max) -> WorkMonitor {
            WorkMonitor(shouldStop: { self.count >= limit }) { event in
                if case .queries = event { self.asked.add(1, ordering: .relaxed) }
            }
        }
    }

    @Test("what is measured is kept: the same study again asks nothing and reports the same")
    func kept() throws {
        let counter = Counter()
        let monitor = counter.monitor()
        let first = try run(.negatives, monitor)
        let asked = counter.count
        #expect(asked == 4, "two leaves for each of two variants")
        #expect(first.contains("hard") && first.contains("random"))
        let again = try run(.negatives, monitor)
        #expect(counter.count == asked)
        #expect(Self.withoutTimes(again) == Self.withoutTimes(first))
    }

    @Test("another budget is another cell, and is measured")
    func otherBudget() throws {
        let counter = Counter()
        let monitor = counter.monitor()
        _ = try run(.negatives, placements: 1, monitor)
        _ = try run(.negatives, placements: 2, monitor)
        #expect(counter.count == 2 + 4)
    }

    @Test("a study that is stopped goes on where it was")
    func stopped() throws {
        let counter = Counter()
        #expect(throws: WorkStopped.self) {
            _ = try run(.negatives, counter.monitor(stopAfter: 3))
        }
        let before = counter.count
        _ = try run(.negatives, counter.monitor())
        #expect(counter.count - before == 2, "the first variant is there already")
    }

    /// A report without the line that tells how long it took.
    private static func withoutTimes(_ report: String) -> [Substring] {
        report.split(separator: "\n").filter { !$0.contains("Processor time") }
    }
}
