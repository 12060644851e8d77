package import Files
import Glibc
package import Jobs

/// Something in the inbox that rests and can be claimed.
package struct Candidate: Hashable, Sendable {
    /// The name as the system has it.
    package let name: [UInt8]
    /// The task that its folder asks for.
    package let taskHint: Query.Task?
    package let facts: FileFacts
    /// Why it goes to quarantine as soon as it is claimed; `nil` for a file to be read.
    package let fault: SubmissionError?

    /// Where it lies, relative to the inbox, for a person.
    package var place: String {
        let text = String(decoding: name, as: UTF8.self)
        return taskHint.map { "\($0.rawValue)/\(text)" } ?? text
    }

    /// What the ledger notes before the claim.
    package var jobFacts: JobFacts {
        JobFacts(
            name: String(decoding: name, as: UTF8.self),
            claimedName: SubmissionName.claimed(name),
            taskHint: taskHint,
            droppedAt: place,
            device: facts.device,
            inode: facts.inode,
            bytes: facts.kind == .regular ? facts.bytes : nil
        )
    }
}

/// What one look into the inbox found.
package struct InboxScan: Hashable, Sendable {
    /// What can be claimed: vocabularies first, then by age, then by name.
    package var candidates: [Candidate] = []
    /// Entries that have not rested long enough.
    package var unsettled = 0
    /// When the first of those may have, on the clock passed in.
    package var nextLook: Duration?
    /// Folders that are none of ours, or may not be listed, relative to the inbox.
    package var ignoredFolders: [String] = []
}

/// Finds what rests in an inbox.
///
/// A writer that renames its file into place, or that is slow, or that goes on writing, all look
/// the same from here: an entry is taken once size, times, inode and link count stayed the same
/// for the quiet period. File times are compared with each other, never with a clock, so that
/// neither a wrong clock nor preserved times matter.
package struct InboxScanner: Sendable {
    private struct Key: Hashable {
        let task: Query.Task?
        let name: [UInt8]
    }

    private let inbox: SpoolPath
    private let quietPeriod: Duration
    private let maximumBytes: Int
    private var seen: [Key: (facts: FileFacts, since: Duration)] = [:]

    /// Looks into `inbox`; a file larger than `maximumBytes` becomes a candidate with a fault.
    package init(inbox: SpoolPath, quietPeriod: Duration, maximumBytes: Int = .max) {
        self.inbox = inbox
        self.quietPeriod = quietPeriod
        self.maximumBytes = maximumBytes
    }

    /// Looks once, at the moment `now` of any clock that only goes forward.
    ///
    /// - Returns: What can be claimed, and what must rest longer.
    /// - Throws: ``FileError`` when the inbox cannot be listed; nothing is forgotten then.
    package mutating func scan(at now: Duration) throws(FileError) -> InboxScan {
        var scan = InboxScan()
        var present: [Key: (facts: FileFacts, since: Duration)] = [:]
        for name in try Folder.names(in: inbox) where !SubmissionName.isIgnored(name) {
            guard let facts = try FileFacts(of: inbox.appending(bytes: name)) else { continue }
            if facts.kind == .folder, let task = SubmissionName.task(ofFolder: name) {
                let folder = inbox.appending(bytes: name)
                guard let names = try? Folder.names(in: folder) else {
                    // One folder that taxod may not list must not hide the others.
                    scan.ignoredFolders.append(task.rawValue)
                    continue
                }
                for name in names where !SubmissionName.isIgnored(name) {
                    guard let facts = try FileFacts(of: folder.appending(bytes: name)) else {
                        continue
                    }
                    look(at: Key(task: task, name: name), facts, now, &present, &scan)
                }
            } else {
                look(at: Key(task: nil, name: name), facts, now, &present, &scan)
            }
        }
        seen = present
        scan.candidates.sort(by: Self.isBefore)
        return scan
    }

    private func look(
        at key: Key,
        _ facts: FileFacts,
        _ now: Duration,
        _ present: inout [Key: (facts: FileFacts, since: Duration)],
        _ scan: inout InboxScan
    ) {
        if facts.kind == .folder, !SubmissionName.looksLikeSubmission(key.name) {
            let name = String(decoding: key.name, as: UTF8.self)
            scan.ignoredFolders.append(key.task.map { "\($0.rawValue)/\(name)" } ?? name)
            return
        }
        var since = now
        if let before = seen[key], before.facts == facts { since = before.since }
        present[key] = (facts, since)
        guard now - since >= quietPeriod else {
            scan.unsettled += 1
            scan.nextLook = min(scan.nextLook ?? .seconds(Int64.max), since + quietPeriod)
            return
        }
        scan.candidates.append(
            Candidate(
                name: key.name,
                taskHint: key.task,
                facts: facts,
                fault: fault(of: key, facts)
            )
        )
    }

    private func fault(of key: Key, _ facts: FileFacts) -> SubmissionError? {
        let place = SubmissionError.Location(file: String(decoding: key.name, as: UTF8.self))
        guard facts.kind == .regular else {
            return SubmissionError(
                .notARegularFile,
                at: place,
                "a \(facts.kind.rawValue) was dropped, a regular file was expected"
            )
        }
        guard facts.links == 1 else {
            return SubmissionError(
                .notARegularFile,
                at: place,
                "the file has \(facts.links) names (hard links), one was expected",
                remedy: "Drop a copy of the file: one with other names can change while it is read."
            )
        }
        guard facts.bytes <= maximumBytes else {
            return SubmissionError(
                .fileTooLarge,
                at: place,
                "the file has \(facts.bytes) bytes, \(maximumBytes) are allowed"
            )
        }
        guard facts.bytes > 0 else {
            return SubmissionError(.emptyFile, at: place, "the file is empty")
        }
        let folder = key.task.map { inbox.appending($0.rawValue) } ?? inbox
        guard Folder.isReadable(folder.appending(bytes: key.name)) else {
            return SubmissionError(.unreadableFile, at: place, "the file cannot be opened to read")
        }
        return nil
    }

    private static func isBefore(_ left: Candidate, _ right: Candidate) -> Bool {
        let first = SubmissionName.looksLikeVocabulary(left.name)
        let second = SubmissionName.looksLikeVocabulary(right.name)
        if first != second { return first }
        if left.facts.modified != right.facts.modified {
            return left.facts.modified < right.facts.modified
        }
        return left.place < right.place
    }
}
