package import Jobs

/// When to try again after a failure.
package enum Retry {
    /// The longest delay before the next try, in seconds.
    package static let longest = 600.0

    /// Returns the seconds until the next try, drawn at random up to a limit.
    ///
    /// The limit doubles from 2 to ``longest``; the randomness keeps jobs that failed together from
    /// all being retried at once.
    package static func pause(after failures: Int) -> Double {
        Double.random(in: 0...min(longest, Double(1 << max(1, min(failures, 10)))))
    }

    /// The time left until `time`; `nil` if it has come.
    ///
    /// A time that is further away than any delay also counts as come: the clock was set back.
    package static func wait(until time: Timestamp, at now: Timestamp) -> Duration? {
        let left = time.milliseconds - now.milliseconds
        guard left > 0, Double(left) <= longest * 1_000 else { return nil }
        return .milliseconds(left)
    }
}
