package import Contract

/// A job as stored in the ledger.
package struct JobRecord: Hashable, Codable, Sendable {
    package let id: JobID
    package let state: JobState
    package let facts: JobFacts
    package let created: Timestamp
    package let updated: Timestamp

    package init(
        id: JobID,
        state: JobState,
        facts: JobFacts,
        created: Timestamp,
        updated: Timestamp
    ) {
        self.id = id
        self.state = state
        self.facts = facts
        self.created = created
        self.updated = updated
    }
}

/// What is known about a job besides its state; it grows as the job proceeds.
package struct JobFacts: Hashable, Codable, Sendable {
    /// The file's name when it was dropped, for messages; bytes that are not UTF-8 are replaced.
    package var name: String
    /// The file's name in the claimed folder and all later ones.
    package var claimedName: String
    /// The task that the inbox folder stands for.
    package var taskHint: Query.Task?
    /// The vocabulary whose folder it was dropped into, as the folder spells it.
    package var vocabularyHint: String?
    /// Whether it was dropped into the folder of vocabularies; absent in ledgers of earlier
    /// versions.
    private var droppedAsVocabulary: Bool?
    /// Where the file was seen, relative to the inbox.
    package var droppedAt: String
    /// Device and inode of the file that was seen, to recognize it after a crash.
    package var device: UInt64
    package var inode: UInt64
    package var bytes: Int?
    /// Size and time, in nanoseconds, of the claimed file when its reading began.
    package var readBytes: Int?
    package var readModified: Int64?
    /// SHA-256 of the file's bytes, in lower-case hexadecimal.
    package var sha256: String?
    /// Whether the load child has ended and the daemon is storing its outcome.
    package var isRead: Bool?
    /// The outcome that the load child reported.
    package var outcome: LoadOutcome?
    /// Whether to do the work even if an equal job was published.
    package var force: Bool
    /// The fault for which it is quarantined or waits.
    package var reason: LoadOutcome.Refusal?
    /// The staging folder that held the complete result, ready to be published; see
    /// `Outbox.seal()`.
    package var stagedIn: String?
    /// Where the file is now, relative to the inbox.
    package var place: String?
    /// Whether an operator accepts a vocabulary version that loses concepts.
    package var acceptsShrunken = false
    /// The job that this one repeats at an operator's request.
    package var retryOf: JobID?
    /// What the inbox has to say about the file, such as a checksum that came late; each once.
    package var remarks: [String]?

    /// Whether it was dropped into the folder of vocabularies, so that a table there is one.
    package var asVocabulary: Bool { droppedAsVocabulary ?? false }

    package init(
        name: String,
        claimedName: String,
        taskHint: Query.Task? = nil,
        vocabularyHint: String? = nil,
        asVocabulary: Bool = false,
        droppedAt: String,
        device: UInt64 = 0,
        inode: UInt64 = 0,
        bytes: Int? = nil,
        force: Bool = false,
        retryOf: JobID? = nil
    ) {
        self.name = name
        self.claimedName = claimedName
        self.taskHint = taskHint
        self.vocabularyHint = vocabularyHint
        droppedAsVocabulary = asVocabulary ? true : nil
        self.droppedAt = droppedAt
        self.device = device
        self.inode = inode
        self.bytes = bytes
        self.force = force
        self.retryOf = retryOf
    }

    /// Equal for two jobs that must give the same result; `nil` until the file has been read.
    ///
    /// It covers the bytes, what the answers depend on (vocabulary version, settings, model,
    /// adapter and method: ``LoadOutcome/basis``), the task of the inbox folder, and whether a table
    /// was to be read as a vocabulary.
    package var duplicateKey: String? {
        guard let outcome else { return nil }
        let task = taskHint?.rawValue ?? ""
        let parts = [outcome.sha256, outcome.basis, task] + (asVocabulary ? ["vocabulary"] : [])
        return Digest.sha256(parts.joined(separator: "\n"))
    }

    /// Adds a remark, unless it is there.
    package mutating func remark(_ text: String) {
        if remarks?.contains(text) != true { remarks = (remarks ?? []) + [text] }
    }
}

/// A query of a job as stored in the ledger.
package struct QueryRecord: Hashable, Sendable {
    /// Position in the file, counted from 1.
    package let seq: Int
    package let query: Query
    /// Why it is answered with an error instead of being asked.
    package let refusal: LoadOutcome.Refusal?
    package let state: QueryState

    package init(
        seq: Int,
        query: Query,
        refusal: LoadOutcome.Refusal?,
        state: QueryState
    ) {
        self.seq = seq
        self.query = query
        self.refusal = refusal
        self.state = state
    }
}

/// A vocabulary as stored in the ledger.
package struct VocabularyRecord: Hashable, Codable, Sendable {
    package enum Standing: String, Hashable, Codable, Sendable, CaseIterable {
        /// Answers the queries that name no version.
        case current
        /// Waits for an operator, because it lost too many concepts.
        case held
        /// Replaced by a newer version.
        case former
    }

    package let name: String
    package let kind: String
    /// SHA-256 of the loaded file's bytes.
    package let version: String
    package let concepts: Int
    package let edges: Int
    package let loaded: Timestamp
    package let standing: Standing

    package init(
        _ vocabulary: LoadOutcome.Vocabulary,
        loaded: Timestamp,
        standing: Standing
    ) {
        name = vocabulary.name
        kind = vocabulary.kind
        version = vocabulary.version
        concepts = vocabulary.concepts
        edges = vocabulary.edges
        self.loaded = loaded
        self.standing = standing
    }

    package var vocabulary: LoadOutcome.Vocabulary {
        LoadOutcome.Vocabulary(
            name: name,
            version: version,
            kind: kind,
            concepts: concepts,
            edges: edges
        )
    }
}
