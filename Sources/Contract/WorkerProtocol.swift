/// What a worker and the daemon agree on besides queries and answers.
package enum WorkerProtocol {
    /// The beginning of the line that a worker writes to standard error once it can answer.
    package static let readyLine = "taxod: ready"
}
