import Foundation
package import Models
package import TaxoInstruct

/// The settings of taxod, as they stand in `Config/taxod.json`.
///
/// Folders are relative to the working directory. A key that the file leaves out has the value
/// given here; ``ConfigurationReader`` then applies the environment and the command line.
package struct Configuration: Codable, Sendable {
    /// Where files are dropped.
    package var inbox = "Inbox"
    /// Where results appear.
    package var outbox = "Outbox"
    /// Where ledger, audit log and vocabularies live.
    package var state = "state"
    /// The vocabulary for queries that name none; if unset, the only one loaded.
    package var vocabulary: String?
    /// What holds for single vocabularies, by their names; `*` stands for every other one.
    package var vocabularies: [String: Vocabulary] = [:]
    package var models = Models()
    package var worker = Worker()
    package var spool = Spool()
    package var retention = Retention()
    /// A file that is kept up to date for the textfile collector of Prometheus.
    package var metrics: String?
    package var log = Log()
    package var method = MethodSettings()

    /// Which models answer, and how they compute.
    package struct Models: Codable, Sendable {
        /// Where `make models` puts the default models; if unset, the user's data folder.
        package var folder: String?
        /// A GGUF file to use instead of the default decoder.
        package var decoder: String?
        /// A folder with a BERT-type encoder to use instead of the default one.
        package var encoder: String?
        /// A folder with a LoRA adapter for the decoder, or `none`; if unset, `adapters/medic`
        /// beside the catalogue, provided that it was trained on this decoder.
        package var adapter: String?
        /// The arithmetic of the decoder's matrix products.
        package var arithmetic = WeightPath.int8
        /// The list of the default models; if unset, `models.json` beside the configuration file.
        package var catalogue = "Config/models.json"
        /// A server that answers in place of the decoder; if unset, nothing leaves the machine.
        package var remote: Remote?
    }

    /// The processes that read files and answer queries.
    package struct Worker: Codable, Sendable {
        /// Engine threads per worker; 0 means one per core.
        package var threads = 0
        /// The time limit of a query and of a reader's silence; a process that exceeds it is ended.
        package var queryTimeLimitSeconds = 900
        /// The most address space that a worker or reader may have.
        package var memoryLimitBytes = 17_179_869_184
        /// An idle worker ends after this time.
        package var idleSeconds = 30
    }

    /// The inbox and the outbox.
    package struct Spool: Codable, Sendable {
        /// A file is taken once it has not changed for this long.
        package var quietPeriodSeconds = 5.0
        /// The inbox is scanned at least this often.
        package var rescanSeconds = 30.0
        /// A larger file is refused; unpacked, a file may have up to 4 GiB.
        package var maximumFileBytes = 2_147_483_648
        /// Whether files in subfolders other than `expand`, `place` and `grow` are taken.
        package var subfolders = false
    }

    /// What `taxod prune` removes: results and their inputs, but no failed or unfinished jobs.
    package struct Retention: Codable, Sendable {
        /// Jobs that ended longer ago may be removed; 0 keeps all.
        package var days = 0
        /// The number of newest jobs that are kept, however old they are.
        package var keep = 100
    }

    /// What is written to standard error.
    package struct Log: Codable, Sendable {
        package enum Level: String, Codable, Sendable, CaseIterable {
            case debug
            case info
            case warning
            case error
        }

        package var level = Level.info
    }
}

extension Configuration {
    /// Keys that may be missing or null, and are therefore absent from the encoded defaults.
    package static let optionalKeys: Set<String> = [
        "$schema", "vocabulary", "metrics", "models.folder", "models.decoder", "models.encoder",
        "models.adapter", "models.remote", "models.remote.tokenFile",
    ]

    /// The value of `models.adapter` that switches adapters off.
    package static let noAdapter = "none"

    /// Engine threads per worker, where 0 is resolved to the number of cores.
    package var engineThreads: Int {
        worker.threads > 0 ? worker.threads : max(1, ProcessInfo.processInfo.activeProcessorCount)
    }

    package var modelsFolder: String {
        models.folder
            ?? ModelCatalogue.folder(environment: ProcessInfo.processInfo.environment)
            ?? "models"
    }
}
