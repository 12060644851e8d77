import Contract

extension JobState {
    /// Number of readings that may end without an outcome, or crash the daemon while it stores the
    /// outcome, before the file is quarantined.
    ///
    /// Less than the number of starts after which systemd gives up on the daemon.
    package static let crashLimit = 3
    /// Number of temporary failures caused by the file itself after which it is quarantined.
    package static let failureLimit = 4

    // Long: one case per state and event; if it were split, nobody could see that it is complete.
    /// Returns the state that follows `event`.
    ///
    /// - Throws: ``InvalidTransition`` when `event` has no meaning in this state.
    package func after(_ event: JobEvent) throws(InvalidTransition) -> JobState {
        switch (self, event) {
        case (.received, .claimed):
            return .claimed(Tries())
        case (.received, .withdrawn):
            return .withdrawn

        case (.claimed(let tries), .beganLoading):
            return .loading(Tries(begun: tries.begun + 1, failed: tries.failed))
        case (.loading(let tries), .loaded(let queries)) where queries >= 0:
            return .running(Progress(done: 0, total: queries), Tries(failed: tries.failed))
        case (.running(let progress, let tries), .answered) where progress.done < progress.total:
            return .running(Progress(done: progress.done + 1, total: progress.total), tries)

        case (.loading(let tries), .interrupted):
            return tries.begun >= Self.crashLimit ? .quarantined(.crashedReader) : .claimed(tries)
        case (.loading(let tries), .stopped):
            return .claimed(Tries(begun: max(0, tries.begun - 1), failed: tries.failed))
        case (.running, .interrupted), (.running, .stopped):
            // The answers so far are in the ledger, and each query has a state of its own.
            return self

        case (.claimed(let tries), .awaitsVocabulary(let name)),
            (.loading(let tries), .awaitsVocabulary(let name)):
            return .waiting(.vocabulary(name: name), nil, Tries(failed: tries.failed))
        case (.claimed(let tries), .deferred(let code, let until)),
            (.loading(let tries), .deferred(let code, let until)),
            (.running(_, let tries), .deferred(let code, let until)):
            let failed = tries.failed + (code.isOutsideFile ? 0 : 1)
            return failed >= Self.failureLimit
                ? .quarantined(.triesExhausted(lastCode: code))
                // A file that changed is read again from the start.
                : .waiting(
                    .until(until, code: code),
                    code == .changedWhileRead ? nil : progress,
                    Tries(failed: failed)
                )
        case (.waiting(_, let progress, let tries), .resumed):
            return progress.map { .running($0, tries) } ?? .claimed(tries)

        case (.running(let progress, _), .staged(let result)) where progress.isWhole:
            return .staged(result: result)
        case (.staged(let intended, let cut), .published(let result)) where intended == result:
            return .published(result: result, cut: cut)
        case (.published(let result, let cut), .archived):
            return cut.map { .cancelled(result: result, cut: $0) } ?? .archived(result: result)

        case (.claimed, .cancelled(nil)), (.loading, .cancelled(nil)),
            (.waiting(_, nil, _), .cancelled(nil)):
            return .cancelled(result: nil, cut: nil)
        case (.running(let progress, _), .cancelled(let result?)) where !progress.isWhole,
            (.waiting(_, let progress?, _), .cancelled(let result?)) where !progress.isWhole:
            return .staged(result: result, cut: progress)

        case (.claimed, .foundDuplicate(let job, let result)),
            (.loading, .foundDuplicate(let job, let result)):
            return .duplicate(of: job, result: result)

        case (.received, .rejected(let code)), (.claimed, .rejected(let code)),
            (.loading, .rejected(let code)), (.running, .rejected(let code)),
            (.waiting, .rejected(let code)):
            return .quarantined(.rejected(code: code))

        case (.received, _), (.claimed, _), (.loading, _), (.running, _), (.waiting, _),
            (.staged, _), (.published, _), (.archived, _), (.duplicate, _), (.quarantined, _),
            (.cancelled, _), (.withdrawn, _):
            throw InvalidTransition(state: self, event: event)
        }
    }

    /// How many queries are answered, once their number is known.
    package var progress: Progress? {
        switch self {
        case .running(let progress, _): progress
        case .waiting(_, let progress, _): progress
        case .received, .claimed, .loading, .staged, .published, .archived, .duplicate,
            .quarantined, .cancelled, .withdrawn:
            nil
        }
    }

    /// How many queries of a cancelled job are answered, once its result is being published.
    package var cut: Progress? {
        switch self {
        case .staged(_, let cut), .published(_, let cut), .cancelled(_, let cut): cut
        case .received, .claimed, .loading, .running, .waiting, .archived, .duplicate,
            .quarantined, .withdrawn:
            nil
        }
    }

    /// Whether the job has ended, so that nothing can happen to it any more.
    package var isFinal: Bool {
        switch self {
        case .archived, .duplicate, .quarantined, .cancelled, .withdrawn: true
        case .received, .claimed, .loading, .running, .waiting, .staged, .published: false
        }
    }

    /// The state without its associated values, as stored in the ledger and shown in listings.
    package var name: Name {
        switch self {
        case .received: .received
        case .claimed: .claimed
        case .loading: .loading
        case .running: .running
        case .waiting: .waiting
        case .staged: .staged
        case .published: .published
        case .archived: .archived
        case .duplicate: .duplicate
        case .quarantined: .quarantined
        case .cancelled: .cancelled
        case .withdrawn: .withdrawn
        }
    }

    /// The states without their associated values.
    package enum Name: String, Hashable, Codable, Sendable, CaseIterable {
        case received, claimed, loading, running, waiting, staged, published, archived
        case duplicate, quarantined, cancelled, withdrawn

        /// The states that are not final.
        package static let open: Set<Name> = [
            .received, .claimed, .loading, .running, .waiting, .staged, .published,
        ]
    }

    /// The result's folder, relative to the outbox, once it has been chosen.
    package var result: String? {
        switch self {
        case .staged(let result, _), .published(let result, _), .archived(let result),
            .duplicate(_, let result):
            result
        case .cancelled(let result, _): result
        case .received, .claimed, .loading, .running, .waiting, .quarantined, .withdrawn: nil
        }
    }
}

extension JobEvent {
    /// The event's name in the audit log.
    package var name: String {
        switch self {
        case .claimed: "claimed"
        case .beganLoading: "loading"
        case .loaded: "loaded"
        case .answered: "answered"
        case .interrupted: "interrupted"
        case .stopped: "stopped"
        case .awaitsVocabulary: "awaits-vocabulary"
        case .deferred: "deferred"
        case .resumed: "resumed"
        case .staged: "staged"
        case .published: "published"
        case .archived: "archived"
        case .foundDuplicate: "duplicate"
        case .rejected: "quarantined"
        case .cancelled: "cancelled"
        case .withdrawn: "withdrawn"
        }
    }
}

extension SubmissionError.Code {
    /// Whether the fault is outside the file, so that it never counts against the file.
    package var isOutsideFile: Bool {
        switch self {
        case .noVocabulary, .severalVocabularies, .engineUnavailable, .storageUnavailable: true
        default: false
        }
    }
}
