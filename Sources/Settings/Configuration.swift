import Foundation
package import Models
package import TaxoInstruct

/// The settings of a taxod, as `Config/taxod.json` holds them.
///
/// Folders are relative to the working directory. What a file leaves out keeps the value here;
/// ``ConfigurationReader`` lays environment and command line over it.
package struct Configuration: Codable, Sendable {
    /// Where files are dropped.
    package var inbox = "Inbox"
    /// Where results appear.
    package var outbox = "Outbox"
    /// Where ledger, audit log and vocabularies live.
    package var state = "state"
    /// The vocabulary of queries that name none; without it the newest loaded.
    package var vocabulary: String?
    package var models = Models()
    package var worker = Worker()
    package var spool = Spool()
    package var retention = Retention()
    /// A file that is kept up to date for Prometheus' textfile collector.
    package var metrics: String?
    package var log = Log()
    package var method = MethodSettings()

    /// Which models answer, and how they compute.
    package struct Models: Codable, Sendable {
        /// Where `make models` puts the default models; without it the user's data folder.
        package var folder: String?
        /// A GGUF file instead of the default decoder.
        package var decoder: String?
        /// A folder with a BERT-type encoder instead of the default one.
        package var encoder: String?
        /// A folder with a LoRA adapter of the decoder, or `none`; without it `adapters/medic` beside
        /// the catalogue, where it was trained on this decoder.
        package var adapter: String?
        /// How the decoder's products are computed.
        package var arithmetic = WeightPath.int8
        /// Lists the default models; without it `models.json` beside the configuration file.
        package var catalogue = "Config/models.json"
        /// A server that answers in place of the decoder; without it nothing leaves the machine.
        package var remote: Remote?
    }

    /// The processes that read files and answer queries.
    package struct Worker: Codable, Sendable {
        /// Engine threads of a worker; 0 takes one a core.
        package var threads = 0
        /// A query that takes longer ends its worker; so long may a reader say nothing.
        package var queryTimeLimitSeconds = 900
        /// The address space that a worker or reader may have at most.
        package var memoryLimitBytes = 17_179_869_184
        /// A worker without work ends after this time.
        package var idleSeconds = 30
    }

    /// The inbox and the outbox.
    package struct Spool: Codable, Sendable {
        /// A file is taken once it has not changed for this long.
        package var quietPeriodSeconds = 5.0
        /// The inbox is read at least this often.
        package var rescanSeconds = 30.0
        /// A larger file is refused; unpacked it may have 4 GiB.
        package var maximumFileBytes = 2_147_483_648
        /// Whether files in sub-folders of the inbox are taken, too.
        package var subfolders = false
    }

    /// What `taxod prune` removes: results and their inputs, never what failed or is under way.
    package struct Retention: Codable, Sendable {
        /// Jobs that ended longer ago may go; 0 keeps all.
        package var days = 0
        /// So many of the newest jobs stay, however old.
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
    /// Keys that may be absent or null, so that encoding the defaults does not show them.
    package static let optionalKeys: Set<String> = [
        "$schema", "vocabulary", "metrics", "models.folder", "models.decoder", "models.encoder",
        "models.adapter", "models.remote", "models.remote.tokenFile",
    ]

    /// The value of `models.adapter` that switches adapters off.
    package static let noAdapter = "none"

    /// Engine threads of a worker, resolved.
    package var engineThreads: Int {
        worker.threads > 0 ? worker.threads : max(1, ProcessInfo.processInfo.activeProcessorCount)
    }

    package var modelsFolder: String {
        models.folder
            ?? ModelCatalogue.folder(environment: ProcessInfo.processInfo.environment)
            ?? "models"
    }
}
