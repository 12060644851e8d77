import ArgumentParser
import Foundation
import Jobs

/// `taxod config`: looks at the configuration without running anything.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Check the configuration, or print the one in force.",
        subcommands: [Check.self, Print.self]
    )

    /// Names the first fault, or says that there is none.
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check file, environment and folders; status 78 if something is wrong."
        )

        @OptionGroup var options: ConfigurationOptions

        func run() throws {
            let configuration = try options.read().values
            for (key, path) in [
                ("inbox", configuration.inbox), ("outbox", configuration.outbox),
                ("state", configuration.state),
            ] {
                var isFolder: ObjCBool = false
                if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
                    guard isFolder.boolValue else {
                        throw Exit(.configuration, "“\(key)”: \(path) is no folder")
                    }
                    guard FileManager.default.isWritableFile(atPath: path) else {
                        throw Exit(.configuration, "“\(key)”: \(path) cannot be written to")
                    }
                } else {
                    print("“\(key)”: \(path) does not exist yet and will be made")
                }
            }
            print("configuration: ok")
        }
    }

    /// Prints every value with its origin.
    struct Print: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the configuration in force and where each value comes from."
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
