import Files
import Jobs
import Ledger
import Logging
import Spool

/// Carrying out what operators request.
extension ScanLane {
    /// Carries out operators' requests.
    func takeRequests() async throws {
        if let prune = try context.requests.pendingPrune() {
            try await context.publisher.prune(prune)
            try context.requests.removePrune()
        }
        for use in try context.requests.pendingUses() {
            try await context.ledger.store(
                VocabularyRecord(use.vocabulary, loaded: context.now, standing: .current)
            )
            context.logger.notice(
                "a loaded version of a vocabulary was made the current one",
                metadata: [
                    "vocabulary": "\(use.vocabulary.name)",
                    "version": "\(use.vocabulary.version.prefix(12))",
                ]
            )
            try context.requests.remove(use)
            await context.statusChanges.notify()
        }
        try await takeAccepts()
        try await takeRetries()
        try await takeCancels()
    }

    /// Accepts terms, or withdraws acceptances.
    ///
    /// The request stays until the audit log on disk tells of it: whoever waits for the request to
    /// go must not learn of an identifier that the loss of the ledger could take back.
    private func takeAccepts() async throws {
        for request in try context.requests.pendingAccepts() {
            do {
                let plan = try await context.ledger.carryOut(
                    request,
                    range: context.settings.identifierRange,
                    at: context.now
                )
                if let plan {
                    context.logger.info(
                        request.decision == .accept ? "accepted" : "acceptances withdrawn",
                        metadata: [
                            "job": "\(request.job.short)", "terms": "\(plan.changes.count)",
                            "identifiers": "\(plan.reservations.count)",
                            "leftOut": "\(plan.leftOut.count)",
                        ]
                    )
                }
            } catch let refusal as AcceptRefusal {
                context.logger.warning(
                    "a request to accept terms was refused",
                    metadata: [
                        "job": "\(request.job.short)", "code": "\(refusal.code.rawValue)",
                        "query": "\(refusal.query ?? "")",
                    ]
                )
            }
            try await context.audit.sync()
            try context.requests.remove(request)
            await context.statusChanges.notify()
        }
    }

    /// Tells the other lanes which jobs to end; a request stays until its job has ended.
    private func takeCancels() async throws {
        for request in try context.requests.pendingCancels() {
            guard let job = try await context.ledger.reader.job(request.job) else {
                context.logger.warning(
                    "a request to cancel a job names one that is not known",
                    metadata: ["job": "\(request.job)"]
                )
                try settle(request)
                continue
            }
            let isOpen: Bool
            switch job.state {
            case .received, .claimed, .loading: isOpen = true
            case .running(let progress, _): isOpen = !progress.isWhole
            case .waiting(_, let progress, _): isOpen = progress?.isWhole != true
            case .staged, .published, .archived, .duplicate, .quarantined, .cancelled, .withdrawn:
                isOpen = false
            }
            if isOpen {
                if context.cancellations.add(job.id) { await context.changes.notify() }
                continue
            }
            if job.state.cut == nil, job.state.name != .cancelled {
                context.logger.notice(
                    "a request to cancel a job came too late",
                    metadata: [
                        "job": "\(job.id.short)", "state": "\(job.state.name.rawValue)",
                    ]
                )
            }
            try settle(request)
        }
    }

    private func settle(_ request: CancelRequest) throws {
        try context.requests.remove(request)
        context.cancellations.remove(request.job)
    }

    /// Runs jobs again as operators requested.
    private func takeRetries() async throws {
        for request in try context.requests.pending() {
            guard let old = try await context.ledger.reader.job(request.job),
                let place = old.facts.place
            else {
                context.logger.warning(
                    "a request to run a job again names one whose file is gone",
                    metadata: ["job": "\(request.job)"]
                )
                try context.requests.remove(request)
                continue
            }
            let job = JobID(at: context.now)
            let seen = try FileFacts(of: context.inbox.path.appending(place))
            var facts = JobFacts(
                name: old.facts.name,
                claimedName: old.facts.claimedName,
                taskHint: old.facts.taskHint,
                vocabularyHint: old.facts.vocabularyHint,
                asVocabulary: old.facts.asVocabulary,
                droppedAt: place,
                device: seen?.device ?? 0,
                inode: seen?.inode ?? 0,
                force: true,
                retryOf: old.id
            )
            facts.acceptsShrunken = request.acceptsShrunken
            try await context.ledger.enter(job, facts, at: context.now)
            let claimed = try context.inbox.reclaim(place, as: job, facts) != nil
            let event: JobEvent = claimed ? .claimed : .withdrawn
            try await context.ledger.record(event, for: job, at: context.now)
            // Moved just now, by a person, or by a daemon that died before it recorded the move.
            try await context.ledger.note(for: old.id, at: context.now) { $0.place = nil }
            try context.requests.remove(request)
            context.logger.info(
                claimed ? "run again" : "the file to run again is gone",
                metadata: ["job": "\(job.short)", "retryOf": "\(old.id.short)"]
            )
            await context.changes.notify()
        }
    }
}
