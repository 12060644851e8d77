/// What a worker and the daemon agree on beside queries and answers.
package enum WorkerProtocol {
    /// How the line begins that a worker writes to standard error once it can answer.
    package static let readyLine = "taxod: ready"
}
