import Files

/// What the configuration sets for the daemon.
package struct DaemonSettings: Sendable {
    /// Folders, as paths.
    package var inbox: String
    package var outbox: String
    package var state: String
    /// A file is taken once it has not changed for this long.
    package var quietPeriod: Duration
    /// The inbox is read at least this often.
    package var rescan: Duration
    package var maximumFileBytes: Int
    /// Whether files in sub-folders of the inbox are taken, too.
    package var subfolders: Bool
    /// The file kept up to date for Prometheus, if one is configured.
    package var metrics: String?
    /// A worker at one query for longer is ended, and so is a reading child silent for longer.
    package var queryTimeLimit: Duration
    /// A worker without work ends after this time.
    package var workerIdle: Duration
    /// Queries asked of a worker at a time.
    package var inFlight: Int
    /// The command that reads a claimed file.
    package var loadCommand: @Sendable (LoadRequest) -> ChildCommand
    /// The command that answers against a version of a vocabulary.
    package var workerCommand: @Sendable (_ vocabularyVersion: String) -> ChildCommand

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
        inFlight: Int,
        loadCommand: @escaping @Sendable (LoadRequest) -> ChildCommand,
        workerCommand: @escaping @Sendable (String) -> ChildCommand
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
        self.inFlight = inFlight
        self.loadCommand = loadCommand
        self.workerCommand = workerCommand
    }

    var stateFolder: StateFolder { StateFolder(state) }
}

/// A claimed file that a child is to read.
package struct LoadRequest: Hashable, Sendable {
    /// Where the file lies.
    package let path: String
    /// The name under which it was dropped.
    package let fileName: String
    /// The task of the folder that it was dropped into.
    package let task: String?
    /// What the file `NAME.sha256` beside it says, in lower case.
    package let expectedSHA256: String?
    /// Whether an operator accepted that the vocabulary loses concepts.
    package let acceptsShrunken: Bool
}
