import Foundation
import Models
import TaxoInstruct

/// The settings of a taxod, as `Config/taxod.json` holds them.
///
/// Folders are relative to the working directory. What a file leaves out keeps the value here;
/// ``ConfigurationReader`` lays environment and command line over it.
struct Configuration: Codable, Sendable {
    /// Where files are dropped.
    var inbox = "Inbox"
    /// Where results appear.
    var outbox = "Outbox"
    /// Where ledger, audit log and vocabularies live.
    var state = "state"
    /// The vocabulary of queries that name none; without it the newest loaded.
    var vocabulary: String?
    var models = Models()
    var worker = Worker()
    var spool = Spool()
    var retention = Retention()
    /// A file that is kept up to date for Prometheus' textfile collector.
    var metrics: String?
    var log = Log()
    var method = MethodSettings()

    /// Which models answer, and how they compute.
    struct Models: Codable, Sendable {
        /// Where `make models` puts the default models; without it the user's data folder.
        var folder: String?
        /// A GGUF file instead of the default decoder.
        var decoder: String?
        /// A folder with a BERT-type encoder instead of the default one.
        var encoder: String?
        /// A folder with a LoRA adapter of the decoder, or `none`; without it `adapters/medic` beside
        /// the catalogue, where it was trained on this decoder.
        var adapter: String?
        /// How the decoder's products are computed.
        var arithmetic = WeightPath.int8
        /// Lists the default models; without it `models.json` beside the configuration file.
        var catalogue = "Config/models.json"
    }

    /// The processes that read files and answer queries.
    struct Worker: Codable, Sendable {
        /// Engine threads of a worker; 0 takes one a core.
        var threads = 0
        /// A query that takes longer ends its worker; so long may a reader say nothing.
        var queryTimeLimitSeconds = 900
        /// The address space that a worker or reader may have at most.
        var memoryLimitBytes = 17_179_869_184
        /// A worker without work ends after this time.
        var idleSeconds = 30
    }

    /// The inbox and the outbox.
    struct Spool: Codable, Sendable {
        /// A file is taken once it has not changed for this long.
        var quietPeriodSeconds = 5.0
        /// The inbox is read at least this often.
        var rescanSeconds = 30.0
        /// A larger file is refused; unpacked it may have 4 GiB.
        var maximumFileBytes = 2_147_483_648
        /// Whether files in sub-folders of the inbox are taken, too.
        var subfolders = false
    }

    /// What `taxod prune` removes: results and their inputs, never what failed or is under way.
    struct Retention: Codable, Sendable {
        /// Jobs that ended longer ago may go; 0 keeps all.
        var days = 0
        /// So many of the newest jobs stay, however old.
        var keep = 100
    }

    /// What is written to standard error.
    struct Log: Codable, Sendable {
        enum Level: String, Codable, Sendable, CaseIterable {
            case debug
            case info
            case warning
            case error
        }

        var level = Level.info
    }
}

extension Configuration {
    /// Keys that may be absent or null, so that encoding the defaults does not show them.
    static let optionalKeys: Set<String> = [
        "$schema", "vocabulary", "metrics", "models.folder", "models.decoder", "models.encoder",
        "models.adapter",
    ]

    /// The value of `models.adapter` that switches adapters off.
    static let noAdapter = "none"

    /// Engine threads of a worker, resolved.
    var engineThreads: Int {
        worker.threads > 0 ? worker.threads : max(1, ProcessInfo.processInfo.activeProcessorCount)
    }

    var modelsFolder: String {
        models.folder
            ?? ModelCatalogue.folder(environment: ProcessInfo.processInfo.environment)
            ?? "models"
    }
}
