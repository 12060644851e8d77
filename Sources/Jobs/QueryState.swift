/// The life cycle of one query of a job, from its reading to its answer.
///
///             ┌──── the worker gives up, the daemon ends ────┐
///             ▼                                              │
///          pending ───────── the worker dies ───────────▶  alone ─┐ asked alone,
///             │                                              │ ▲  │ the worker dies
///             └────────────▶ answered ◀──────────────────────┘ └──┘
///
/// When a worker dies, every query in flight is lost, and nobody can tell which of them was at
/// fault. So each of them is asked alone next, and only a death while a query is asked alone counts
/// against it. ``after(_:)`` is a pure function; the ledger stores its result durably.
package enum QueryState: Hashable, Sendable {
    /// To be asked together with others.
    case pending(Record)
    /// To be asked, or being asked, while no other query is in flight.
    case alone(Record)
    /// Its answer is in the ledger. Final.
    case answered

    /// What counts against a query.
    package struct Record: Hashable, Sendable {
        /// How often it was asked alone and not answered.
        ///
        /// Counted before the query is asked, to survive a crash of the daemon, and taken back when
        /// something else turns out to be at fault.
        package var crashes: Int
        /// Whether a kill of its worker from outside was already excused once, and not counted.
        package var isKillForgiven: Bool

        package init(crashes: Int = 0, isKillForgiven: Bool = false) {
            self.crashes = crashes
            self.isKillForgiven = isKillForgiven
        }
    }
}

/// Something that happened to a query, or to its worker while the query was in flight.
package enum QueryEvent: Hashable, Sendable, CaseIterable {
    /// It is about to be asked while no other is in flight.
    case askedAlone
    /// The worker crashed, exited early, or was terminated for breaking the protocol.
    case workerDied
    /// The worker was ended by SIGKILL or SIGTERM: by an operator, or by the kernel because memory
    /// ran out.
    case workerKilled
    /// The worker exited with a status that says it cannot work.
    case workerGaveUp
    /// The daemon ended; noticed at its next start.
    case daemonEnded
    /// Its answer, possibly an error, is stored.
    case answered
}

/// An event that is not possible in a query's current state.
///
/// This is always a bug in the daemon.
package struct InvalidQueryTransition: Error, Hashable, CustomStringConvertible {
    package let state: QueryState
    package let event: QueryEvent

    package var description: String { "query is \(state) and cannot take \(event)" }
}

extension QueryState {
    /// Number of workers that may die while this query is asked alone, before it is answered with
    /// an error.
    package static let crashLimit = 2

    /// Whether it must be asked while no other query is in flight.
    package var isAlone: Bool {
        switch self {
        case .alone: true
        case .pending, .answered: false
        }
    }

    /// Whether it is no longer asked, but answered with an error.
    ///
    /// - Important: Not meaningful for a query in flight, because its current try is already
    ///   counted.
    package var isGivenUp: Bool {
        switch self {
        case .alone(let record): record.crashes >= Self.crashLimit
        case .pending, .answered: false
        }
    }

    /// Returns the state that follows `event`.
    ///
    /// - Throws: ``InvalidQueryTransition`` when `event` has no meaning in this state.
    package func after(_ event: QueryEvent) throws(InvalidQueryTransition) -> QueryState {
        switch (self, event) {
        case (.pending(let record), .workerDied), (.pending(let record), .workerKilled):
            return .alone(record)
        case (.pending, .workerGaveUp):
            return self
        case (.pending(let record), .daemonEnded):
            return .pending(Record(crashes: record.crashes))

        case (.alone(let record), .askedAlone) where !isGivenUp:
            return .alone(
                Record(crashes: record.crashes + 1, isKillForgiven: record.isKillForgiven)
            )
        case (.alone, .workerDied):
            return self
        case (.alone(let record), .workerKilled):
            // The first kill may have nothing to do with the query; later ones count like a crash.
            return record.isKillForgiven
                ? self : .alone(Record(crashes: max(0, record.crashes - 1), isKillForgiven: true))
        case (.alone(let record), .workerGaveUp):
            return .pending(
                Record(
                    crashes: max(0, record.crashes - 1),
                    isKillForgiven: record.isKillForgiven
                )
            )
        case (.alone(let record), .daemonEnded):
            // The daemon's end may have interrupted the last try, so that one does not count.
            return .pending(Record(crashes: max(0, record.crashes - 1)))

        case (.pending, .answered), (.alone, .answered):
            return .answered
        case (.answered, .workerDied), (.answered, .workerKilled), (.answered, .workerGaveUp),
            (.answered, .daemonEnded):
            // A query that took too long is first answered with an error; then its worker is
            // terminated.
            return self

        case (.pending, .askedAlone), (.alone, .askedAlone), (.answered, .askedAlone),
            (.answered, .answered):
            throw InvalidQueryTransition(state: self, event: event)
        }
    }
}
