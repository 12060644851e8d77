package import Jobs

/// Why the ledger cannot be used, or rejects a change.
package enum LedgerError: Error, Hashable, CustomStringConvertible {
    /// The database was written by a newer taxod.
    case newerSchema(found: Int, known: Int)
    /// The file is a database of another program.
    case foreignDatabase(path: String)
    /// SQLite found the database damaged.
    case corrupt(path: String, detail: String)
    /// There is no ledger at this path.
    case missing(path: String)
    /// The database could not be read or written; ``isPassing`` says whether a retry may help.
    case storage(detail: String, isPassing: Bool)
    case unknownJob(JobID)
    case jobExists(JobID)
    case unknownQuery(JobID, seq: Int)
    /// The number of queries in the ledger differs from what the load child reported.
    case wrongQueryCount(JobID, found: Int, expected: Int)

    /// Whether the same operation may succeed later, for example after a full disk.
    package var isPassing: Bool {
        if case .storage(_, let isPassing) = self { isPassing } else { false }
    }

    package var description: String {
        switch self {
        case .storage(let detail, _): "the ledger cannot be used: \(detail)"
        case .newerSchema(let found, let known):
            "the ledger has schema \(found), this taxod knows up to \(known): "
                + "use the taxod that wrote it, or a newer one"
        case .foreignDatabase(let path):
            "\(path) is an SQLite database, but no ledger of taxod"
        case .corrupt(let path, let detail):
            "\(path) is damaged (\(detail)): `taxod ledger rebuild` makes a new one from the outbox "
                + "and the audit log, and so does the next `taxod run`"
        case .missing(let path): "there is no ledger at \(path): has `taxod run` been started?"
        case .unknownJob(let job): "the ledger knows no job \(job)"
        case .jobExists(let job): "the ledger has job \(job) already"
        case .unknownQuery(let job, let seq): "job \(job) has no query \(seq)"
        case .wrongQueryCount(let job, let found, let expected):
            "job \(job) has \(found) queries in the ledger, \(expected) were read"
        }
    }
}
