import ArgumentParser
import Contract
import Foundation
import Workshop

/// `taxod read`: tells how a file would be read; nothing is queued, loaded or written.
struct ReadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read",
        abstract: "Tell how a file would be read, without queueing it.",
        usage: "taxod read <file> [<options>]",
        discussion: """
            Kind, columns, task, vocabulary, what each name is in that vocabulary, and what is not \
            used. No model is asked, so the answer comes at once. Status 65 if the file would be \
            refused, 75 if it would wait.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The file, as it would be dropped into the inbox.")
    var file: String

    @Option(
        help: ArgumentHelp(
            "The vocabulary that answers, as the folder Inbox/NAME would say.",
            valueName: "name"
        )
    )
    var vocabulary: String?

    @Option(help: "The task, as its folder would say: expand, place or grow.")
    var task: Query.Task?

    @Flag(help: "Write JSON.")
    var json = false

    func run() throws {
        let configuration = try options.read().values
        try Containment.begin(configuration)
        let request = Loader.Request(
            path: file,
            fileName: URL(filePath: file).lastPathComponent,
            vocabulary: vocabulary,
            task: task
        )
        let reading = try FileReader(configuration).reading(of: request)
        if json {
            FileHandle.standardOutput.write(try CanonicalJSON.readableData(of: reading))
        } else {
            describe(reading)
        }
        if let refusal = reading.refusal { throw refusal.error }
    }

    /// Matches that are listed: those that a person should look at.
    private static let shown = 40

    private func describe(_ reading: FileReading) {
        func line(_ title: String, _ text: String) {
            print(ResultPreview.wrapped(text, under: title.padded(to: 12)))
        }
        guard reading.refusal == nil || reading.format != nil else { return }
        if let format = reading.format { line("format", format) }
        if let vocabulary = reading.vocabulary {
            line("vocabulary", "\(vocabulary.name) \(vocabulary.version.prefix(12))")
        }
        for column in reading.columns {
            line("column", "“\(column.title)”: \(column.field ?? "not used")")
        }
        if !reading.reading.isEmpty { line("reading", reading.reading) }
        for (task, count) in reading.tasks.sorted(by: { $0.key < $1.key }) {
            line("queries", "\(count) to \(task)")
        }
        if let summary = reading.summary { line("names", summary) }
        // Exact matches, and names of which nothing is known, need no line of their own.
        let told = reading.matches.filter { match in
            match.kind == .spelling || match.kind == .nearest || match.candidates != nil
        }
        for match in told.prefix(Self.shown) { line("name", ResultPreview.match(match)) }
        if told.count > Self.shown { line("", "… \(told.count - Self.shown) more, see --json") }
        for refused in reading.refused.prefix(Self.shown) {
            line("refused", "\(refused.fault.error)".replacingOccurrences(of: "\n", with: " "))
        }
        for problem in reading.problems.prefix(Self.shown) {
            line("problem", "line \(problem.line ?? 0): \(problem.message) [\(problem.code)]")
        }
        for note in reading.notes { line("note", note) }
    }
}

extension Query.Task: ExpressibleByArgument {}
