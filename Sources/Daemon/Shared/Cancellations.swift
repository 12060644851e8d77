import Jobs
import Synchronization

/// The jobs that an operator wants to end, and that have not ended yet.
///
/// The request file stays until the job has ended, so that nothing is forgotten over a restart. A
/// job is ended by the lane that works on it: nobody takes it away in the middle of a step.
final class Cancellations: Sendable {
    private let jobs = Mutex<Set<JobID>>([])

    var isEmpty: Bool { jobs.withLock(\.isEmpty) }

    /// The jobs, oldest first.
    var all: [JobID] { jobs.withLock { $0.sorted() } }

    func contains(_ job: JobID) -> Bool { jobs.withLock { $0.contains(job) } }

    /// Adds a job, and returns whether it is new.
    func add(_ job: JobID) -> Bool { jobs.withLock { $0.insert(job).inserted } }

    func remove(_ job: JobID) { jobs.withLock { _ = $0.remove(job) } }
}
