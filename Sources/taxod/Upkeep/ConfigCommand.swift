import ArgumentParser
import Contract
import Foundation
import Settings
import Workshop

/// `taxod config`: checks or prints the configuration.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Check the configuration, or print the effective one.",
        subcommands: [Check.self, Print.self]
    )

    /// Reports the first fault, or that there is none.
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check file, environment and folders; status 78 if something is wrong.",
            discussion: """
                Each folder is written to as a try, the list of default models is read if one of \
                them is needed, and a remote engine is asked for its models \
                (status 69 if it does not answer). Run it as the service runs, to see what the unit \
                allows: `systemd-run --pipe --property=… taxod config check`, or as its user.
                """
        )

        @OptionGroup var options: ConfigurationOptions

        func run() throws {
            let configuration = try options.read().values
            try OpenFiles.demand()
            var denied: [String] = []
            var folders = [
                ("inbox", configuration.inbox), ("outbox", configuration.outbox),
                ("state", configuration.state),
            ]
            if let file = configuration.metrics {
                folders.append(("metrics", URL(filePath: file).deletingLastPathComponent().path))
            }
            for (key, path) in folders {
                guard let fault = try FolderProbe.fault(of: path, named: key) else { continue }
                print("“\(key)”: \(fault)")
                denied.append(URL(filePath: path).path)
            }
            guard denied.isEmpty else {
                // Under systemd, a read-only folder is most often due to the unit's sandboxing.
                print(
                    """

                    If the service's unit shuts taxod out, open the folders by a drop-in \
                    (`systemctl edit taxod`):

                    [Service]
                    ReadWritePaths=\(Set(denied).sorted().joined(separator: " "))

                    Otherwise let the user \(FolderProbe.userName) write there.
                    """
                )
                throw CommandError.misconfigured(
                    "\(denied.joined(separator: ", ")): cannot be written to"
                )
            }
            try checkCatalogue(configuration)
            print("containment: \(Containment.description(configuration))")
            if let remote = configuration.models.remote { try check(remote, configuration) }
            print("configuration: ok")
        }

        /// Looks whether the default models are listed, if any of them is needed.
        private func checkCatalogue(_ configuration: Configuration) throws {
            let setup = EngineSetup(configuration)
            guard setup.needsCatalogue else { return }
            do {
                _ = try setup.catalogue()
            } catch let error as SubmissionError {
                throw CommandError.misconfigured("\(error.message). \(error.remedy)")
            }
        }

        /// Asks a remote engine whether it serves the model.
        private func check(
            _ remote: Configuration.Remote,
            _ configuration: Configuration
        ) throws {
            let served = try EngineSetup(configuration).remoteModel()?.servedModels() ?? []
            guard served.contains(remote.model) else {
                throw CommandError.misconfigured(
                    "“models.remote.model” must be a model that \(remote.url) serves "
                        + "(\(served.joined(separator: ", "))); found “\(remote.model)”."
                )
            }
            print("remote engine: \(remote.url) serves \(remote.model)")
        }
    }

    /// Prints every value with its origin.
    struct Print: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the effective configuration and where each value comes from."
        )

        @OptionGroup var options: ConfigurationOptions

        @Flag(help: "Only the values, as a configuration file.")
        var json = false

        func run() throws {
            let effective = try options.read()
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            let data = try encoder.encode(effective.values)
            print(String(decoding: data, as: UTF8.self))
            guard !json else { return }
            print("\nNot at their defaults:")
            if effective.origins.isEmpty { print("  none") }
            for (key, origin) in effective.origins.sorted(by: { $0.key < $1.key }) {
                print("  \(key)  (\(origin))")
            }
        }
    }
}
