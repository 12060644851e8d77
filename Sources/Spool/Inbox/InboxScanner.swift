package import Contract
import CPOSIX
package import Files
import Glibc
package import Jobs

/// An entry of the inbox that did not change for the quiet period, so it can be claimed.
package struct ReadyEntry: Hashable, Sendable {
    /// The name as raw bytes.
    package let name: [UInt8]
    /// The folder that holds it, relative to the inbox; empty for the inbox itself.
    package let folder: [UInt8]
    /// The task that its folder stands for.
    package let taskHint: Query.Task?
    package let facts: FileFacts
    /// Why it goes to quarantine as soon as it is claimed; `nil` for a file that is to be read.
    package let fault: SubmissionError?

    /// Its path relative to the inbox, for messages.
    package var place: String {
        String(decoding: Self.place(of: name, in: folder), as: UTF8.self)
    }

    /// Its full path.
    func path(in inbox: SpoolPath) -> SpoolPath {
        inbox.appending(bytes: Self.place(of: name, in: folder))
    }

    fileprivate static func place(of name: [UInt8], in folder: [UInt8]) -> [UInt8] {
        folder.isEmpty ? name : folder + [UInt8(ascii: "/")] + name
    }

    /// The facts that the ledger records before the claim.
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

/// The result of one scan of the inbox.
package struct InboxScan: Hashable, Sendable {
    /// Entries that can be claimed: vocabularies first, then by age, then by name; at most
    /// ``InboxScanner/mostReady`` of them.
    package var ready: [ReadyEntry] = []
    /// Number of further entries that can be claimed.
    package var further = 0
    /// Number of entries that changed within the quiet period.
    package var unsettled = 0
    /// When the first of those will have been quiet long enough, on the caller's clock.
    package var nextLook: Duration?
    /// Folders that are not scanned or cannot be listed, relative to the inbox.
    package var ignoredFolders: [String] = []
}

/// Finds the entries of an inbox that have stopped changing.
///
/// A writer that renames its file into place, a slow one and one that keeps writing all look the
/// same from here, so an entry is ready once size, times, inode and link count have stayed the same
/// for the quiet period. File times are compared only with each other, never with a clock, so
/// neither a wrong clock nor preserved times matter.
package struct InboxScanner: Sendable {
    /// The place of an entry.
    private struct Entry: Hashable {
        let folder: [UInt8]
        let task: Query.Task?
        let name: [UInt8]
    }

    /// The last observation of an entry.
    private struct Sight {
        /// A 64-bit hash of its facts: in practice different for different facts, and an eighth of
        /// their size.
        let facts: Int
        /// When these facts were first seen.
        let since: Duration
        /// The number of the last scan that saw it.
        let look: Int
    }

    /// Largest number of entries returned by one scan, so that of a hundred thousand files only the
    /// hashes take memory.
    package static let mostReady = 4_096

    /// How deep folders may be nested below the inbox.
    package static let deepest = 16

    private let inbox: SpoolPath
    /// How long an entry must stay unchanged.
    package var quietPeriod: Duration
    /// A file larger than this becomes an entry with a fault.
    package var maximumBytes: Int
    /// Whether folders that stand for no task are scanned as well.
    package var subfolders: Bool
    /// Keyed by a 64-bit hash of folder and name: a hundred thousand names would each be a small
    /// allocation and fragment the heap.
    private var seen: [Int: Sight] = [:]
    private var looks = 0

    package init(
        inbox: SpoolPath,
        quietPeriod: Duration,
        maximumBytes: Int = .max,
        subfolders: Bool = false
    ) {
        self.inbox = inbox
        self.quietPeriod = quietPeriod
        self.maximumBytes = maximumBytes
        self.subfolders = subfolders
    }

    /// Scans once, at the moment `now` of any clock that never goes backwards.
    ///
    /// - Returns: What can be claimed, and what is still changing.
    /// - Throws: ``FileError`` when the inbox cannot be listed; nothing is forgotten then.
    package mutating func scan(at now: Duration) throws(FileError) -> InboxScan {
        var scan = InboxScan()
        looks += 1
        let before = seen.count
        try look(into: [], task: nil, depth: 0, now, &scan)
        // Collect the keys first: changing the dictionary while a view of it lives copies all of
        // it.
        let gone = seen.compactMap { $0.value.look == looks ? nil : $0.key }
        for key in gone { seen[key] = nil }
        if seen.isEmpty { seen = [:] }
        // A scan this large leaves megabytes in this thread's heap; the next may run on another.
        if max(before, seen.count) > Self.mostReady { taxod_return_memory() }
        Self.keepFirst(of: &scan)
        return scan
    }

    /// Sorts the ready entries and drops those beyond ``mostReady``.
    private static func keepFirst(of scan: inout InboxScan) {
        scan.ready.sort(by: isBefore)
        let surplus = scan.ready.count - mostReady
        guard surplus > 0 else { return }
        scan.ready.removeLast(surplus)
        scan.further += surplus
    }

    /// Scans a folder, and the folders in it that belong to the inbox.
    private mutating func look(
        into folder: [UInt8],
        task: Query.Task?,
        depth: Int,
        _ now: Duration,
        _ scan: inout InboxScan
    ) throws(FileError) {
        let path = folder.isEmpty ? inbox : inbox.appending(bytes: folder)
        for name in try Folder.names(in: path) where !SubmissionName.isIgnored(name) {
            guard let facts = try FileFacts(of: path.appending(bytes: name)) else { continue }
            let asked = depth == 0 ? SubmissionName.task(ofFolder: name) : nil
            let isOurs = asked != nil || subfolders && !SubmissionName.looksLikeSubmission(name)
            guard facts.kind == .folder, isOurs, depth < Self.deepest else {
                look(at: Entry(folder: folder, task: task, name: name), facts, now, &scan)
                continue
            }
            let place = ReadyEntry.place(of: name, in: folder)
            do {
                try look(into: place, task: asked ?? task, depth: depth + 1, now, &scan)
            } catch {
                // One folder that taxod may not list must not hide the others.
                scan.ignoredFolders.append(String(decoding: place, as: UTF8.self))
            }
        }
    }

    private mutating func look(
        at key: Entry,
        _ facts: FileFacts,
        _ now: Duration,
        _ scan: inout InboxScan
    ) {
        if facts.kind == .folder, !SubmissionName.looksLikeSubmission(key.name) {
            let place = ReadyEntry.place(of: key.name, in: key.folder)
            scan.ignoredFolders.append(String(decoding: place, as: UTF8.self))
            return
        }
        let (place, state) = (key.hashValue, facts.hashValue)
        let before = seen[place]
        let since = before?.facts == state ? before?.since ?? now : now
        seen[place] = Sight(facts: state, since: since, look: looks)
        guard now - since >= quietPeriod else {
            scan.unsettled += 1
            scan.nextLook = min(scan.nextLook ?? .seconds(Int64.max), since + quietPeriod)
            return
        }
        scan.ready.append(
            ReadyEntry(
                name: key.name,
                folder: key.folder,
                taskHint: key.task,
                facts: facts,
                fault: fault(of: key, facts)
            )
        )
        if scan.ready.count >= 2 * Self.mostReady { Self.keepFirst(of: &scan) }
    }

    private func fault(of key: Entry, _ facts: FileFacts) -> SubmissionError? {
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
        let path = inbox.appending(bytes: ReadyEntry.place(of: key.name, in: key.folder))
        guard Folder.isReadable(path) else {
            return SubmissionError(.unreadableFile, at: place, "the file cannot be opened to read")
        }
        return nil
    }

    private static func isBefore(_ left: ReadyEntry, _ right: ReadyEntry) -> Bool {
        let first = SubmissionName.looksLikeVocabulary(left.name)
        let second = SubmissionName.looksLikeVocabulary(right.name)
        if first != second { return first }
        if left.facts.modified != right.facts.modified {
            return left.facts.modified < right.facts.modified
        }
        return left.place < right.place
    }
}
