import ArgumentParser
import Foundation
import Contract
import Settings

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
    func reread(_ further: [String: String?] = [:]) throws -> EffectiveConfiguration {
        var options = further.compactMapValues { $0 }
        if let state { options["state"] = state }
        return try ConfigurationReader.read(file: config, options: options)
    }

    /// Reads the configuration; a fault ends the process with status 78.
    func read(_ further: [String: String?] = [:]) throws -> EffectiveConfiguration {
        do {
            return try reread(further)
        } catch let error as ConfigurationError {
            throw Exit(.configuration, error.description)
        }
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

    /// Reads the configuration; a fault ends the process with status 78.
    func read(_ further: [String: String?] = [:]) throws -> EffectiveConfiguration {
        try configuration.read(further.merging(["models.adapter": adapter]) { $1 })
    }
}

/// Ends the process with a status of sysexits and a message on standard error.
func Exit(_ status: ExitStatus, _ message: String) -> ExitCode {
    FileHandle.standardError.write(Data("taxod: \(message)\n".utf8))
    return ExitCode(status.rawValue)
}
