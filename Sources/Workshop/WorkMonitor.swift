package import Training

/// How long work tells what it does and learns that it is to stop.
///
/// The work knows no terminal and no signal: whoever starts it prints, and says when to stop.
package struct WorkMonitor: Sendable {
    /// Something that a person who waits may want to see.
    package enum Event: Sendable {
        /// Rows that training examples were made of, and all.
        case rows(Int, of: Int)
        /// A training begins with so many examples, further ones to validate by, and steps.
        case began(examples: Int, validation: Int, steps: Int)
        case step(TrainingProgress)
        /// The training has ended, whether it is complete or was stopped.
        case ended
        /// Queries asked, and all.
        case queries(Int, of: Int)
        /// A sentence for the log.
        case note(String)
    }

    /// Called with each event; from several threads.
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

/// Long work was stopped by a signal; what is done is kept.
package struct WorkStopped: Error, CustomStringConvertible {
    package let description: String

    /// Before anything that could be kept.
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
