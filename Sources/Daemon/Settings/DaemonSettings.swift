import Files
package import Jobs

/// The daemon's part of the configuration.
package struct DaemonSettings: Sendable {
    /// Folders, as paths.
    package var inbox: String
    package var outbox: String
    package var state: String
    /// A file is claimed once it has not changed for this long.
    package var quietPeriod: Duration
    /// The inbox is scanned at least this often.
    package var rescan: Duration
    package var maximumFileBytes: Int
    /// Whether files in sub-folders of the inbox are also claimed.
    package var subfolders: Bool
    /// The metrics file to keep up to date for Prometheus, if one is configured.
    package var metrics: String?
    /// A worker that takes longer over one query is terminated, as is a load child silent for
    /// longer.
    package var queryTimeLimit: Duration
    /// A worker that is idle for this long is ended.
    package var workerIdle: Duration
    /// How long a worker goes on while jobs of another vocabulary version wait.
    package var workerTurn: Duration
    /// Number of queries in flight in a worker.
    package var inFlight: Int
    /// The command that reads a claimed file.
    package var loadCommand: @Sendable (LoadRequest) -> ChildCommand
    /// The command that answers queries against a version of a vocabulary.
    package var workerCommand: @Sendable (_ vocabularyVersion: String) -> ChildCommand
    /// The names of the loaded vocabularies, which folders of the inbox may bear.
    package var vocabularyNames: @Sendable () throws -> [String]
    /// The range of identifiers for accepted terms of a vocabulary, if it has one.
    package var identifierRange: @Sendable (_ vocabulary: String) -> IdentifierRange?

    package init(
        inbox: String,
        outbox: String,
        state: String,
        quietPeriod: Duration,
        rescan: Duration,
        maximumFileBytes: Int,
        subfolders: Bool = false,
        metrics: String? = nil,
        queryTimeLimit: Duration,
        workerIdle: Duration,
        workerTurn: Duration = .seconds(60),
        inFlight: Int,
        loadCommand: @escaping @Sendable (LoadRequest) -> ChildCommand,
        workerCommand: @escaping @Sendable (String) -> ChildCommand,
        vocabularyNames: @escaping @Sendable () throws -> [String] = { [] },
        identifierRange: @escaping @Sendable (String) -> IdentifierRange? = { _ in nil }
    ) {
        self.inbox = inbox
        self.outbox = outbox
        self.state = state
        self.quietPeriod = quietPeriod
        self.rescan = rescan
        self.maximumFileBytes = maximumFileBytes
        self.subfolders = subfolders
        self.metrics = metrics
        self.queryTimeLimit = queryTimeLimit
        self.workerIdle = workerIdle
        self.workerTurn = workerTurn
        self.inFlight = inFlight
        self.loadCommand = loadCommand
        self.workerCommand = workerCommand
        self.vocabularyNames = vocabularyNames
        self.identifierRange = identifierRange
    }

    var stateFolder: StateFolder { StateFolder(state) }
}

/// A claimed file for a child to read.
package struct LoadRequest: Hashable, Sendable {
    /// Where the file is.
    package let path: String
    /// The file's name when it was dropped.
    package let fileName: String
    /// The task of the folder into which the file was dropped.
    package let task: String?
    /// The vocabulary into whose folder the file was dropped.
    package let vocabulary: String?
    /// Whether the file was dropped into the folder of vocabularies.
    package let asVocabulary: Bool
    /// The hash given in the file `NAME.sha256` beside it, in lower case.
    package let expectedSHA256: String?
    /// Whether an operator accepted that the vocabulary loses concepts.
    package let acceptsShrunken: Bool
}
