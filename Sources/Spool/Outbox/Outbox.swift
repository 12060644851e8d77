import Contract
package import Files
package import FoundationEssentials
package import Jobs

/// The folder in which results appear, each complete by one rename.
///
///     .staging/<job>/ ──▶ YYYY-MM-DD/<safe-name>.<8 hex>/      latest ─▶ the newest
package struct Outbox: Sendable {
    package let path: SpoolPath
    private let files: any FileOperations
    private var staging: SpoolPath { path.appending(".staging") }
    private var newLatest: SpoolPath { path.appending(".latest") }

    /// Creates missing folders.
    ///
    /// - Throws: ``FileError``; with `EXDEV` when the staging folder is on another file system.
    package init(
        path: SpoolPath,
        files: any FileOperations = POSIXFileOperations()
    ) throws(FileError) {
        self.path = path
        self.files = files
        try files.makeFolder(path)
        try files.makeFolders([".staging"], in: path)
    }

    /// The folder of a job's result, relative to the outbox; chosen once, when it is staged.
    package static func resultName(
        of job: JobID,
        _ facts: JobFacts,
        at time: Timestamp
    ) -> String {
        "\(time.day)/\(SafeName(facts.name)).\(job.short)"
    }

    /// Whether this result is in the outbox and complete.
    package func hasResult(_ result: String) -> Bool { Self.hasResult(result, in: path) }

    /// Whether this result is in the outbox at `path` and complete.
    package static func hasResult(_ result: String, in path: SpoolPath) -> Bool {
        let success = path.appending(result).appending("_SUCCESS")
        return (try? FileFacts(of: success))??.kind == .regular
    }

    /// Starts writing a job's result from scratch.
    package func stage(_ job: JobID, result: String) throws(FileError) -> ResultWriter {
        let folder = staging.appending(job.description)
        try files.removeTree(folder)
        try files.makeFolder(folder)
        return try ResultWriter(folder: folder, result: result, files: files)
    }

    /// Identifies the staging folder, to notice when it was replaced, for example by a mount.
    package var stagingPlace: String? {
        get throws(FileError) {
            try FileFacts(of: staging.appending(".")).map { "\($0.device):\($0.inode)" }
        }
    }

    /// Makes the names of the staged results durable.
    ///
    /// - Returns: The staging folder's identity. As long as it equals ``stagingPlace``, a result
    ///   that is missing from there has been published.
    /// - Throws: ``FileError``.
    package func seal() throws(FileError) -> String? {
        try files.sync(folder: staging)
        return try stagingPlace
    }

    /// Publishes a staged result; does nothing if it was published before, even if someone has
    /// moved it away since.
    ///
    /// - Precondition: The result was staged completely, and ``seal()`` returned this very folder.
    /// - Throws: ``FileError``; with `EEXIST` when something else has that name.
    package func publish(_ job: JobID, as result: String) throws(FileError) {
        let staged = staging.appending(job.description)
        let target = path.appending(result)
        if try isResult(target, of: job) {
            // The rename happened, but perhaps the power failed before the folder was durable.
            try sync(day: target.folder)
            try files.removeTree(staged)
            return
        }
        guard try FileFacts(of: staged) != nil else {
            try files.sync(folder: staging)
            return
        }
        var isThere = false
        while !isThere {
            try files.makeFolder(target.folder)
            try files.sync(folder: path)
            do throws(FileError) {
                try files.move(staged, to: target)
                isThere = true
            } catch {
                // A consumer may have removed the day's folder after emptying it; it is then
                // created again.
                guard error.isMissing, try FileFacts(of: target.folder) == nil else { throw error }
            }
        }
        try sync(day: target.folder)
        try files.sync(folder: staging)
    }

    /// Makes the names in a day's folder durable, unless a consumer has emptied and removed it.
    private func sync(day folder: SpoolPath) throws(FileError) {
        do throws(FileError) { try files.sync(folder: folder) } catch {
            guard error.isMissing else { throw error }
        }
    }

    /// Removes a job's result: hides it with one rename, then deletes file by file.
    package func remove(_ result: String, of job: JobID) throws(FileError) {
        let going = staging.appending("\(job).pruned")
        let folder = path.appending(result)
        if try isResult(folder, of: job) {
            try files.removeTree(going)
            try files.move(folder, to: going)
            try files.sync(folder: folder.folder)
        }
        try files.removeTree(going)
        // The day's folder is removed with its last result.
        do {
            try files.remove(folder.folder)
        } catch {
            guard error.isTaken else { throw error }
        }
    }

    /// Points `latest` to a result.
    package func pointLatest(to result: String) throws(FileError) {
        try files.remove(newLatest)
        do throws(FileError) {
            try files.link(newLatest, to: result)
            try files.replace(path.appending("latest"), by: newLatest)
        } catch {
            try? files.remove(newLatest)
            throw error
        }
        try files.sync(folder: path)
    }

    /// Replaces `_status.json`, which need not survive a power failure.
    package func writeStatus(_ json: Data) throws(FileError) {
        try files.write(Array(json), to: path.appending("_status.json"), durably: false)
    }

    /// Removes what a crash left behind: staging folders of jobs that are not in `jobs`, and
    /// temporary files.
    package func cleanStaging(keeping jobs: Set<JobID>) throws(FileError) {
        try files.remove(newLatest)
        try files.remove(path.appending("_status.json.tmp"))
        for name in try Folder.names(in: staging) {
            let job = JobID(String(decoding: name, as: UTF8.self))
            if let job, jobs.contains(job) { continue }
            try files.removeTree(staging.appending(bytes: name))
        }
    }

    /// Whether a folder is the complete result of this job.
    private func isResult(_ folder: SpoolPath, of job: JobID) throws(FileError) -> Bool {
        guard let bytes = try Folder.contents(of: folder.appending("_SUCCESS"), limit: 4096) else {
            return false
        }
        let text = String(decoding: bytes, as: UTF8.self)
        return (try? CanonicalJSON.value([String: String].self, from: text))?["job"]
            == job.description
    }
}
