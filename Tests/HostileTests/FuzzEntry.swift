import Foundation
import Glibc

// The entry of `make fuzz`, where libFuzzer chooses the files by what code they reach. The test
// target leaves this file out.

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// The reader that `TAXOD_FUZZ_READER` names, its good files and its scratch folder.
private struct Fuzzed {
    let reader: HostileReader
    let samples: [HostileReader.Sample]
    let folder: String

    init() {
        let name = ProcessInfo.processInfo.environment["TAXOD_FUZZ_READER"] ?? ""
        guard let reader = HostileReader(rawValue: name), let samples = try? reader.samples() else {
            let known = HostileReader.allCases.map(\.rawValue).joined(separator: ", ")
            fatalError("TAXOD_FUZZ_READER is “\(name)”, expected one of \(known)")
        }
        self.reader = reader
        self.samples = samples
        folder = "/dev/shm/taxod-fuzz-\(getpid())"
        mkdir(folder, 0o755)
        // The driver ends the process.
        atexit { try? FileManager.default.removeItem(atPath: fuzzed.folder) }
    }

    func read(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        // In processor time: a busy machine is no hang. libFuzzer's own limit is for what sleeps.
        let start = HostileReader.threadSeconds()
        defer {
            let seconds = HostileReader.threadSeconds() - start
            if seconds > HostileReader.timeLimit { fatalError("\(seconds) s for one file") }
        }
        do {
            let sample = samples[Int(first) % samples.count]
            try reader.read(Array(bytes.dropFirst()), of: sample, in: folder)
        } catch {
            guard reader.isExpected(error) else { fatalError("a foreign error: \(error)") }
        }
    }

    /// Writes the good files, each behind the byte that chooses it, for the corpus to begin with.
    func writeCorpus(to folder: String) {
        for (index, sample) in samples.enumerated() {
            let file = URL(filePath: "\(folder)/\(index)-\(sample.name)")
            try? Data([UInt8(index)] + sample.bytes).write(to: file)
        }
    }
}

private let fuzzed = Fuzzed()

/// What the package manager takes for the start of the program.
@_cdecl("Fuzz_main")
func fuzzMain(
    _ count: Int32,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) -> Int32 {
    // The first argument is the folder of the corpus.
    if count > 1, let folder = arguments[1] { fuzzed.writeCorpus(to: String(cString: folder)) }
    var count = count
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = arguments
    return runDriver(&count, &arguments) { bytes, size in
        fuzzed.read(Array(UnsafeBufferPointer(start: bytes, count: size)))
        return 0
    }
}
