package import Training

/// How long-running work reports progress and is asked to stop.
///
/// The work itself knows neither terminal nor signals; the command that starts it does.
package struct WorkMonitor: Sendable {
    /// Progress that a waiting person may want to see.
    package enum Event: Sendable {
        /// Number of concepts for which rows were generated, and the total.
        case rows(Int, of: Int)
        /// A training begins, with this many training rows, validation rows and steps.
        case began(examples: Int, validation: Int, steps: Int)
        case step(TrainingProgress)
        /// The training has ended, whether it is complete or was stopped.
        case ended
        /// Number of queries asked, and the total.
        case queries(Int, of: Int)
        /// A sentence for the log.
        case note(String)
    }

    /// Called with each event, from several threads.
    package let report: @Sendable (Event) -> Void
    /// Whether the work is to stop at the next point where nothing is lost.
    package let shouldStop: @Sendable () -> Bool

    package init(
        shouldStop: @escaping @Sendable () -> Bool = { false },
        report: @escaping @Sendable (Event) -> Void = { _ in }
    ) {
        self.shouldStop = shouldStop
        self.report = report
    }

    /// A callback for work that counts queries.
    package var queries: @Sendable (Int, Int) -> Void {
        { [report] done, all in report(.queries(done, of: all)) }
    }
}

/// Long-running work was asked to stop; what is done so far is kept.
package struct WorkStopped: Error, CustomStringConvertible {
    package let description: String

    /// Stopped before there was anything to keep.
    package static let early = WorkStopped(
        description: "stopped before the training; run the same command again"
    )

    package static func training(step: Int, of steps: Int) -> WorkStopped {
        WorkStopped(
            description:
                "stopped after step \(step) of \(steps); run the same command again to go on"
        )
    }

    package static let study = WorkStopped(
        description: "stopped; what is done is kept: run the same command again to go on"
    )
}
