package import Jobs

/// When something that failed is tried again.
package enum Retry {
    /// The longest time until the next try, in seconds.
    package static let longest = 600.0

    /// Seconds until the next try: any time up to a limit that doubles from 2 to ``longest``, so that
    /// many that failed at once do not all come back at once.
    package static func pause(after failures: Int) -> Double {
        Double.random(in: 0...min(longest, Double(1 << max(1, min(failures, 10)))))
    }

    /// The time left until `time`; `nil` if it has come.
    ///
    /// It has come, too, if it is further off than any pause: the clock was set back since.
    package static func wait(until time: Timestamp, at now: Timestamp) -> Duration? {
        let left = time.milliseconds - now.milliseconds
        guard left > 0, Double(left) <= longest * 1_000 else { return nil }
        return .milliseconds(left)
    }
}
