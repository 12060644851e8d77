package import Files
import Glibc
package import Jobs

/// The folder into which files are dropped, and where they go from there.
///
///     NAME ─claim──▶ _claimed/<job>/NAME ──▶ _done/NAME | _duplicate/NAME | _quarantine/<job>/NAME
///
/// Every step is a rename within one file system that replaces nothing, so a file is always in
/// exactly one place. Each step can be repeated after a crash, and then finds its work done.
package struct Inbox: Sendable {
    package let path: SpoolPath
    /// Whether the claimed folder did not exist, so that there were no claimed files either.
    package let isNew: Bool
    let files: any FileOperations
    /// The folder as it was opened; its path may later lead to another one.
    private let opened: FileFacts?
    private var claimed: SpoolPath { path.appending("_claimed") }

    /// Creates missing folders, and checks that renames between them can work.
    ///
    /// - Throws: ``FileError``; with `EXDEV` when a folder is on another file system.
    package init(
        path: SpoolPath,
        files: any FileOperations = POSIXFileOperations()
    ) throws(FileError) {
        self.path = path
        self.files = files
        try files.makeFolder(path)
        isNew = try FileFacts(of: path.appending("_claimed")) == nil
        opened = try FileFacts(of: path.appending("."))
        try files.makeFolders(["_claimed", "_done", "_duplicate", "_quarantine"], in: path)
    }

    /// The name of the lock, which a scan passes over.
    static let lockName = ".taxod.lock"

    /// Takes the lock that keeps a second daemon out; `nil` if another daemon holds it.
    package func lock() throws(FileError) -> FileLock? {
        try FileLock(path.appending(Self.lockName))
    }

    /// Checks that the folder is still the one that was opened.
    ///
    /// If its path leads to another folder or to the bare mount point, a missing file is not really
    /// gone.
    ///
    /// - Throws: ``FileError`` with `ESTALE`.
    package func demandPresence() throws(FileError) {
        guard let now = try FileFacts(of: path.appending(".")), isOpened(now) else {
            throw FileError("find the folder that was opened as", path, errno: ESTALE)
        }
    }

    /// Whether the folder was replaced by another one that has claimed files.
    package var isReplaced: Bool {
        guard let now = try? FileFacts(of: path.appending(".")), !isOpened(now) else {
            return false
        }
        return (try? FileFacts(of: claimed))?.kind == .folder
    }

    private func isOpened(_ folder: FileFacts) -> Bool {
        folder.inode == opened?.inode && folder.device == opened?.device
    }

    /// Removes what opening created in a folder that ``isNew``.
    package func forgetNew() throws(FileError) {
        if isNew { try removeEmpty(claimed) }
    }

    // MARK: - Claiming

    /// Moves an entry to the claimed folder.
    ///
    /// - Returns: `nil` if it is gone, or has changed since it was seen and was left in place.
    /// - Throws: ``FileError``.
    package func claim(_ entry: ReadyEntry, as job: JobID) throws(FileError) -> ClaimedFile? {
        let facts = entry.jobFacts
        let source = entry.path(in: path)
        let folder = claimed.appending(job.description)
        let target = folder.appending(facts.claimedName)
        try files.makeFolder(folder)
        do {
            try files.move(source, to: target)
        } catch {
            guard error.isMissing else { throw error }
            try removeEmpty(folder)
            return nil
        }
        if let now = try FileFacts(of: target), !now.isSameContent(as: entry.facts) {
            try files.move(target, to: source)
            try removeEmpty(folder)
            return nil
        }
        return try completeClaim(of: job, facts, from: source)
    }

    /// Completes a claim that may have been interrupted by a crash.
    ///
    /// - Returns: `nil` if the file never reached the claimed folder.
    package func recoverClaim(
        of job: JobID,
        _ facts: JobFacts
    ) throws(FileError) -> ClaimedFile? {
        let target = claimed.appending(job.description).appending(facts.claimedName)
        guard try FileFacts(of: target) != nil else {
            try demandPresence()
            try removeEmpty(claimed.appending(job.description))
            return nil
        }
        return try completeClaim(of: job, facts, from: path.appending(facts.droppedAt))
    }

    /// The facts of a job's file in the claimed folder; `nil` if it is not there.
    package func claimedFacts(
        of job: JobID,
        _ facts: JobFacts
    ) throws(FileError) -> FileFacts? {
        let file = claimed.appending(job.description).appending(facts.claimedName)
        let found = try FileFacts(of: file)
        if found == nil { try demandPresence() }
        return found
    }

    /// Also moves the checksum file, and makes all names durable.
    private func completeClaim(
        of job: JobID,
        _ facts: JobFacts,
        from source: SpoolPath
    ) throws(FileError) -> ClaimedFile {
        let folder = claimed.appending(job.description)
        let sidecar = folder.appending(facts.claimedName + ".sha256")
        if try FileFacts(of: source) == nil {
            for ending in Self.checksumEndings where try FileFacts(of: sidecar) == nil {
                let beside = SpoolPath(bytes: source.bytes + Array(ending.utf8))
                guard try sidecarFacts(beside)?.kind == .regular else { continue }
                try files.move(beside, to: sidecar)
            }
        }
        try files.sync(folder: folder)
        try files.sync(folder: claimed)
        try files.sync(folder: source.folder)
        let place = "_claimed/\(job)/\(facts.claimedName).sha256"
        return ClaimedFile(
            job: job,
            path: folder.appending(facts.claimedName).description,
            checksum: try checksum(at: Array(place.utf8), for: facts.name)
        )
    }

    /// The spellings of the ending of a checksum file that lies beside its file.
    private static let checksumEndings = [".sha256", ".SHA256", ".sha256sum"]

    /// The facts of a checksum file; `nil` also if its name would be longer than the system allows.
    private func sidecarFacts(_ path: SpoolPath) throws(FileError) -> FileFacts? {
        do throws(FileError) {
            return try FileFacts(of: path)
        } catch {
            guard error.errno == ENAMETOOLONG else { throw error }
            return nil
        }
    }

    /// The jobs that have a folder in the claimed folder, and the names there that are not jobs.
    package func claimedJobs() throws(FileError) -> (jobs: [JobID], others: [String]) {
        var jobs: [JobID] = []
        var others: [String] = []
        for name in try Folder.names(in: claimed) {
            let text = String(decoding: name, as: UTF8.self)
            if let job = JobID(text) { jobs.append(job) } else { others.append(text) }
        }
        return (jobs, others)
    }

    /// Names of a job's files in the claimed folder, without its checksum file.
    package func claimedNames(of job: JobID) throws(FileError) -> [String] {
        let folder = claimed.appending(job.description)
        guard try FileFacts(of: folder) != nil else { return [] }
        return try Folder.names(in: folder).map { String(decoding: $0, as: UTF8.self) }
            .filter { !$0.hasSuffix(".sha256") && !$0.hasSuffix(".reason.json") }
    }

    /// Where a job's file is while it is claimed.
    package func claimedFile(of job: JobID, named name: String) -> SpoolPath {
        claimed.appending(job.description).appending(name)
    }

    // MARK: - Endings

    /// Moves the file of a published job to the done folder.
    ///
    /// - Returns: Where it is now, relative to the inbox; `nil` if someone moved it away.
    package func finish(_ job: JobID, _ facts: JobFacts) throws(FileError) -> String? {
        try settle(job, facts, in: "_done", note: nil)
    }

    /// Moves the file of a duplicate, with a note that refers to the equal result.
    ///
    /// - Returns: Where it is now, relative to the inbox; `nil` if someone moved it away.
    package func finish(
        _ job: JobID,
        _ facts: JobFacts,
        duplicate note: ReasonNote
    ) throws -> String? {
        try settle(job, facts, in: "_duplicate", note: try note.bytes())
    }

    /// Moves the file to quarantine together with a note of the reason, in one rename.
    ///
    /// - Returns: Where it is now, relative to the inbox; `nil` if someone moved it away.
    package func quarantine(
        _ job: JobID,
        _ facts: JobFacts,
        _ note: ReasonNote
    ) throws -> String? {
        let folder = claimed.appending(job.description)
        let quarantine = path.appending("_quarantine")
        let place = "_quarantine/\(job)/\(facts.claimedName)"
        guard try FileFacts(of: folder) != nil else {
            try demandPresence()
            return try FileFacts(of: path.appending(place)) == nil ? nil : place
        }
        let reason = folder.appending(facts.claimedName + ".reason.json")
        try files.write(try note.bytes(), to: reason)
        try files.move(folder, to: quarantine.appending(job.description))
        try files.sync(folder: quarantine)
        try files.sync(folder: claimed)
        return place
    }

    private func settle(
        _ job: JobID,
        _ facts: JobFacts,
        in ending: String,
        note: [UInt8]?
    ) throws(FileError) -> String? {
        let folder = claimed.appending(job.description)
        let source = folder.appending(facts.claimedName)
        let target = path.appending(ending)
        var place: String?
        if try FileFacts(of: source) != nil {
            let name = try freeName(for: job, facts, in: target)
            // The note comes first: if the move is interrupted, the same note is written again.
            if let note { try files.write(note, to: target.appending(name + ".reason.json")) }
            let sidecar = folder.appending(facts.claimedName + ".sha256")
            if try FileFacts(of: sidecar) != nil {
                try files.replace(target.appending(name + ".sha256"), by: sidecar)
            }
            try files.move(source, to: target.appending(name))
            try files.sync(folder: target)
            place = "\(ending)/\(name)"
        } else {
            try demandPresence()
            // Moved before a crash, perhaps before the names were made durable.
            try files.sync(folder: target)
            place = names(for: job, facts).first { name in
                let found = try? FileFacts(of: target.appending(name))
                return found?.device == facts.device && found?.inode == facts.inode
            }.map { "\(ending)/\($0)" }
        }
        try removeEmpty(folder)
        try files.sync(folder: claimed)
        return place
    }

    /// The file's own name, or one that includes the job if that is taken.
    private func freeName(
        for job: JobID,
        _ facts: JobFacts,
        in folder: SpoolPath
    ) throws(FileError) -> String {
        for name in names(for: job, facts)
        where try FileFacts(of: folder.appending(name)) == nil {
            return name
        }
        return "\(facts.claimedName).\(job)"
    }

    /// The names that a file may get in its final folder, in the order in which they are tried.
    private func names(for job: JobID, _ facts: JobFacts) -> [String] {
        let name = facts.claimedName
        return [name, "\(name).\(job.short)", "\(name).\(job)"]
    }

    /// Removes a folder unless something is in it: dropped files are never deleted.
    private func removeEmpty(_ folder: SpoolPath) throws(FileError) {
        do {
            try files.remove(folder)
        } catch {
            guard error.isTaken else { throw error }
        }
    }

    /// Removes a file from the done or duplicate folder, with its note and checksum file.
    ///
    /// - Parameter place: Relative to the inbox; does nothing for any other folder.
    /// - Throws: ``FileError``.
    package func discard(_ place: String) throws(FileError) {
        guard place.hasPrefix("_done/") || place.hasPrefix("_duplicate/"),
            !place.contains("/../")
        else { return }
        for suffix in [".reason.json", ".sha256", ""] {
            try files.remove(path.appending(place + suffix))
        }
    }

    // MARK: - Doing it again

    /// Claims the file at `place`, relative to the inbox, for a new job with these facts.
    ///
    /// - Returns: `nil` if there is no such file.
    /// - Throws: ``FileError``.
    package func reclaim(
        _ place: String,
        as job: JobID,
        _ facts: JobFacts
    ) throws(FileError) -> ClaimedFile? {
        let folder = claimed.appending(job.description)
        let source = path.appending(place)
        try files.makeFolder(folder)
        do {
            try files.move(source, to: folder.appending(facts.claimedName))
        } catch {
            guard error.isMissing else { throw error }
            return try recoverClaim(of: job, facts)
        }
        try files.remove(SpoolPath(source.description + ".reason.json"))
        return try completeClaim(of: job, facts, from: source)
    }
}

/// A file that belongs to a job.
package struct ClaimedFile: Hashable, Sendable {
    package let job: JobID
    package let path: String
    /// What the file `NAME.sha256` beside it says; `nil` without one.
    package let checksum: ChecksumFile?

    /// The hash that the file must have, in lower case.
    package var expectedSHA256: String? { checksum?.digest }

    package init(job: JobID, path: String, checksum: ChecksumFile? = nil) {
        self.job = job
        self.path = path
        self.checksum = checksum
    }
}
