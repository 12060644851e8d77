import ArgumentParser
import Contract
import Foundation
import Taxonomy
import Workshop

/// `taxod load`: reads one file; a vocabulary goes into the store, a list becomes queries.
struct LoadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Read a file: load a vocabulary, or turn a list into queries.",
        usage: "taxod load <file> [<options>]",
        discussion: """
            A vocabulary is parsed, its names are encoded, and it is kept under its name and the \
            hash of its bytes. With --json the first line of the output tells how the file was \
            read; a line for each query follows, whose “query” is what `taxod expand` takes:

              taxod load --json new-terms.txt | sed 1d | jq -c .query | taxod expand
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "A vocabulary (XML, OBO, OWL, SKOS, a table) or a list, plain or packed.")
    var file: String

    @Option(help: "The name to load the vocabulary under. Default: as it calls itself.")
    var name: String?

    @Option(
        help: ArgumentHelp(
            "The vocabulary that answers a list, by name or version.",
            valueName: "name"
        )
    )
    var vocabulary: String?

    @Option(help: "The task for a list that names none: expand, place or grow.")
    var task: Query.Task?

    @Flag(help: "Read a table as a vocabulary, as a file in Inbox/vocabulary is read.")
    var asVocabulary = false

    @Flag(help: "Accept a version that loses more than a tenth of the concepts.")
    var acceptShrunken = false

    @Flag(help: "Also audit the vocabulary's own edges: are they right and complete?")
    var audit = false

    @Flag(help: "Write JSON Lines, to standard output and, for progress, to standard error.")
    var json = false

    @Option(help: .hidden)
    var fileName: String?

    @Option(help: "The SHA-256 that the file must have.")
    var expectedSha256: String?

    func run() throws {
        let configuration = try options.read().values
        try Containment.begin(configuration)
        let loader = Loader(
            configuration,
            progress: json ? Self.writeJSONProgress : Self.writeProgress
        )
        let request = Loader.Request(
            path: file,
            fileName: fileName ?? URL(filePath: file).lastPathComponent,
            name: name,
            vocabulary: vocabulary,
            task: task,
            asVocabulary: asVocabulary,
            expectedSHA256: expectedSha256,
            acceptsShrunken: acceptShrunken,
            audits: audit
        )
        do {
            let (outcome, queries) = try loader.load(request)
            if json { try write(outcome, queries) } else { describe(outcome, queries) }
        } catch let error as SubmissionError {
            if json {
                var outcome = LoadOutcome(kind: .refused, sha256: "", bytes: 0, reading: "")
                outcome.refusal = LoadOutcome.Refusal(error)
                try write(outcome, [])
            }
            throw error
        }
    }

    private func write(_ outcome: LoadOutcome, _ queries: [LoadedQuery]) throws {
        var out = try CanonicalJSON.data(of: outcome) + [0x0A]
        for query in queries { out += try CanonicalJSON.data(of: query) + [0x0A] }
        FileHandle.standardOutput.write(out)
    }

    private func describe(_ outcome: LoadOutcome, _ queries: [LoadedQuery]) {
        print(outcome.reading)
        if let vocabulary = outcome.vocabulary {
            print(
                """
                vocabulary  \(vocabulary.name) \(vocabulary.version.prefix(12)): \
                \(vocabulary.concepts) concepts, \(vocabulary.edges) edges
                """
            )
        }
        for note in outcome.notes { print("note        \(note)") }
        for problem in outcome.problems.prefix(20) {
            print("problem     line \(problem.line ?? 0): \(problem.message) [\(problem.code)]")
        }
        if outcome.problems.count > 20 { print("… \(outcome.problems.count - 20) more problems") }
        if !queries.isEmpty { print("queries     \(queries.count)") }
    }

    private static let writeProgress: @Sendable (LoadProgress) -> Void = { progress in
        guard isatty(2) == 1 else { return }
        let text = "\r\u{1B}[K\(progress.step): \(progress.done) of \(progress.total)"
        FileHandle.standardError.write(Data(text.utf8))
        if progress.done == progress.total { FileHandle.standardError.write(Data("\n".utf8)) }
    }

    private static let writeJSONProgress: @Sendable (LoadProgress) -> Void = { progress in
        guard let line = try? JSONEncoder().encode(progress) else { return }
        FileHandle.standardError.write(line + [0x0A])
    }
}
