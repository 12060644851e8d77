import Jobs
import Synchronization

/// The files of the jobs that ended last, to notice one that is still written to.
///
/// A writer that pauses for longer than the quiet period keeps its file open, and goes on in the
/// done folder. Only the newest ``most`` files are watched, and only while the daemon runs and at
/// its start.
final class EndedFiles: Sendable {
    /// A file as it was when it was read.
    struct Watched: Sendable {
        let job: JobID
        /// Relative to the inbox.
        let place: String
        let bytes: Int
        let modified: Int64
    }

    static let most = 500

    private let files = Mutex<[Watched]>([])

    var all: [Watched] { files.withLock { $0 } }

    /// Watches the file of a job, if it was read and its place is known.
    func watch(_ job: JobRecord) {
        guard job.state.isFinal, job.state.name != .quarantined, let place = job.facts.place,
            let bytes = job.facts.readBytes, let modified = job.facts.readModified
        else { return }
        let watched = Watched(job: job.id, place: place, bytes: bytes, modified: modified)
        files.withLock { files in
            files.removeAll { $0.job == job.id }
            files.append(watched)
            if files.count > Self.most { files.removeFirst(files.count - Self.most) }
        }
    }

    func forget(_ job: JobID) { files.withLock { $0.removeAll { $0.job == job } } }
}
