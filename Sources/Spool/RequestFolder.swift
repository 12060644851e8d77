package import Files
package import Jobs

/// An operator's wish to run a job again.
package struct RetryRequest: Hashable, Codable, Sendable {
    package let job: JobID
    /// Take a vocabulary version although it loses concepts.
    package let acceptsShrunken: Bool

    package init(job: JobID, acceptsShrunken: Bool) {
        self.job = job
        self.acceptsShrunken = acceptsShrunken
    }
}

/// The folder `state/requests`, by which a command speaks to the daemon.
///
/// A command never writes the ledger, whose only writer is the daemon; it leaves a file here, which
/// also works while no daemon runs.
package struct RequestFolder: Sendable {
    private let path: SpoolPath
    private let files: any FileOperations

    package init(
        state: String,
        files: any FileOperations = POSIXFileOperations()
    ) throws(FileError) {
        path = SpoolPath(state).appending("requests")
        self.files = files
        try files.makeFolder(path)
    }

    /// Leaves a request; one for the same job is replaced.
    package func add(_ request: RetryRequest) throws {
        let bytes = Array(try CanonicalJSON.data(of: request))
        try files.write(bytes, to: path.appending("\(request.job).json"))
    }

    /// Requests that nobody has taken, by the age of the jobs.
    package func pending() throws(FileError) -> [RetryRequest] {
        var requests: [RetryRequest] = []
        for name in try Folder.names(in: path) where name.suffix(5) == Array(".json".utf8)[...] {
            let file = path.appending(bytes: name)
            guard let bytes = try Folder.contents(of: file, limit: 4096),
                let request = try? CanonicalJSON.value(
                    RetryRequest.self,
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

    /// Removes a request that was taken.
    package func remove(_ request: RetryRequest) throws(FileError) {
        try files.remove(path.appending("\(request.job).json"))
    }
}
