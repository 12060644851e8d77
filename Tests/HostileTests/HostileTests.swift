import Contract
import Foundation
import Glibc
import Models
import TaxonomyFormats
import Testing

/// Generated hostile files: no crash, no hang, no unexpected error, bounded memory.
///
/// Each reader gets a few hundred here; `make fuzz` sets `TAXOD_FUZZ_COUNT` and `TAXOD_FUZZ_SEED`
/// for more. If the process dies, the input it was reading is left in `TAXOD_FUZZ_FOLDER` or in a
/// temporary folder.
@Suite("Hostile input")
struct HostileTests {
    private static let environment = ProcessInfo.processInfo.environment
    static let count = environment["TAXOD_FUZZ_COUNT"].flatMap(Int.init) ?? 300
    static let seed = environment["TAXOD_FUZZ_SEED"].flatMap(UInt64.init) ?? 20_261_122

    /// The most resident memory, in bytes, that a run over thousands of files may reach.
    private static let memoryLimit = 1_500 << 20

    /// A scratch folder, in memory where possible, because tens of thousands of files are written.
    static func scratch(_ name: String) throws -> String {
        let base =
            environment["TAXOD_FUZZ_FOLDER"]
            ?? (access("/dev/shm", W_OK) == 0 ? "/dev/shm" : NSTemporaryDirectory())
        let path = "\(base)/taxod-hostile-\(getpid())-\(name)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    @Test("a mutated file is read or refused, quickly", arguments: HostileReader.chosen)
    func mutated(_ reader: HostileReader) throws {
        let folder = try Self.scratch(reader.rawValue)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let samples = try reader.samples()
        var read = 0
        var slowest = 0.0
        for round in 0..<Self.count {
            let sample = samples[round % samples.count]
            var mutator = Mutator(seed: Self.seed &+ UInt64(round))
            let bytes = mutator.mutate(sample.bytes, as: sample.structure)
            let start = HostileReader.threadSeconds()
            do {
                try reader.read(bytes, of: sample, in: folder)
                read += 1
            } catch {
                #expect(reader.isExpected(error), "\(sample.name), round \(round): \(error)")
            }
            let seconds = HostileReader.threadSeconds() - start
            slowest = max(slowest, seconds)
            #expect(
                seconds < HostileReader.timeLimit,
                "\(sample.name), round \(round): \(seconds) s"
            )
        }
        // The mutations neither break all files nor leave all of them intact.
        #expect(read > 0 && read < Self.count, "\(read) of \(Self.count) read")
        if Self.count > 1_000 {
            let peak = try Self.peakBytes()
            #expect(peak < Self.memoryLimit, "\(peak >> 20) MiB")
            print(
                "\(reader.rawValue): \(Self.count) files, \(read) read, slowest \(slowest) s, "
                    + "\(peak >> 20) MiB"
            )
        }
    }

    @Test("files that once crashed a reader no longer do", arguments: HostileReader.allCases)
    func fixtures(_ reader: HostileReader) throws {
        let folder = try Self.scratch("fixture-\(reader.rawValue)")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = HostileReader.root.appending(
            path: "Tests/HostileTests/Fixtures/\(reader.rawValue)"
        )
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path.path())) ?? []
        for name in names.sorted() {
            let bytes = [UInt8](try Data(contentsOf: path.appending(path: name)))
            // The file is called NUMBER-NAME, where NAME is the good file whose place it takes.
            let given = name.split(separator: "-", maxSplits: 1).last.map(String.init) ?? name
            let sample = try #require(try reader.samples().first { $0.name == given }, "\(name)")
            do { try reader.read(bytes, of: sample, in: folder) } catch {
                #expect(reader.isExpected(error), "\(name): \(error)")
            }
        }
    }

    @Test(
        "a sparse file of 10 GB is refused at once",
        arguments: ["a.xml", "a.xml.gz", "a.json", "a.txt", "a.csv", "m.gguf", "m.safetensors"]
    )
    func sparse(_ name: String) throws {
        let folder = try Self.scratch("sparse-\(name)")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = "\(folder)/\(name)"
        try Data().write(to: URL(filePath: path))
        #expect(truncate(path, 10 << 30) == 0)
        let start = HostileReader.threadSeconds()
        #expect(throws: (any Error).self) {
            switch name {
            case "m.gguf": _ = try GGUFFile(path: path)
            case "m.safetensors": _ = try SafetensorsFile(path: path)
            default: _ = try Submission.read(path, name: name)
            }
        }
        #expect(HostileReader.threadSeconds() - start < HostileReader.timeLimit)
    }

    /// The peak resident memory of this process, in bytes.
    private static func peakBytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let peak = try #require(status.firstMatch(of: /VmHWM:\s+(\d+) kB/))
        return (Int(peak.output.1) ?? 0) << 10
    }
}
