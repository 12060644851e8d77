/// The life of one query of a job, from its reading to its answer.
///
///             ┌──── the worker gives up, the daemon ends ────┐
///             ▼                                              │
///          pending ───────── the worker dies ───────────▶  alone ─┐ asked alone,
///             │                                              │ ▲  │ the worker dies
///             └────────────▶ answered ◀──────────────────────┘ └──┘
///
/// A worker that dies takes every query in flight with it, and nobody can tell which of them was at
/// fault. So each of those is asked alone next, and only a death while a query is alone counts
/// against it. ``after(_:)`` is a pure function; the ledger makes its answer durable.
package enum QueryState: Hashable, Sendable {
    /// It is asked together with others.
    case pending(Record)
    /// It is asked while no other query is in flight: next, or just now.
    case alone(Record)
    /// Its answer is in the ledger. Final.
    case answered

    /// What counts against a query.
    package struct Record: Hashable, Sendable {
        /// Times that it was asked alone and not answered.
        ///
        /// It goes up before the query is asked, so that it survives a crash of the daemon, and
        /// comes down again when something else turns out to be at fault.
        package var crashes: Int
        /// Whether its worker was killed from outside once, which was not counted.
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
    /// The worker crashed, ended early, or had to be ended for breaking the protocol.
    case workerDied
    /// The worker was ended by SIGKILL or SIGTERM: by an operator, or by the kernel for want of
    /// memory.
    case workerKilled
    /// The worker ended with a status that says that it cannot work.
    case workerGaveUp
    /// The daemon ended; found at its next start.
    case daemonEnded
    /// Its answer is stored, be it an error.
    case answered
}

/// A query's event that cannot happen in its present state.
///
/// Always a bug in the daemon.
package struct InvalidQueryTransition: Error, Hashable, CustomStringConvertible {
    package let state: QueryState
    package let event: QueryEvent

    package var description: String { "query is \(state) and cannot take \(event)" }
}

extension QueryState {
    /// Deaths of workers, each while this query was asked alone, after which it is answered by an
    /// error.
    package static let crashLimit = 2

    /// Whether it must be asked while no other query is in flight.
    package var isAlone: Bool {
        switch self {
        case .alone: true
        case .pending, .answered: false
        }
    }

    /// Whether it is not asked any more, but answered by an error.
    ///
    /// - Important: Of a query that is in flight this says nothing: its last try is counted already.
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
            // The first kill need not have to do with the query; after that it counts like a crash.
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
            // Its last try may have been cut off by the daemon's end, so that one does not count.
            return .pending(Record(crashes: max(0, record.crashes - 1)))

        case (.pending, .answered), (.alone, .answered):
            return .answered
        case (.answered, .workerDied), (.answered, .workerKilled), (.answered, .workerGaveUp),
            (.answered, .daemonEnded):
            // One that took too long is answered by an error first; its worker is ended then.
            return self

        case (.pending, .askedAlone), (.alone, .askedAlone), (.answered, .askedAlone),
            (.answered, .answered):
            throw InvalidQueryTransition(state: self, event: event)
        }
    }
}
