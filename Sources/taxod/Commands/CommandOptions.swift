import ArgumentParser
import Contract
import Foundation
import Settings
import Workshop

/// The options that choose a configuration; shared by most commands.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The configuration. Default: $TAXOD_CONFIG, else Config/taxod.json if it exists.",
            valueName: "file"
        )
    )
    var config: String?

    @Option(help: ArgumentHelp("Where ledger and vocabularies live.", valueName: "folder"))
    var state: String?

    /// Reads the configuration.
    ///
    /// - Throws: `ConfigurationError`.
    func read(_ further: [String: String?] = [:]) throws -> EffectiveConfiguration {
        var options = further.compactMapValues { $0 }
        if let state { options["state"] = state }
        return try ConfigurationReader.read(file: config, options: options)
    }
}

/// The options that choose a configuration and the language model's adapter.
struct AdapterOptions: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOptions

    @Option(
        help: ArgumentHelp(
            "The language model's adapter. Default: the configured one, else that of MEDIC.",
            valueName: "folder|none"
        )
    )
    var adapter: String?

    /// Reads the configuration.
    ///
    /// - Throws: `ConfigurationError`.
    func read(_ further: [String: String?] = [:]) throws -> EffectiveConfiguration {
        try configuration.read(further.merging(["models.adapter": adapter]) { $1 })
    }
}

/// Look-ups in the state folder that several commands share.
enum StateOptions {
    /// The path of the ledger.
    ///
    /// - Throws: ``CommandError`` if no taxod has run with this state folder.
    static func ledger(_ configuration: Configuration) throws -> String {
        let path = configuration.stateFolder.ledger.description
        guard FileManager.default.fileExists(atPath: path) else {
            throw CommandError.refused("\(path) does not exist: no taxod has run with this state.")
        }
        return path
    }
}
