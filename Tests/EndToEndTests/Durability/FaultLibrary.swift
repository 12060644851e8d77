import Foundation
import Glibc

/// The library that kills a process at one of its file-changing calls, or lets the call fail.
///
/// Built from `Tests/FaultLibrary/faults.c`, once a test run, by the compiler of the toolchain.
actor FaultLibrary {
    static let shared = FaultLibrary()

    /// What is done at the call.
    enum Fault: Sendable, CustomStringConvertible {
        /// Nothing: calls are only counted.
        case none
        /// The process is killed before the call.
        case kill
        /// The process is killed after half of a write, or before any other call.
        case tear
        /// The call fails with this `errno`.
        case error(Int32)
        /// A write takes half of the bytes.
        case short
        /// The process gets SIGTERM before the call.
        case stop

        var mode: String {
            switch self {
            case .none: "count"
            case .kill: "kill"
            case .tear: "tear"
            case .error: "fail"
            case .short: "short"
            case .stop: "stop"
            }
        }

        var description: String {
            guard case .error(let code) = self else { return mode }
            return String(cString: strerror(code))
        }
    }

    struct Unbuilt: Error {
        let errors: String
    }

    /// Goes with the process.
    private static let folder: URL = {
        atexit { try? FileManager.default.removeItem(at: FaultLibrary.folder) }
        return FileManager.default.temporaryDirectory.appending(path: "taxod-faults-\(getpid())")
    }()

    private var library: URL?

    /// The variables under which a process of taxod meets the fault.
    ///
    /// - Parameters:
    ///   - fault: What happens.
    ///   - position: The call at which it happens first, from 1.
    ///   - calls: At how many calls it happens.
    ///   - only: Calls of this name on a path that holds this part alone count, if it is told.
    ///   - command: The command of taxod that it happens to.
    ///   - root: The folder whose files count.
    ///   - log: Gets a line for each call, or, if there is a fault, for each call at fault.
    /// - Returns: What is to be added to the process's environment.
    /// - Throws: ``Unbuilt``.
    func environment(
        _ fault: Fault,
        at position: Int = 1,
        calls: Int = 1,
        only: (name: String, part: String)? = nil,
        in command: String = "run",
        below root: URL,
        log: URL
    ) throws -> [String: String] {
        let library = try built()
        var variables = [
            "LD_PRELOAD": library.path(), "FAULTS_COMMAND": command, "FAULTS_ROOT": root.path(),
            "FAULTS_MODE": fault.mode, "FAULTS_AT": "\(position)", "FAULTS_CALLS": "\(calls)",
            "FAULTS_LOG": log.path(),
        ]
        if let only { variables["FAULTS_ONLY"] = "\(only.name) \(only.part)" }
        if case .error(let code) = fault { variables["FAULTS_ERRNO"] = "\(code)" }
        return variables
    }

    private func built() throws -> URL {
        if let library { return library }
        try FileManager.default.createDirectory(
            at: Self.folder,
            withIntermediateDirectories: true
        )
        let target = Self.folder.appending(path: "libfaults.so")
        let source = Checkout.root.appending(path: "Tests/FaultLibrary/faults.c")
        // Swift brings its own clang, which need not be on the path.
        let compile = """
            swift=$(command -v swift) && beside=$(dirname "$(readlink -f "$swift")")
            for compiler in "$beside/clang" clang cc; do
                command -v "$compiler" >/dev/null || continue
                exec "$compiler" -std=gnu17 -shared -fPIC -O1 -o "$1" "$2"
            done
            echo "no C compiler" >&2
            exit 69
            """
        let end = try Checkout.run(
            "/bin/sh",
            ["-c", compile, "sh", target.path(), source.path()]
        )
        guard end.status == 0 else { throw Unbuilt(errors: end.errors) }
        library = target
        return target
    }
}

/// A file-changing call that the library saw.
struct FileCall: Sendable {
    let number: Int
    /// Such as `rename`.
    let name: String
    let path: String
    /// The second path, of a rename or link; otherwise empty.
    let other: String
    /// `errno`, or 0 if it succeeded.
    let code: Int

    /// Whether it is a worker's reading of queries or writing of answers.
    var isPipe: Bool { ["input", "output"].contains(path) }

    /// The calls noted in a log, in the order of their numbers.
    static func log(_ file: URL) throws -> [FileCall] {
        guard let handle = try? FileHandle(forReadingFrom: file) else { return [] }
        defer { try? handle.close() }
        // The library's `struct log`: the length of the text, the number of faults, the text.
        let words = MemoryLayout<Int>.size
        let header = try handle.read(upToCount: 2 * words) ?? Data()
        guard header.count == 2 * words else { return [] }
        let length = header.withUnsafeBytes { $0.loadUnaligned(as: Int.self) }
        let text = String(decoding: try handle.read(upToCount: length) ?? Data(), as: UTF8.self)
        return text.split(separator: "\n")
            .compactMap { line in
                let cells = line.split(separator: "\t", omittingEmptySubsequences: false)
                guard cells.count == 5, let number = Int(cells[0]), let code = Int(cells[4])
                else { return nil }
                return FileCall(
                    number: number,
                    name: String(cells[1]),
                    path: String(cells[2]),
                    other: String(cells[3]),
                    code: code
                )
            }
            .sorted { $0.number < $1.number }
    }
}
