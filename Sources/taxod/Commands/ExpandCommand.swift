import ArgumentParser
import Contract
import Daemon
import Foundation
import Glibc
import Workshop

/// `taxod expand`: the worker; reads one query per line and writes one answer per line.
struct ExpandCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "expand",
        abstract: "Answer queries from standard input, one JSON object a line.",
        usage: "taxod expand [--vocabulary <name>] [<options>] < queries > answers",
        discussion: """
            Answers appear on standard output in the order of the queries and carry their keys. A \
            bad query becomes an answer with an error; the exit status is not 0 only if the worker \
            itself cannot work.

              {"key": "a", "task": "place", "term": "renal artery spasm"}
              {"task": "expand", "seeds": ["Tetralogy of Fallot", "Heart Block"]}
              {"tree": [{"child": "Glaucoma", "parent": "Eye Diseases"}]}
              {"task": "audit", "term": "Hypertension, Renal"}

            A missing key becomes the line's number, a missing task follows from what is given.
            """
    )

    @OptionGroup var options: AdapterOptions

    @Option(
        help: ArgumentHelp(
            "The vocabulary, by name or version. Default: the configured or newest one.",
            valueName: "name"
        )
    )
    var vocabulary: String?

    @Option(help: ArgumentHelp("Engine threads; 0 means one per core.", valueName: "count"))
    var threads: Int?

    @Option(
        help: ArgumentHelp(
            "“none” answers without the language model, by retrieval and encoder alone.",
            valueName: "none"
        )
    )
    var model: String?

    func run() throws {
        var configuration = try options.read().values
        if let threads { configuration.worker.threads = threads }
        try Containment.begin(configuration)
        let expander = try EngineSetup(configuration).expander(
            vocabulary: vocabulary,
            withoutModel: model == "none"
        )
        // A reader that has gone away shows up as a failed write (EPIPE), not as a signal.
        signal(SIGPIPE, SIG_IGN)
        try Containment.seal(configuration)
        let vocabulary = expander.vocabulary
        let ready =
            "\(WorkerProtocol.readyLine): \(vocabulary.name) \(vocabulary.version.prefix(12)), "
            + "\(expander.provenance.path), \(configuration.engineThreads) threads\n"
        FileHandle.standardError.write(Data(ready.utf8))
        let answerer = LineAnswerer(expander)
        try OrderedWork(input: 0) { try answerer.answer($0, number: $1) }
            .run(threads: configuration.engineThreads, write: Self.write)
    }

    /// Writes a line and its line end; `false` if nobody reads it.
    private static func write(_ line: [UInt8]) -> Bool {
        let bytes = line + [0x0A]
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.write(1, $0.baseAddress, $0.count)
            }
            if count < 0 {
                if errno == EINTR { continue }
                return false
            }
            sent += count
        }
        return true
    }
}
