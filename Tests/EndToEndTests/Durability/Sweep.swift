import Foundation
import Testing

/// Positions of a sweep, and how it is run.
enum Sweep {
    /// Whether every position is swept, as `make check-long` asks; otherwise a sample of them.
    static var isWhole: Bool { ProcessInfo.processInfo.environment["TAXOD_SWEEP"] == "all" }

    /// Numbers from 1 to `count`: all of them, or about `sample`, evenly spread, first and last
    /// among them.
    static func positions(_ count: Int, sample: Int) -> [Int] {
        isWhole ? Array(1...max(1, count)) : spread(count, sample: sample)
    }

    /// About `sample` numbers from 1 to `count`, evenly spread, first and last among them.
    static func spread(_ count: Int, sample: Int) -> [Int] {
        guard sample < count, sample > 1 else { return Array(1...max(1, count)) }
        return (0..<sample).map { 1 + $0 * (count - 1) / (sample - 1) }
    }

    /// A call by its number among all calls, or among the renames alone.
    struct Position: Sendable, CustomStringConvertible {
        let number: Int
        var isRename = false

        var only: (name: String, part: String)? { isRename ? ("rename", "") : nil }
        var description: String { (isRename ? "rename " : "call ") + "\(number)" }
    }

    /// Numbers of calls as the other `positions` has them, and every rename: each is the
    /// moment at which something appears or goes, and a sample may miss it.
    static func positions(_ calls: [FileCall], sample: Int) -> [Position] {
        let renames = calls.count { $0.name == "rename" }
        return positions(calls.count, sample: sample).map { Position(number: $0) }
            + (1...max(1, renames)).map { Position(number: $0, isRename: true) }
    }

    /// Runs `body` for each position, some at a time, and records what it complains of.
    static func run<Position: Sendable>(
        _ positions: [Position],
        atOnce lanes: Int = 2,
        _ body: @escaping @Sendable (Position) async throws -> (place: String, complaints: [String])
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            var rest = positions[...]
            func next() {
                guard let position = rest.popFirst() else { return }
                group.addTask {
                    let (place, complaints) = try await body(position)
                    if !complaints.isEmpty {
                        Issue.record(
                            "at \(position), \(place): \(complaints.joined(separator: "; "))"
                        )
                    }
                }
            }
            for _ in 0..<lanes { next() }
            while try await group.next() != nil { next() }
        }
    }
}
