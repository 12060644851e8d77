import Foundation
import Glibc

// The entry point of `make fuzz`, in which libFuzzer chooses files by the code that they reach. The
// test target excludes this file.

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// The reader that `TAXOD_FUZZ_READER` names, with its good files and scratch folder.
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
        // The driver ends the process, so the folder is removed on exit.
        atexit { try? FileManager.default.removeItem(atPath: fuzzed.folder) }
    }

    func read(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        // Processor time, because a busy machine is not a hang; libFuzzer's own limit catches
        // readers that sleep.
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

    /// Writes the good files as the initial corpus, each after the byte that selects it.
    func writeCorpus(to folder: String) {
        for (index, sample) in samples.enumerated() {
            let file = URL(filePath: "\(folder)/\(index)-\(sample.name)")
            try? Data([UInt8(index)] + sample.bytes).write(to: file)
        }
    }
}

private let fuzzed = Fuzzed()

/// The symbol that the package manager takes for the program's entry point.
@_cdecl("Fuzz_main")
func fuzzMain(
    _ count: Int32,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) -> Int32 {
    // The first argument is the corpus folder.
    if count > 1, let folder = arguments[1] { fuzzed.writeCorpus(to: String(cString: folder)) }
    var count = count
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = arguments
    return runDriver(&count, &arguments) { bytes, size in
        fuzzed.read(Array(UnsafeBufferPointer(start: bytes, count: size)))
        return 0
    }
}
