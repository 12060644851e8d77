import Contract
import Files
import Jobs
import Ledger
import Logging
import Spool

/// What lies in the inbox beside the files that are taken, and what becomes of these afterwards.
extension ScanLane {
    /// Tells what is left alone, each once, and settles checksum files that came late.
    func tell(_ scan: InboxScan, _ told: inout ToldOnce) async throws {
        // A run that ends soon cannot wait until everything rests.
        var leftAlone = scan.leftAlone.filter { $0.isResting || context.once }
        for place in scan.lateChecksums {
            if let why = try await settle(checksum: place) {
                let place = String(decoding: place, as: UTF8.self)
                leftAlone.append(LeftAlone(place: place, why: why, isResting: true))
            }
        }
        for entry in leftAlone where told.isNew(entry) {
            context.logger.notice(
                "left alone in the inbox",
                metadata: ["file": "\(entry.place)", "why": "\(entry.why)"]
            )
        }
        if context.news.set(leftAlone) { await context.statusChanges.notify() }
    }

    // MARK: - Checksum files that come late

    /// Uses a checksum file whose file was claimed before it came, or compares it with what was
    /// read; then moves it to that file, so that it is not taken for the next one of this name.
    ///
    /// - Returns: Why it is left where it is; `nil` if it was moved.
    private func settle(checksum place: [UInt8]) async throws -> String? {
        guard let summed = SubmissionName.summed(by: place) else { return nil }
        let name = String(
            decoding: summed.split(separator: UInt8(ascii: "/")).last ?? [],
            as: UTF8.self
        )
        guard let checksum = try context.inbox.checksum(at: place, for: name) else { return nil }
        let file = String(decoding: summed, as: UTF8.self)
        let jobs = try await context.ledger.reader.jobs(ofFile: name)
        guard let job = jobs.first(where: { $0.facts.droppedAt == file || $0.facts.retryOf != nil })
        else {
            return "a checksum file whose file “\(name)” has not come"
        }
        switch job.state {
        case .received, .loading:
            return "a checksum file that is used once “\(name)” is read"
        case .claimed, .waiting(_, nil, _):
            guard try context.inbox.adopt(checksum: place, by: job.id, job.facts) else {
                return "a second checksum file for “\(name)”, which waits to be read"
            }
            context.logger.info(
                "a checksum file came after its file was claimed, and is used",
                metadata: ["job": "\(job.id.short)", "file": "\(name)"]
            )
            return nil
        case .running, .waiting, .staged, .published:
            guard try context.inbox.claimedFacts(of: job.id, job.facts) != nil else { return nil }
            try await compare(checksum, with: job)
            guard try context.inbox.adopt(checksum: place, by: job.id, job.facts) else {
                return "a second checksum file for “\(name)”, which is being answered"
            }
            return nil
        case .archived, .duplicate, .quarantined, .cancelled, .withdrawn:
            try await compare(checksum, with: job)
            let ended = job.facts.place ?? "_done/\(job.facts.claimedName)"
            if let now = try context.inbox.setAside(checksum: place, beside: ended) {
                context.logger.notice(
                    "a checksum file was moved to the file that it belongs to",
                    metadata: ["job": "\(job.id.short)", "place": "\(now)"]
                )
            }
            return nil
        }
    }

    /// Records whether a checksum agrees with the bytes that a job read.
    private func compare(_ checksum: ChecksumFile, with job: JobRecord) async throws {
        let name = "\(job.facts.name).sha256"
        let read = job.facts.sha256 ?? job.facts.outcome?.sha256
        let remark: String
        var agrees: Bool?
        switch checksum {
        case .unusable(let why):
            remark = "\(name) came after the file was taken, and was not compared: \(why)."
        case .digest(let digest):
            agrees = read.map { $0 == digest }
            remark =
                switch agrees {
                case true: "\(name) came after the file was read, and agrees with it."
                case false:
                    """
                    \(name) came after the file was read, and says another SHA-256 (\(digest)) than \
                    that of the bytes that were read (\(read ?? "")): the file was damaged, or still \
                    being written. `taxod retry \(job.id.short)` reads it again and compares it.
                    """
                case nil: "\(name) came after the file was taken; there was nothing to compare."
                }
        }
        try await remember(remark, about: job, event: "checksum-late", agrees: agrees)
    }

    // MARK: - Files that change after their answer

    /// Tells of files that are not what was answered any more.
    func lookAtEndedFiles() async throws {
        for file in context.publisher.ended.all {
            let path = context.inbox.path.appending(file.place)
            guard let facts = try FileFacts(of: path), facts.kind == .regular else {
                context.publisher.ended.forget(file.job)
                continue
            }
            if facts.bytes == file.bytes, facts.modified == file.modified { continue }
            context.publisher.ended.forget(file.job)
            guard let job = try await context.ledger.reader.job(file.job) else { continue }
            if facts.bytes == file.bytes {
                // Touched, perhaps, and not changed.
                let read = job.facts.sha256 ?? job.facts.outcome?.sha256
                if try context.inbox.sha256(of: file.place) == read { continue }
            }
            let remark = """
                The file was changed after it had been read: \(file.bytes) bytes were read, \
                \(file.place) has \(facts.bytes) now. `taxod retry \(job.id.short)` answers it as it \
                is now.
                """
            try await remember(remark, about: job, event: "changed-after-answer", agrees: false)
        }
    }

    /// Adds a remark to a job, and records and logs it, unless it is there.
    private func remember(
        _ remark: String,
        about job: JobRecord,
        event: String,
        agrees: Bool?
    ) async throws {
        if job.facts.remarks?.contains(remark) == true { return }
        try await context.ledger.appendAudit(
            event,
            job: job.id,
            detail: agrees.map { ["agrees": .boolean($0)] } ?? [:],
            at: context.now
        )
        // `updated` stays: it is the time when the job ended.
        try await context.ledger.note(for: job.id, at: job.updated) { $0.remark(remark) }
        let metadata: Logger.Metadata = [
            "job": "\(job.id.short)", "file": "\(job.facts.name)", "message": "\(remark)",
        ]
        if agrees == true {
            context.logger.info("about a file", metadata: metadata)
        } else {
            context.logger.warning("about a file", metadata: metadata)
        }
        await context.statusChanges.notify()
    }
}

/// Remembers what was told, so that each thing is told once.
struct ToldOnce {
    private static let most = 100_000

    private var told: Set<Int> = []

    /// Whether this was not told before.
    mutating func isNew(_ entry: LeftAlone) -> Bool {
        if told.count >= Self.most { told = [] }
        var hasher = Hasher()
        hasher.combine(entry.place)
        hasher.combine(entry.why)
        return told.insert(hasher.finalize()).inserted
    }
}

/// The names of the loaded vocabularies, read again when another version is there.
struct KnownVocabularies {
    private var versions: Set<String>?
    private var names: [String] = []

    mutating func names(_ settings: DaemonSettings, _ logger: Logger) -> [String] {
        do {
            let found = try settings.stateFolder.readyVersions()
            if found != versions {
                var seen: Set<String> = []
                names = try settings.vocabularyNames().filter { seen.insert($0).inserted }
                versions = found
            }
        } catch {
            logger.warning(
                "the names of the vocabularies cannot be read",
                metadata: ["error": "\(error)"]
            )
        }
        return names
    }
}
