package import Files
package import Jobs

/// Checksum files: beside a file, or on their own.
extension Inbox {
    /// Reads a checksum file in the inbox.
    ///
    /// - Parameters:
    ///   - place: Its place relative to the inbox.
    ///   - name: The name of the file that it belongs to.
    /// - Returns: What it says about that file; `nil` if it is gone.
    /// - Throws: ``FileError``.
    package func checksum(
        at place: [UInt8],
        for name: String
    ) throws(FileError) -> ChecksumFile? {
        let file = path.appending(bytes: place)
        guard let facts = try FileFacts(of: file) else { return nil }
        guard let bytes = try Folder.contents(of: file, limit: ChecksumFile.limit) else {
            return .unusable("it has \(facts.bytes) bytes")
        }
        return ChecksumFile(bytes, for: name)
    }

    /// Moves a checksum file beside the file of a job that is in the claimed folder.
    ///
    /// - Returns: Whether it was moved; not if one is there already, or either file is gone.
    package func adopt(
        checksum place: [UInt8],
        by job: JobID,
        _ facts: JobFacts
    ) throws(FileError) -> Bool {
        let file = claimedFile(of: job, named: facts.claimedName)
        guard try FileFacts(of: file) != nil else { return false }
        let target = SpoolPath(bytes: file.bytes + Array(".sha256".utf8))
        guard try FileFacts(of: target) == nil else { return false }
        return try put(path.appending(bytes: place), at: target)
    }

    /// Moves a checksum file out of the inbox, beside the file of a job that has ended.
    ///
    /// It gets the first free of the names `NAME.sha256`, `NAME.sha256.1` and so on; nothing is
    /// replaced.
    ///
    /// - Parameters:
    ///   - place: Its place relative to the inbox.
    ///   - ended: The place of the job's file relative to the inbox; if it is not known, the done
    ///     folder.
    /// - Returns: Where it is now, relative to the inbox; `nil` if it is gone.
    /// - Throws: ``FileError``.
    package func setAside(
        checksum place: [UInt8],
        beside ended: String
    ) throws(FileError) -> String? {
        let source = path.appending(bytes: place)
        var number = 0
        while true {
            let suffix = number == 0 ? "" : ".\(number)"
            let target = "\(ended).sha256\(suffix)"
            if try FileFacts(of: path.appending(target)) == nil {
                return try put(source, at: path.appending(target)) ? target : nil
            }
            number += 1
        }
    }

    /// Moves the checksum file of a claimed file beside the file of an earlier job, because it
    /// belongs to that one.
    package func returnChecksum(
        of job: JobID,
        _ facts: JobFacts,
        beside ended: String
    ) throws(FileError) -> String? {
        let place = "_claimed/\(job)/\(facts.claimedName).sha256"
        return try setAside(checksum: Array(place.utf8), beside: ended)
    }

    private func put(_ source: SpoolPath, at target: SpoolPath) throws(FileError) -> Bool {
        do throws(FileError) {
            try files.move(source, to: target)
        } catch {
            guard error.isMissing else { throw error }
            return false
        }
        try files.sync(folder: target.folder)
        try files.sync(folder: source.folder)
        return true
    }
}
