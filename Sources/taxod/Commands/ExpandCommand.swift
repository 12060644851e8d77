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
        abstract: "Answer a list, or queries one a line, from standard input.",
        usage: "taxod expand [--vocabulary <name>] [<options>] < queries > answers",
        discussion: """
            Standard input may hold any list that the inbox takes; JSON objects, one a line, are \
            answered as they come. Answers appear on standard output in the order of the queries \
            and carry their keys. A bad query becomes an answer with an error; the exit status is \
            not 0 only if nothing can be read or the worker itself cannot work.

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
            "The vocabulary, by name or version. Default: the configured or only one.",
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
        var input: WorkerInput?
        var named = vocabulary
        let lists = ListIntake(configuration)
        if named == nil, try lists.isOpen {
            // Only the list itself can tell which vocabulary is meant.
            input = try .of(LineReader(descriptor: 0), limit: configuration.spool.maximumFileBytes)
            if case .list(let list) = input {
                named = try lists.answering(list, named: nil).info.version
            }
        }
        let expander = try EngineSetup(configuration).expander(
            vocabulary: named,
            withoutModel: model == "none"
        )
        // A reader that has gone away shows up as a failed write (EPIPE), not as a signal.
        signal(SIGPIPE, SIG_IGN)
        try Containment.seal(configuration)
        let loaded = expander.vocabulary
        let ready =
            "\(WorkerProtocol.readyLine): \(loaded.name) \(loaded.version.prefix(12)), "
            + "\(expander.provenance.path), \(configuration.engineThreads) threads\n"
        FileHandle.standardError.write(Data(ready.utf8))
        let answerer = LineAnswerer(
            expander,
            scope: configuration.vocabulary(named: loaded.name).scope
        )
        let threads = configuration.engineThreads
        switch try input
            ?? .of(LineReader(descriptor: 0), limit: configuration.spool.maximumFileBytes)
        {
        case .list(let list):
            try answerer.answer(list, threads: threads, write: Self.write)
        case .lines(let reader):
            try OrderedWork(input: reader) { try answerer.answer($0, number: $1) }
                .run(threads: threads, write: Self.write)
        }
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
