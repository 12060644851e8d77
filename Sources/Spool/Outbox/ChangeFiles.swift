import ChangeSets
import Contract
import Files
import Jobs

/// Writes the change sets of a result, from its answers as they are staged.
///
/// The answers are read twice, because a term may name another one as its parent before that one's
/// answer comes; only what the first reading notes stays in memory.
struct ChangeFiles {
    let formats: [ChangeFormat]
    let job: JobRecord
    /// Version of taxod.
    let taxod: String

    /// A file that was written and is not closed yet.
    struct Written {
        let name: String
        var file: HashedFile
        /// Lines before the first row of data.
        let headLines: Int
    }

    /// The name of the table of what formats cannot carry.
    static let leftOutName = "changes.left-out.tsv"

    /// Writes the files; none if nothing was to be placed.
    ///
    /// - Parameters:
    ///   - answers: The staged `results.jsonl`.
    ///   - create: Creates a file with this name in the result.
    /// - Returns: The files, in the order of their formats; what was left out comes last.
    /// - Throws: `FileError`, or `DecodingError` for a line that is no answer.
    func write(
        from answers: SpoolPath,
        create: (String) throws(FileError) -> HashedFile
    ) throws -> [Written] {
        var index = NewTermIndex(
            job: job.id.description,
            areKnown: job.facts.outcome?.kind == .vocabulary
        )
        var hasTerms = false
        try Self.each(in: answers) { answer in
            if answer.task == .place { hasTerms = true }
            index.note(answer)
        }
        guard hasTerms, !formats.isEmpty else { return [] }
        let head = ChangeSetHead(
            version: taxod,
            jobs: [(job.id.description, job.created.description)],
            indices: [index]
        )
        var files: [Written] = []
        var writers = formats.map { ChangeWriter($0, head) }
        for (format, writer) in zip(formats, writers) {
            var file = try create(format.fileName)
            try file.write(writer.head)
            let lines = writer.head.utf8.count { $0 == 0x0A }
            files.append(Written(name: format.fileName, file: file, headLines: lines))
        }
        var leftOut: HashedFile?
        try Self.each(in: answers) { answer in
            guard let change = Change(answer, index: index, stamp: stamp(answer)) else { return }
            for place in writers.indices {
                try files[place].file.write(writers[place].text(of: change))
                for entry in writers[place].leftOut() {
                    if leftOut == nil {
                        leftOut = try create(Self.leftOutName)
                        try leftOut?.write(TabSeparated.header(LeftOut.columns))
                    }
                    try leftOut?.write(entry.row)
                }
            }
        }
        for place in writers.indices { try files[place].file.write(writers[place].tail()) }
        if let leftOut {
            files.append(Written(name: Self.leftOutName, file: leftOut, headLines: 1))
        }
        return files
    }

    private func stamp(_ answer: Answer) -> Stamp {
        Stamp(
            version: taxod,
            job: job.id.description,
            key: answer.key,
            date: job.created.description,
            provenance: answer.provenance
        )
    }

    /// Reads the answers one after the other.
    private static func each(in path: SpoolPath, _ body: (Answer) throws -> Void) throws {
        var rest: [UInt8] = []
        var fault: (any Error)?
        try Folder.read(path) { part throws(FileError) in
            rest += part
            var start = rest.startIndex
            while let end = rest[start...].firstIndex(of: 0x0A) {
                do {
                    let text = String(decoding: rest[start..<end], as: UTF8.self)
                    try body(try AnswerLine(text: text).answer)
                } catch {
                    fault = error
                    return false
                }
                start = end + 1
            }
            rest.removeFirst(start - rest.startIndex)
            return true
        }
        if let fault { throw fault }
    }
}
