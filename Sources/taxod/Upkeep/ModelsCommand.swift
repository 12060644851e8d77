import ArgumentParser
import Contract
import Foundation
import Inference
import Workshop

/// `taxod models`: lists the configured models, or verifies their files.
struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "List the models, or verify their files.",
        subcommands: [List.self, Verify.self]
    )

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the default models with origin and licence, and what is configured."
        )

        @OptionGroup var options: ConfigurationOptions

        func run() throws {
            let configuration = try options.read().values
            let catalogue = try EngineSetup(configuration).catalogue()
            for model in catalogue.models {
                print("\(model.role.rawValue)  \(model.name)")
                print("  package  \(model.package) \(model.version), \(model.wheel.bytes) bytes")
                print("  licence  \(model.licence)")
                print("  origin   \(model.origin)")
                print("  file     \(model.mainPath(in: configuration.modelsFolder))")
            }
            for (role, path) in [
                ("decoder", configuration.models.decoder),
                ("encoder", configuration.models.encoder),
            ] {
                if let path { print("configured \(role): \(path)") }
            }
            if let remote = configuration.models.remote {
                print(
                    "configured remote: \(remote.model) at \(remote.url), in place of the decoder"
                )
            }
            guard let folder = try? EngineSetup(configuration).adapterFolder() else { return }
            print("adapter  \(folder)")
            guard let card = try AdapterCard.read(folder: folder) else { return }
            for stage in card.stages {
                print("  taught   \(stage.taxonomy) \(stage.version.prefix(12)), \(stage.ended)")
            }
            for source in card.attribution { print("  source   \(source)") }
        }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check size and SHA-256 of every file; status 69 if one is missing or wrong."
        )

        @OptionGroup var options: ConfigurationOptions

        func run() throws {
            let configuration = try options.read().values
            let catalogue = try EngineSetup(configuration).catalogue()
            var faults = 0
            for model in catalogue.models {
                // A remote engine answers in its place.
                if model.role == .decoder, configuration.models.remote != nil { continue }
                let found = catalogue.faults(
                    of: model,
                    in: configuration.modelsFolder,
                    hashing: true
                )
                if found.isEmpty { print("\(model.name): ok, \(model.files.count) files") }
                for fault in found { print("\(model.name): \(fault)") }
                faults += found.count
            }
            if faults > 0 {
                throw CommandError.unavailable("\(faults) faults. Run `make models`.")
            }
        }
    }
}
