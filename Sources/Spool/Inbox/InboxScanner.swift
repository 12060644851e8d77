package import Contract
import CPOSIX
package import Files
import Glibc
package import Jobs

/// An entry of the inbox that has stayed unchanged for the quiet period and can be claimed.
package struct ReadyEntry: Hashable, Sendable {
    /// The name as the system has it.
    package let name: [UInt8]
    /// The folder that holds it, relative to the inbox; empty for the inbox itself.
    package let folder: [UInt8]
    /// The task that its folder asks for.
    package let taskHint: Query.Task?
    package let facts: FileFacts
    /// Why it goes to quarantine as soon as it is claimed; `nil` for a file to be read.
    package let fault: SubmissionError?

    /// Where it lies, relative to the inbox, for a person.
    package var place: String {
        String(decoding: Self.place(of: name, in: folder), as: UTF8.self)
    }

    /// Where it lies.
    func path(in inbox: SpoolPath) -> SpoolPath {
        inbox.appending(bytes: Self.place(of: name, in: folder))
    }

    fileprivate static func place(of name: [UInt8], in folder: [UInt8]) -> [UInt8] {
        folder.isEmpty ? name : folder + [UInt8(ascii: "/")] + name
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
    /// What can be claimed: vocabularies first, then by age, then by name; at most
    /// ``InboxScanner/mostReady`` of them.
    package var ready: [ReadyEntry] = []
    /// How many more can be claimed.
    package var further = 0
    /// Entries that changed within the quiet period.
    package var unsettled = 0
    /// When the quiet period of the first of those ends, on the clock passed in.
    package var nextLook: Duration?
    /// Folders that are not looked into, or may not be listed, relative to the inbox.
    package var ignoredFolders: [String] = []
}

/// Finds the entries of an inbox that have stopped changing.
///
/// A writer that renames its file into place, one that is slow and one that goes on writing all look
/// the same from here: an entry is ready once size, times, inode and link count stayed the same
/// for the quiet period. File times are compared with each other, never with a clock, so that
/// neither a wrong clock nor preserved times matter.
package struct InboxScanner: Sendable {
    /// Where an entry lies.
    private struct Entry: Hashable {
        let folder: [UInt8]
        let task: Query.Task?
        let name: [UInt8]
    }

    /// What was seen of an entry.
    private struct Sight {
        /// A hash of its facts, 64 bits: in practice different for different facts, and an eighth of
        /// their size.
        let facts: Int
        /// When the facts were seen first.
        let since: Duration
        /// The number of the scan that saw it last.
        let look: Int
    }

    /// Entries returned by one scan, so that of a hundred thousand files only their hashes take
    /// memory.
    package static let mostReady = 4_096

    /// Folders that may lie in each other below the inbox.
    package static let deepest = 16

    private let inbox: SpoolPath
    /// How long an entry must stay unchanged.
    package var quietPeriod: Duration
    /// A larger file becomes an entry with a fault.
    package var maximumBytes: Int
    /// Whether folders that ask for no task are looked into, too.
    package var subfolders: Bool
    /// By a hash of folder and name, 64 bits as well: a hundred thousand names would be as many small
    /// allocations and fragment the heap.
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

    /// Scans once, at the moment `now` of any clock that only goes forward.
    ///
    /// - Returns: What can be claimed, and what is still changing.
    /// - Throws: ``FileError`` when the inbox cannot be listed; nothing is forgotten then.
    package mutating func scan(at now: Duration) throws(FileError) -> InboxScan {
        var scan = InboxScan()
        looks += 1
        let before = seen.count
        try look(into: [], task: nil, depth: 0, now, &scan)
        // Keys first: while a view of the dictionary lives, changing it copies all of it.
        let gone = seen.compactMap { $0.value.look == looks ? nil : $0.key }
        for key in gone { seen[key] = nil }
        if seen.isEmpty { seen = [:] }
        // So many leave megabytes in the heap of this thread, and the next scan may run on another.
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

    /// Looks at what a folder holds, and into the folders there that belong to the inbox.
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
