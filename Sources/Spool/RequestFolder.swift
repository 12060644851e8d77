package import Contract
package import Files
package import Jobs

/// An operator's request to run a job again.
package struct RetryRequest: Hashable, Codable, Sendable {
    package let job: JobID
    /// Accept a vocabulary version although it loses concepts.
    package let acceptsShrunken: Bool

    package init(job: JobID, acceptsShrunken: Bool) {
        self.job = job
        self.acceptsShrunken = acceptsShrunken
    }
}

/// An operator's request to end a job.
package struct CancelRequest: Hashable, Codable, Sendable {
    package let job: JobID

    package init(job: JobID) {
        self.job = job
    }
}

/// An operator's request to remove old results and their inputs.
package struct PruneRequest: Hashable, Codable, Sendable {
    /// Only jobs that ended before this moment may be removed.
    package let endedBefore: Timestamp
    /// This many of the newest jobs stay, however old they are.
    package let keep: Int

    package init(endedBefore: Timestamp, keep: Int) {
        self.endedBefore = endedBefore
        self.keep = keep
    }
}

/// A notice that an operator made a loaded version the current one of its vocabulary.
package struct UseRequest: Hashable, Codable, Sendable {
    package let vocabulary: LoadOutcome.Vocabulary

    package init(vocabulary: LoadOutcome.Vocabulary) {
        self.vocabulary = vocabulary
    }
}

/// The folder `state/requests`, through which commands talk to the daemon.
///
/// Only the daemon writes the ledger. A command leaves a file here instead, which also works while
/// no daemon runs.
package struct RequestFolder: Sendable {
    package let path: SpoolPath
    private let files: any FileOperations

    package init(
        state: String,
        files: any FileOperations = POSIXFileOperations()
    ) throws(FileError) {
        path = StateFolder(state).requests
        self.files = files
        try files.makeFolder(path)
    }

    /// Adds a request, replacing an earlier one for the same job.
    package func add(_ request: RetryRequest) throws {
        let bytes = Array(try CanonicalJSON.data(of: request))
        try files.write(bytes, to: path.appending("\(request.job).json"))
    }

    /// Requests that have not been handled yet, oldest job first.
    package func pending() throws(FileError) -> [RetryRequest] {
        try requests(RetryRequest.self) { JobID($0) != nil }
    }

    /// Removes a request that was handled.
    package func remove(_ request: RetryRequest) throws(FileError) {
        try files.remove(path.appending("\(request.job).json"))
    }

    // MARK: - Cancelling

    /// Adds a request; it stays until the job has ended.
    package func add(_ request: CancelRequest) throws {
        let bytes = Array(try CanonicalJSON.data(of: request))
        try files.write(bytes, to: path.appending(Self.name(of: request)))
    }

    package func pendingCancels() throws(FileError) -> [CancelRequest] {
        try requests(CancelRequest.self) { $0.hasPrefix("cancel-") }
    }

    package func remove(_ request: CancelRequest) throws(FileError) {
        try files.remove(path.appending(Self.name(of: request)))
    }

    private static func name(of request: CancelRequest) -> String { "cancel-\(request.job).json" }

    // MARK: - Versions of vocabularies

    /// Adds a request, replacing an earlier one for the same version.
    package func add(_ request: UseRequest) throws {
        let bytes = Array(try CanonicalJSON.data(of: request))
        try files.write(bytes, to: path.appending(Self.name(of: request)))
    }

    package func pendingUses() throws(FileError) -> [UseRequest] {
        try requests(UseRequest.self) { $0.hasPrefix("use-") }
    }

    package func remove(_ request: UseRequest) throws(FileError) {
        try files.remove(path.appending(Self.name(of: request)))
    }

    private static func name(of request: UseRequest) -> String {
        "use-\(SafeName(request.vocabulary.version)).json"
    }

    // MARK: - Acceptances

    /// Adds a request; each is carried out once.
    package func add(_ request: AcceptRequest) throws {
        let bytes = Array(try CanonicalJSON.data(of: request))
        try files.write(bytes, to: path.appending(Self.name(of: request)))
    }

    /// Requests that have not been handled yet, in the order in which they were made.
    package func pendingAccepts() throws(FileError) -> [AcceptRequest] {
        try requests(AcceptRequest.self, limit: Self.largestAccept) { $0.hasPrefix("accept-") }
            .sorted { $0.id < $1.id }
    }

    package func remove(_ request: AcceptRequest) throws(FileError) {
        try files.remove(path.appending(Self.name(of: request)))
    }

    /// Whether a request has not been handled yet.
    package func isPending(_ request: AcceptRequest) throws(FileError) -> Bool {
        try FileFacts(of: path.appending(Self.name(of: request))) != nil
    }

    private static func name(of request: AcceptRequest) -> String { "accept-\(request.id).json" }

    /// Holds a hundred thousand keys, and as many numbers that are used already.
    private static let largestAccept = 16 << 20

    // MARK: - Pruning

    private var pruning: SpoolPath { path.appending("prune.json") }

    /// Adds a request, replacing an earlier one.
    package func add(_ request: PruneRequest) throws {
        try files.write(Array(try CanonicalJSON.data(of: request)), to: pruning)
    }

    package func pendingPrune() throws(FileError) -> PruneRequest? {
        try requests(PruneRequest.self) { $0 == "prune" }.first
    }

    package func removePrune() throws(FileError) { try files.remove(pruning) }

    // MARK: - Pausing

    private var pause: SpoolPath { path.appending("paused") }

    /// Pauses the daemon until ``resume()``, across restarts.
    package func pause(at time: Timestamp) throws(FileError) {
        try files.write(Array("\(time)\n".utf8), to: pause)
    }

    package func resume() throws(FileError) {
        try files.remove(pause)
        try files.sync(folder: path)
    }

    package func isPaused() throws(FileError) -> Bool { try FileFacts(of: pause) != nil }

    /// Whether the daemon with this state folder is paused; creates nothing.
    package static func isPaused(state: String) -> Bool {
        let path = StateFolder(state).requests.appending("paused")
        return (try? FileFacts(of: path)) ?? nil != nil
    }

    // MARK: - Files

    /// Reads the requests whose file names, without `.json`, are valid, and removes other files.
    private func requests<Request: Decodable>(
        _ type: Request.Type,
        limit: Int = 4096,
        where isRight: (String) -> Bool
    ) throws(FileError) -> [Request] {
        var requests: [Request] = []
        for name in try Folder.names(in: path) {
            let text = String(decoding: name, as: UTF8.self)
            guard text.hasSuffix(".json"), isRight(String(text.dropLast(5))) else { continue }
            let file = path.appending(bytes: name)
            guard let bytes = try Folder.contents(of: file, limit: limit),
                let request = try? CanonicalJSON.value(
                    Request.self,
                    from: String(decoding: bytes, as: UTF8.self)
                )
            else {
                try files.remove(file)
                continue
            }
            requests.append(request)
        }
        return requests
    }
}
