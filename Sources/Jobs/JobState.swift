package import Contract

/// The life of one dropped file.
///
///     received ─▶ claimed ─▶ loading ─▶ running(k of n) ─▶ staged ─▶ published ─▶ archived
///        │           │ ▲        │            │
///        │           │ └─ waiting ◀──────────┤
///        ▼           ▼          ▼            ▼
///     withdrawn   duplicate  duplicate   quarantined
///
/// Each state holds what is true in it and nothing else. ``after(_:)`` is a pure function; the
/// ledger makes its answer durable.
package enum JobState: Hashable, Codable, Sendable {
    /// Seen in the inbox and about to be claimed.
    case received
    /// Moved to the claimed folder; nobody works on it.
    case claimed(Tries)
    /// A child reads it. ``Tries/begun`` counts this reading already.
    case loading(Tries)
    /// Some of its queries are answered, or none, or all.
    case running(Progress, Tries)
    /// It cannot go on now; with its progress, if its queries are known.
    case waiting(Wait, Progress?, Tries)
    /// Every query is answered; the result is about to appear under this name.
    case staged(result: String)
    /// The result lies in the outbox; the file is still in the claimed folder.
    case published(result: String)
    /// The result lies in the outbox, the file in the done folder. Final.
    case archived(result: String)
    /// An equal job was published before, with this result. Final.
    case duplicate(of: JobID, result: String)
    /// Nothing is published. Final.
    case quarantined(QuarantineReason)
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
    }

    /// What counts against a job.
    package struct Tries: Hashable, Codable, Sendable {
        /// Readings begun and not ended; it goes up before the work, so that it survives a crash.
        package var begun: Int
        /// Failures that may pass by themselves but do not come from outside the file.
        package var failed: Int

        package init(begun: Int = 0, failed: Int = 0) {
            self.begun = begun
            self.failed = failed
        }
    }

    /// What a job waits for.
    package enum Wait: Hashable, Codable, Sendable {
        /// The vocabulary of this name, or any.
        case vocabulary(name: String?)
        /// The moment when it is tried again, after this fault.
        case until(Timestamp, code: SubmissionError.Code)
    }
}

/// Why a file went to quarantine.
package enum QuarantineReason: Hashable, Codable, Sendable {
    /// The file itself is at fault; trying again cannot help.
    case rejected(code: SubmissionError.Code)
    /// The file may be fine, but the last allowed try failed with this fault.
    case triesExhausted(lastCode: SubmissionError.Code)
    /// The child that read it ended without an outcome, too often.
    case crashedReader
}

/// Something that happened to a job.
package enum JobEvent: Hashable, Codable, Sendable {
    /// The file was moved to the claimed folder.
    case claimed
    /// A child is about to read the file.
    case beganLoading
    /// The file was read; this many queries are in the ledger.
    case loaded(queries: Int)
    /// One more query is answered.
    case answered
    /// The process died during the work; noticed at the next start, or by the child's parent.
    case interrupted
    /// The work was interrupted in good order.
    case stopped
    case awaitsVocabulary(name: String?)
    /// A fault that may pass; `until` is when to try again.
    case deferred(code: SubmissionError.Code, until: Timestamp)
    /// What the job waited for is there.
    case resumed
    case staged(result: String)
    case published(result: String)
    case archived
    case foundDuplicate(of: JobID, result: String)
    /// The same bytes would fail the same way again.
    case rejected(code: SubmissionError.Code)
    case withdrawn
}

/// An event that cannot happen in the present state.
///
/// Always a bug in the daemon, never a fault of the dropped file.
package struct InvalidTransition: Error, Hashable, CustomStringConvertible {
    package let state: JobState
    package let event: JobEvent

    package var description: String { "job is \(state) and cannot take \(event)" }
}
