import Contract
import CPOSIX
package import Files
import Glibc

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
        let meaning: FolderMeaning
        let name: [UInt8]

        var place: [UInt8] { ReadyEntry.place(of: name, in: folder) }

        // The place alone: what a folder means can change while a file rests in it.
        static func == (left: Entry, right: Entry) -> Bool {
            left.folder == right.folder && left.name == right.name
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(folder)
            hasher.combine(name)
        }
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

    /// Largest number of entries of which a scan tells that they are left alone.
    package static let mostLeftAlone = 1_000

    /// How deep folders may be nested below the inbox.
    package static let deepest = 16

    private let inbox: SpoolPath
    /// How long an entry must stay unchanged.
    package var quietPeriod: Duration
    /// A file larger than this becomes an entry with a fault.
    package var maximumBytes: Int
    /// Whether folders that mean nothing are scanned as well.
    package var subfolders: Bool
    /// The names of the loaded vocabularies: folders with these names count.
    package var vocabularies: [String] = [] {
        didSet { lowerCaseVocabularies = Set(vocabularies.map { $0.lowercased() }) }
    }
    private var lowerCaseVocabularies: Set<String> = []
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
        try look(into: [], .inbox, depth: 0, now, &scan)
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
        _ meaning: FolderMeaning,
        depth: Int,
        _ now: Duration,
        _ scan: inout InboxScan
    ) throws(FileError) {
        let path = folder.isEmpty ? inbox : inbox.appending(bytes: folder)
        let names = try Folder.names(in: path)
        let halfDone = Set(names.compactMap(Neighbour.finishedName))
        for name in names {
            let entry = Entry(folder: folder, meaning: meaning, name: name)
            let neighbour = Neighbour.of(name)
            if neighbour == nil, SubmissionName.isOwnOrHidden(name) { continue }
            // A name of taxod's own means nothing else.
            let isLock = name.elementsEqual(Inbox.lockName.utf8)
            if isLock || name.first == UInt8(ascii: "_") { continue }
            guard let facts = try FileFacts(of: path.appending(bytes: name)) else { continue }
            if let neighbour {
                leave(entry, neighbour.rawValue, facts, now, &scan)
            } else if halfDone.contains(name) {
                leave(entry, Self.isHalfDone, facts, now, &scan)
            } else if facts.kind != .folder, let summed = SubmissionName.summed(by: name) {
                // Its file takes it along.
                if !Self.contains(names, summed) { note(entry, facts, now, &scan) }
            } else if facts.kind == .folder {
                try lookAt(entry, facts, depth: depth, now, &scan)
            } else {
                look(at: entry, facts, now, &scan)
            }
        }
    }

    private static let isHalfDone = """
        a download of this name is not finished: its mark stands beside it; taken once that is gone
        """

    /// Whether a name is among sorted ones.
    private static func contains(_ names: [[UInt8]], _ name: [UInt8]) -> Bool {
        var (low, high) = (0, names.count)
        while low < high {
            let middle = (low + high) / 2
            if names[middle].lexicographicallyPrecedes(name) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low < names.count && names[low] == name
    }

    /// Scans a folder in the inbox if it counts.
    private mutating func lookAt(
        _ entry: Entry,
        _ facts: FileFacts,
        depth: Int,
        _ now: Duration,
        _ scan: inout InboxScan
    ) throws(FileError) {
        let isSubmission = SubmissionName.looksLikeSubmission(entry.name)
        // Below a folder that means nothing, no other one does.
        let counts = depth == 0 || entry.meaning != .inbox
        let meaning =
            counts
            ? entry.meaning.within(entry.name, vocabularies: lowerCaseVocabularies) : nil
        if meaning == nil, isSubmission { return look(at: entry, facts, now, &scan) }
        guard meaning != nil || subfolders, depth < Self.deepest else {
            let remedy = FolderMeaning.remedy(vocabularies: vocabularies)
            return leave(entry, remedy, facts, now, &scan)
        }
        do throws(FileError) {
            let meaning = meaning ?? entry.meaning
            try look(into: entry.place, meaning, depth: depth + 1, now, &scan)
        } catch {
            // One folder that taxod may not list must not hide the others.
            leave(entry, "the folder cannot be listed: \(error)", facts, now, &scan)
        }
    }

    /// Observes an entry, and returns since when it has been as it is.
    private mutating func since(_ entry: Entry, _ facts: FileFacts, _ now: Duration) -> Duration {
        let (place, state) = (entry.hashValue, facts.hashValue)
        let before = seen[place]
        let since = before?.facts == state ? before?.since ?? now : now
        seen[place] = Sight(facts: state, since: since, look: looks)
        return since
    }

    private mutating func leave(
        _ entry: Entry,
        _ why: String,
        _ facts: FileFacts,
        _ now: Duration,
        _ scan: inout InboxScan
    ) {
        let isResting = now - since(entry, facts, now) >= quietPeriod
        scan.leave(entry.place, why, isResting: isResting)
    }

    /// Notes a checksum file without its file.
    private mutating func note(
        _ entry: Entry,
        _ facts: FileFacts,
        _ now: Duration,
        _ scan: inout InboxScan
    ) {
        guard facts.kind == .regular else {
            let why = "a \(facts.kind.rawValue); a checksum file is a regular file"
            return leave(entry, why, facts, now, &scan)
        }
        let since = since(entry, facts, now)
        if now - since >= quietPeriod {
            scan.lateChecksums.append(entry.place)
        } else {
            scan.unsettled += 1
            scan.nextLook = min(scan.nextLook ?? .seconds(Int64.max), since + quietPeriod)
        }
    }

    private mutating func look(
        at key: Entry,
        _ facts: FileFacts,
        _ now: Duration,
        _ scan: inout InboxScan
    ) {
        let since = since(key, facts, now)
        guard now - since >= quietPeriod else {
            scan.unsettled += 1
            scan.nextLook = min(scan.nextLook ?? .seconds(Int64.max), since + quietPeriod)
            return
        }
        scan.ready.append(
            ReadyEntry(
                name: key.name,
                folder: key.folder,
                meaning: key.meaning,
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
        let first = isVocabulary(left)
        let second = isVocabulary(right)
        if first != second { return first }
        if left.facts.modified != right.facts.modified {
            return left.facts.modified < right.facts.modified
        }
        return left.place < right.place
    }

    private static func isVocabulary(_ entry: ReadyEntry) -> Bool {
        entry.meaning.isVocabularies || SubmissionName.looksLikeVocabulary(entry.name)
    }
}
