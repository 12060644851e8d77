import FoundationEssentials
import Glibc

/// Packs bytes for tests, by the system's `gzip`.
package enum Gzip {
    package static func pack(_ bytes: [UInt8]) throws -> [UInt8] {
        let folder = try Workspace()
        let path = try folder.write(bytes, as: "plain")
        guard try Spawn.run(["gzip", "-n", path]) == 0 else { throw CocoaError(.fileWriteUnknown) }
        return try Array(Data(contentsOf: URL(filePath: "\(path).gz")))
    }
}

/// Runs a program and waits for it.
private enum Spawn {
    static func run(_ arguments: [String]) throws -> CInt {
        let words = arguments.map { strdup($0) }
        defer { for word in words { free(word) } }
        var child: pid_t = 0
        guard let program = words.first, let program,
            posix_spawnp(&child, program, nil, nil, words + [nil], [nil]) == 0
        else { throw CocoaError(.executableNotLoadable) }
        var status: CInt = 0
        waitpid(child, &status, 0)
        return status
    }
}
