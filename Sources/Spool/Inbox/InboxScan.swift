package import Contract
package import Files
package import Jobs

/// An entry of the inbox that did not change for the quiet period, so it can be claimed.
package struct ReadyEntry: Hashable, Sendable {
    /// The name as raw bytes.
    package let name: [UInt8]
    /// The folder that holds it, relative to the inbox; empty for the inbox itself.
    package let folder: [UInt8]
    /// What its folder says about it.
    package let meaning: FolderMeaning
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

    static func place(of name: [UInt8], in folder: [UInt8]) -> [UInt8] {
        folder.isEmpty ? name : folder + [UInt8(ascii: "/")] + name
    }

    /// The facts that the ledger records before the claim.
    package var jobFacts: JobFacts {
        JobFacts(
            name: String(decoding: name, as: UTF8.self),
            claimedName: SubmissionName.claimed(name),
            taskHint: meaning.task,
            vocabularyHint: meaning.vocabulary,
            asVocabulary: meaning.isVocabularies,
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
    /// Files and folders that are left alone, at most ``InboxScanner/mostLeftAlone`` of them.
    package var leftAlone: [LeftAlone] = []
    /// Number of further ones.
    package var furtherLeftAlone = 0
    /// Places of checksum files that have not changed for the quiet period, and whose file is not
    /// beside them.
    package var lateChecksums: [[UInt8]] = []

    mutating func leave(_ place: [UInt8], _ why: String, isResting: Bool) {
        guard leftAlone.count < InboxScanner.mostLeftAlone else {
            furtherLeftAlone += 1
            return
        }
        let place = String(decoding: place, as: UTF8.self)
        leftAlone.append(LeftAlone(place: place, why: why, isResting: isResting))
    }
}

/// A file or folder of the inbox that is not taken.
package struct LeftAlone: Hashable, Codable, Sendable {
    /// Its path relative to the inbox.
    package let place: String
    /// Why, and what would make it count, for a person.
    package let why: String
    /// Whether it has not changed for the quiet period.
    package let isResting: Bool

    package init(place: String, why: String, isResting: Bool) {
        self.place = place
        self.why = why
        self.isResting = isResting
    }
}
