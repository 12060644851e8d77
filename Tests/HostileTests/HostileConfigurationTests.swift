import Foundation
import Testing

/// Hostile configurations given to the program, which says what is wrong or accepts them.
@Suite("Hostile configuration")
struct HostileConfigurationTests {
    private static let binary =
        ProcessInfo.processInfo.environment["TAXOD_BINARY"].map { URL(filePath: $0) }
        ?? HostileReader.root.appending(path: ".build/release/taxod")
    private static let isBuilt = FileManager.default.isExecutableFile(atPath: binary.path())
    /// ``HostileTests`` gives many more to the reader itself.
    private static let count = 200

    /// The exit status and output of `taxod config check`; `nil` if it took too long.
    private static func check(_ path: String, in folder: String) throws -> (Int32, String)? {
        let process = Process()
        process.executableURL = binary
        process.arguments = ["config", "check", "--config", path]
        process.currentDirectoryURL = URL(filePath: folder)
        process.environment = [:]
        let output = URL(filePath: folder + "/output")
        try Data().write(to: output)
        let handle = try FileHandle(forWritingTo: output)
        defer { try? handle.close() }
        process.standardOutput = handle
        process.standardError = handle
        let done = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in done.signal() }
        try process.run()
        guard done.wait(timeout: .now() + 20) == .success else {
            process.terminate()
            return nil
        }
        let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
        let status = process.terminationReason == .exit ? process.terminationStatus : -1
        return (status, text)
    }

    @Test("is refused with status 78 and a message, or accepted", .enabled(if: isBuilt))
    func mutated() throws {
        let folder = try HostileTests.scratch("configuration-program")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/taxod.json"
        // The list of models stands beside the configuration.
        let models = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Config/models.json")
        try FileManager.default.copyItem(at: models, to: URL(filePath: folder + "/models.json"))
        let good = try #require(try HostileReader.configuration.samples().first)
        var taken = 0
        for round in 0..<Self.count {
            var mutator = Mutator(seed: HostileTests.seed &+ UInt64(round))
            try Data(mutator.mutate(good.bytes, as: good.structure)).write(
                to: URL(filePath: path)
            )
            let end = try #require(try Self.check(path, in: folder), "round \(round) hung")
            #expect([0, 78].contains(end.0), "round \(round): \(end)")
            if end.0 == 78 { #expect(end.1.hasPrefix("taxod: "), "round \(round): \(end)") }
            if end.0 == 0 { taken += 1 }
        }
        #expect(taken > 0 && taken < Self.count, "\(taken) of \(Self.count) taken")
    }

    @Test(
        "is refused at once if it is a device, a pipe, a folder or gigabytes long",
        .enabled(if: isBuilt)
    )
    func notAFile() throws {
        let folder = try HostileTests.scratch("configuration-odd")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(mkfifo(folder + "/pipe", 0o600) == 0)
        try Data().write(to: URL(filePath: folder + "/sparse"))
        #expect(truncate(folder + "/sparse", 10 << 30) == 0)
        for path in ["/dev/zero", folder + "/pipe", folder + "/sparse", folder] {
            let end = try #require(try Self.check(path, in: folder), "\(path) hung")
            #expect(end.0 == 78 && end.1.contains("no regular file"), "\(path): \(end)")
        }
    }
}
