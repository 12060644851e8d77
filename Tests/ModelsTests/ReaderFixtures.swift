import Foundation
import Models

/// Files for the tests of the readers.
enum ReaderFixtures {
    static let golden = Bundle.module.bundleURL.appending(path: "Golden")
    static let smallGGUF = golden.appending(path: "small.gguf").path

    /// Calls `body` with the path of a folder that is removed afterwards.
    static func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "readers-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder.path)
    }

    /// Writes a new file in place of the old one.
    ///
    /// Truncating and rewriting a file makes ext4 flush it at once, which takes 5 ms for each of
    /// thousands of files.
    static func write(_ bytes: some Sequence<UInt8>, to path: String) throws {
        try? FileManager.default.removeItem(atPath: path)
        try Data(bytes).write(to: URL(filePath: path))
    }

    /// Writes `bytes` to a file and returns the result of `open`, called with its path.
    static func opening<Result>(
        _ bytes: some Sequence<UInt8>,
        _ open: (String) throws -> Result
    ) throws -> Result {
        try withFolder { folder in
            let path = folder + "/file"
            try Data(bytes).write(to: URL(filePath: path))
            return try open(path)
        }
    }
}

/// A stream of numbers from a seed (SplitMix64), the same on every machine.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
