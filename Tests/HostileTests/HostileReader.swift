import Contract
import Fixtures
import Foundation
import Glibc
import Inference
import Models
import Settings
import TaxonomyFormats
import Tokenizers

/// A reader of untrusted files, with good files to start from and the errors it may throw.
enum HostileReader: String, CaseIterable, Sendable {
    case medic, mesh, obo, obographs, list, xlsx, archive
    case gguf, safetensors, tokenizer, adapter, configuration

    /// A good file and its structure; its name may decide how it is read.
    struct Sample: Sendable {
        let name: String
        let bytes: [UInt8]
        let structure: Mutator.Structure
    }

    struct Missing: Error {
        let path: String
    }

    /// The readers that `TAXOD_FUZZ_READERS` names, or all.
    static let chosen: [HostileReader] = {
        let named = ProcessInfo.processInfo.environment["TAXOD_FUZZ_READERS"] ?? ""
        let readers = named.split(separator: " ").compactMap { HostileReader(rawValue: String($0)) }
        return readers.isEmpty ? allCases : readers
    }()

    /// The processor time, in seconds, that one file may take.
    static let timeLimit = 2.0

    /// The processor time that this thread has used, in seconds.
    static func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static func sample(
        _ path: String,
        _ structure: Mutator.Structure,
        as name: String? = nil
    ) throws -> Sample {
        guard let data = FileManager.default.contents(atPath: root.appending(path: path).path())
        else { throw Missing(path: path) }
        let last = path.split(separator: "/").last.map(String.init) ?? path
        return Sample(name: name ?? last, bytes: [UInt8](data), structure: structure)
    }

    // Long: one list of files for each reader.
    /// Small good files of every shape that the reader accepts.
    func samples() throws -> [Sample] {
        let examples = "Inbox/_examples"
        let golden = "Tests/EngineTests/Golden"
        switch self {
        case .medic: return [try Self.sample("\(examples)/mini-medic.xml", .xml)]
        case .mesh:
            return [
                try Self.sample("\(examples)/mesh-descriptors.xml", .xml),
                try Self.sample("\(examples)/mesh-supplementary.xml", .xml),
            ]
        case .obo:
            return [
                Sample(name: "x.obo", bytes: Array(Self.oboText.utf8), structure: .obo),
                Sample(name: "y.obo", bytes: Array(Self.oboText.utf8), structure: .lines),
            ]
        case .obographs:
            return [Sample(name: "x.json", bytes: Array(Self.oboGraphsText.utf8), structure: .json)]
        case .list:
            return [
                try Self.sample("\(examples)/heart-seeds.json", .json),
                try Self.sample("\(examples)/grow-tree.json", .json),
                try Self.sample("\(examples)/paper-style.jsonl", .json),
                try Self.sample("\(examples)/new-terms.txt", .lines),
                try Self.sample("\(examples)/new-terms.txt", .lines, as: "new-terms.csv"),
                try Self.sample("\(examples)/new-terms.txt", .lines, as: "new-terms.tsv"),
            ]
        case .xlsx:
            let golden = "Tests/TaxonomyFormatsTests/Golden/workbooks"
            // Changed workbooks mostly fail at a checksum; changed parts are packed afterwards.
            return [
                Sample(name: "parts", bytes: Self.workbookParts, structure: .xml),
                try Self.sample("\(golden)/sparse.xlsx", .packed),
                try Self.sample("\(golden)/xlsxwriter-rich.xlsx", .packed),
            ]
        case .archive:
            let text = "gout\nHypertension, Renal\n"
            let zip = Zip.pack([Zip.Member("__MACOSX/._a", "x"), Zip.Member("list.txt", text)])
            let deflated = try Zip.Member.deflated("list.txt", Array(text.utf8))
            return [
                Sample(name: "list.zip", bytes: zip, structure: .packed),
                Sample(name: "deflated.zip", bytes: Zip.pack([deflated]), structure: .packed),
                Sample(name: "list.xz", bytes: Self.xz, structure: .packed),
                Sample(name: "list.bz2", bytes: Self.bzip2, structure: .packed),
            ]
        case .gguf:
            return [
                try Self.sample("Tests/ModelsTests/Golden/small.gguf", .gguf),
                try Self.sample("\(golden)/tiny-llama.gguf", .gguf),
                try Self.sample("\(golden)/tiny-llama-k.gguf", .gguf),
            ]
        case .safetensors:
            return [
                try Self.sample(
                    "\(golden)/tiny-qwen2-adapter/adapter_model.safetensors",
                    .safetensors
                )
            ]
        case .tokenizer:
            return [
                try Self.sample("\(golden)/tiny-llama.gguf", .gguf),
                try Self.sample("\(golden)/tiny-qwen2.gguf", .gguf),
                try Self.sample("\(golden)/tiny-bert/vocab.txt", .lines),
                try Self.sample("\(golden)/tiny-bert/tokenizer_config.json", .json),
            ]
        case .adapter:
            return [
                try Self.sample("\(golden)/tiny-qwen2-adapter/adapter_config.json", .json),
                try Self.sample(
                    "\(golden)/tiny-qwen2-adapter/adapter_model.safetensors",
                    .safetensors
                ),
                try Self.sample("Config/adapters/medic/taxod-card.json", .json),
            ]
        case .configuration:
            // `HostileConfigurationTests` gives the first to the program, which must not contact a
            // server.
            return [Self.goodConfiguration, Self.remoteConfiguration].map { text in
                Sample(name: "taxod.json", bytes: Array(text.utf8), structure: .json)
            }
        }
    }

    /// Reads a whole file.
    ///
    /// - Parameters:
    ///   - bytes: The file's content.
    ///   - sample: The good file from which it was made.
    ///   - folder: Scratch space.
    /// - Throws: What the reader throws; only errors of its own kind are right.
    func read(_ bytes: [UInt8], of sample: Sample, in folder: String) throws {
        switch self {
        case .xlsx where sample.name == "parts":
            let path = try Self.write(Self.workbook(of: bytes), to: "\(folder)/a.xlsx")
            _ = try Submission.read(path)
        case .medic, .mesh, .obo, .obographs, .list, .xlsx, .archive:
            let path = try Self.write(bytes, to: "\(folder)/\(sample.name)")
            _ = try Submission.read(path, name: sample.name)
        case .gguf:
            let file = try GGUFFile(path: Self.write(bytes, to: "\(folder)/m.gguf"))
            readEverything(of: file)
            if sample.name != "small.gguf" { _ = try DecoderConfiguration(file) }
        case .safetensors:
            let file = try SafetensorsFile(path: Self.write(bytes, to: "\(folder)/m.safetensors"))
            for name in file.allNames { _ = try file.tensor(name).values() }
        case .tokenizer:
            try use(tokenizer(bytes, sample, in: folder))
        case .adapter:
            try readAdapter(bytes, sample, in: folder)
        case .configuration:
            let path = try Self.write(bytes, to: "\(folder)/\(sample.name)")
            _ = try ConfigurationReader.read(file: path, environment: [:])
        }
    }

    /// Whether an error is of the kind that this reader throws.
    func isExpected(_ error: any Error) -> Bool {
        switch self {
        case .medic, .mesh, .obo, .obographs, .list, .xlsx, .archive: error is SubmissionError
        case .configuration: error is ConfigurationError
        case .gguf, .safetensors, .tokenizer, .adapter: error is ModelFileError
        }
    }

    private static let goodConfiguration = """
        {"$schema": "taxod.schema.json", "inbox": "Inbox", "outbox": "Outbox", "state": "state",
        "vocabulary": null, "models": {"folder": null, "arithmetic": "int8"},
        "worker": {"threads": 2, "queryTimeLimitSeconds": 900, "memoryLimitBytes": 17179869184},
        "spool": {"quietPeriodSeconds": 5, "rescanSeconds": 30.5, "subfolders": true},
        "retention": {"days": 30, "keep": 10}, "metrics": "a.prom", "log": {"level": "info"},
        "method": {"candidates": 20, "temperature": 0.5, "siblings": {"votes": 0.1}, "seed": 7}}
        """

    private static let remoteConfiguration = """
        {"models": {"remote": {"url": "https://gpu.example:8000/v1", "model": "large",
        "tokenFile": null, "timeoutSeconds": 120}}, "worker": {"queryTimeLimitSeconds": 900}}
        """

    private static func write(_ bytes: [UInt8], to path: String) throws -> String {
        // ext4 writes a file out at once if it is emptied and filled again, but not if it is new.
        try? FileManager.default.removeItem(atPath: path)
        try Data(bytes).write(to: URL(filePath: path))
        return path
    }

    private func readEverything(of file: GGUFFile) {
        for tensor in file.tensors { _ = tensor.dequantised() }
        for key in file.metadata.keys {
            _ = try? file.metadata.strings(key)
            _ = try? file.metadata.integers(key)
            _ = try? file.metadata.numbers(key)
            _ = try? file.metadata.string(key)
        }
    }

    private func tokenizer(
        _ bytes: [UInt8],
        _ sample: Sample,
        in folder: String
    ) throws -> any Tokenizer {
        if sample.structure == .gguf {
            return try GGUFFile(path: Self.write(bytes, to: "\(folder)/m.gguf")).tokenizer()
        }
        for other in try samples() where other.structure != .gguf && other.name != sample.name {
            _ = try Self.write(other.bytes, to: "\(folder)/\(other.name)")
        }
        _ = try Self.write(bytes, to: "\(folder)/\(sample.name)")
        return try WordPieceTokenizer(modelFolder: folder)
    }

    /// A tokenizer made of hostile data must finish on hostile text, too.
    private func use(_ tokenizer: any Tokenizer) {
        let long = String(repeating: "ab ", count: 300)
        for text in ["", "Renal Artery", "\u{0}\u{301}\u{1F468}\u{200D}", "<|im_end|>", long] {
            for token in tokenizer.encode(text, parsingSpecial: true).prefix(50) {
                _ = tokenizer.bytes(of: token)
            }
            _ = tokenizer.encodeContinuation(text)
        }
        for token in [-1, 0, 1, Int32.max, Int32.min] { _ = tokenizer.bytes(of: token) }
    }

    private func readAdapter(_ bytes: [UInt8], _ sample: Sample, in folder: String) throws {
        for other in try samples() where other.name != sample.name {
            _ = try Self.write(other.bytes, to: "\(folder)/\(other.name)")
        }
        _ = try Self.write(bytes, to: "\(folder)/\(sample.name)")
        let base = Self.root.appending(path: "Tests/EngineTests/Golden/tiny-qwen2.gguf").path()
        _ = try AdapterCard.read(folder: folder)
        _ = try LoRAAdapter(folder: folder, for: DecoderConfiguration(GGUFFile(path: base)))
    }
}
