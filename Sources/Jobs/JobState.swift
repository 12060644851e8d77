package import Contract

/// The life cycle of one dropped file.
///
///     received ─▶ claimed ─▶ loading ─▶ running(k of n) ─▶ staged ─▶ published ─▶ archived
///        │         │ │ ▲      │ │         │ │               ▲           │
///        │         │ │ └── waiting ◀──────┤ │ cancelled     │           └──▶ cancelled
///        ▼         │ ▼        ▼ │         ▼ └───────────────┘                   ▲
///     withdrawn    │ duplicate  │      quarantined                              │
///                  └────────────┴─────────── cancelled before it was read ──────┘
///
/// A job that is cancelled after it was read publishes what is answered: it is staged and published
/// with a *cut*, the number of queries that were answered, and ends as `cancelled`.
///
/// Each state holds only what is true in it. ``after(_:)`` is a pure function; the ledger stores
/// its result durably.
package enum JobState: Hashable, Codable, Sendable {
    /// Seen in the inbox and about to be claimed.
    case received
    /// Moved to the claimed folder; nobody is working on it.
    case claimed(Tries)
    /// A child is reading it. ``Tries/begun`` already counts this reading.
    case loading(Tries)
    /// None, some or all of its queries are answered.
    case running(Progress, Tries)
    /// It cannot continue now; includes its progress, if its queries are known.
    case waiting(Wait, Progress?, Tries)
    /// Nothing more is asked; the result is about to be published under this name. Every query is
    /// answered, or as many as the cut says.
    case staged(result: String, cut: Progress? = nil)
    /// The result is in the outbox; the file is still in the claimed folder.
    case published(result: String, cut: Progress? = nil)
    /// The result is in the outbox, the file in the done folder. Final.
    case archived(result: String)
    /// An equal job was already published with this result. Final.
    case duplicate(of: JobID, result: String)
    /// Nothing is published. Final.
    case quarantined(QuarantineReason)
    /// An operator ended it: with the result of what was answered, or before it was read. The file
    /// is in the done folder. Final.
    case cancelled(result: String?, cut: Progress?)
    /// The file left the inbox before it was claimed. Final.
    case withdrawn

    /// How many of a job's queries are answered.
    package struct Progress: Hashable, Codable, Sendable {
        package var done: Int
        package var total: Int

        package init(done: Int, total: Int) {
            self.done = done
            self.total = total
        }

        /// Whether every query is answered.
        package var isWhole: Bool { done == total }
    }

    /// What counts against a job.
    package struct Tries: Hashable, Codable, Sendable {
        /// Readings that began but have not ended; counted in advance, to survive a crash.
        package var begun: Int
        /// Temporary failures that were not caused from outside the file.
        package var failed: Int

        package init(begun: Int = 0, failed: Int = 0) {
            self.begun = begun
            self.failed = failed
        }
    }

    /// What a job waits for.
    package enum Wait: Hashable, Codable, Sendable {
        /// The vocabulary of this name, or any if `nil`.
        case vocabulary(name: String?)
        /// The moment of the next try, after this fault.
        case until(Timestamp, code: SubmissionError.Code)
    }
}

/// Why a file went to quarantine.
package enum QuarantineReason: Hashable, Codable, Sendable {
    /// The file itself is at fault; trying again cannot help.
    case rejected(code: SubmissionError.Code)
    /// The file may be fine, but this fault ended the last allowed try.
    case triesExhausted(lastCode: SubmissionError.Code)
    /// The children that read it ended without an outcome too often.
    case crashedReader
}

/// Something that happened to a job.
package enum JobEvent: Hashable, Codable, Sendable {
    /// The file was moved to the claimed folder.
    case claimed
    /// A child is about to read the file.
    case beganLoading
    /// The file was read; the ledger has this many queries.
    case loaded(queries: Int)
    /// One more query was answered.
    case answered
    /// The process died while working; noticed at the next start, or by the child's parent.
    case interrupted
    /// The work was stopped in an orderly way.
    case stopped
    case awaitsVocabulary(name: String?)
    /// A fault that may pass; the next try is at `until`.
    case deferred(code: SubmissionError.Code, until: Timestamp)
    /// What the job waited for has become available.
    case resumed
    case staged(result: String)
    case published(result: String)
    case archived
    case foundDuplicate(of: JobID, result: String)
    /// The same bytes would fail again in the same way.
    case rejected(code: SubmissionError.Code)
    /// An operator ended the job; `result` is where its answers go, if it was read.
    case cancelled(result: String?)
    case withdrawn
}

/// An event that is not possible in the current state.
///
/// This is always a bug in the daemon, never a fault of the dropped file.
package struct InvalidTransition: Error, Hashable, CustomStringConvertible {
    package let state: JobState
    package let event: JobEvent

    package var description: String { "job is \(state) and cannot take \(event)" }
}
