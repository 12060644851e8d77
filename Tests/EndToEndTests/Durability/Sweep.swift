import Foundation
import Testing

/// Positions of a sweep, and how it is run.
enum Sweep {
    /// Whether every position is swept, as `make check-long` asks; otherwise a sample of them.
    static var isWhole: Bool { ProcessInfo.processInfo.environment["TAXOD_SWEEP"] == "all" }

    /// Numbers from 1 to `count`: all of them, or about `sample`, evenly spread, first and last
    /// among them.
    static func positions(_ count: Int, sample: Int) -> [Int] {
        guard !isWhole, sample < count, sample > 1 else { return Array(1...max(1, count)) }
        return (0..<sample).map { 1 + $0 * (count - 1) / (sample - 1) }
    }

    /// Numbers of calls as ``positions(_:sample:)`` has them, and of every rename: each is the moment at
    /// which something appears or goes, and the next call may come too late to tell.
    static func positions(_ calls: [FileCall], sample: Int) -> [Int] {
        let renames = calls.filter { $0.name == "rename" }.map(\.number)
        return Set(positions(calls.count, sample: sample)).union(renames).sorted()
    }

    /// Runs `body` for each position, some at a time, and records what it complains of.
    static func run(
        _ positions: [Int],
        atOnce lanes: Int = 2,
        _ body: @escaping @Sendable (Int) async throws -> (place: String, complaints: [String])
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
