import ChangeSets
package import Contract
import Files
package import Jobs

/// Writes the files of one result into its staging folder.
///
/// Answers are written as they arrive, so memory does not grow with the result. Nothing counts as a
/// result until ``finish(_:audit:auditLines:at:taxod:)`` has returned and ``Outbox/publish(_:as:)``
/// has renamed the folder.
package struct ResultWriter {
    /// Counts of what was written so far.
    package private(set) var counts = Receipt.Counts()
    private let folder: SpoolPath
    private let result: String
    private let files: any FileOperations
    private var lines: HashedFile
    private var table: HashedFile
    /// Begun with the first name of a seed set or a tree.
    private var matches: HashedFile?
    private var summary = MatchSummary()
    private var provenance: Provenance?
    private var resources: [DataPackage.Resource] = []

    init(
        folder: SpoolPath,
        result: String,
        files: any FileOperations
    ) throws(FileError) {
        self.folder = folder
        self.result = result
        self.files = files
        lines = HashedFile(try files.create(folder.appending("results.jsonl")))
        table = HashedFile(try files.create(folder.appending("results.tsv")))
        try table.write(TabSeparated.header(ResultTable.columns))
    }

    /// Adds an answer as stored; call it in the order of the file.
    package mutating func add(_ line: AnswerLine) throws {
        let answer = line.answer
        try lines.write(line.text + "\n")
        try table.write(ResultTable.rows(of: answer))
        if !answer.nameMatches.isEmpty { try addMatches(of: answer) }
        for match in answer.matches {
            if match.isKnown { counts.matched += 1 } else { counts.unmatched += 1 }
        }
        for match in answer.nameMatches { summary.add(match) }
        counts.queries += 1
        counts.proposals += answer.proposals.count
        switch answer.status {
        case .proposed: counts.proposed += 1
        case .none: counts.none += 1
        case .error: counts.errors += 1
        }
        provenance = provenance ?? answer.provenance
    }

    private mutating func addMatches(of answer: Answer) throws(FileError) {
        if matches == nil {
            var file = HashedFile(try files.create(folder.appending("matches.tsv")))
            try file.write(TabSeparated.header(MatchTable.columns))
            matches = file
        }
        try matches?.write(MatchTable.rows(of: answer))
    }

    /// Writes the remaining files, and makes all of them durable, `_SUCCESS` last.
    ///
    /// - Parameters:
    ///   - job: The job as the ledger has it.
    ///   - audit: The head of the audit chain.
    ///   - auditLines: The job's lines in the audit chain.
    ///   - time: The moment of staging.
    ///   - taxod: Version of taxod.
    /// - Returns: The receipt as written.
    /// - Throws: ``FileError``.
    package mutating func finish(
        _ job: JobRecord,
        audit: AuditHead?,
        auditLines: [AuditLine],
        at time: Timestamp,
        taxod: String
    ) throws -> Receipt {
        let linesHash = try lines.close()
        note("results.jsonl", lines.bytes, linesHash)
        let tableHash = try table.close()
        note("results.tsv", table.bytes, tableHash)
        if var file = matches {
            let hash = try file.close()
            note("matches.tsv", file.bytes, hash)
        }
        let facts = job.facts
        try writeChanges(of: job)
        let problems = facts.outcome?.problems ?? []
        counts.problems = problems.count
        counts.notAsked = job.state.cut.map { $0.total - $0.done } ?? 0
        if !problems.isEmpty {
            try write("problems.tsv") { file throws(FileError) in
                try file.write(TabSeparated.header(ProblemTable.columns))
                for problem in problems { try file.write(ProblemTable.row(of: problem)) }
            }
        }
        try write("audit.jsonl") { file throws(FileError) in
            for line in auditLines { try file.write(line.text + "\n") }
        }
        let receipt = receipt(of: job, audit: audit, at: time, taxod: taxod)
        try write("receipt.json", json: receipt)
        let package = DataPackage(
            name: "taxod-\(job.id.short)",
            title: facts.name,
            created: time.description,
            resources: resources
        )
        try write("datapackage.json", json: package)
        try write("_SUCCESS", json: ["job": job.id.description])
        try files.sync(folder: folder)
        return receipt
    }

    /// Writes the change sets that the file or the configuration asks for.
    private mutating func writeChanges(of job: JobRecord) throws {
        let changes = ChangeFiles(
            formats: ChangeFormat.named(job.facts.outcome?.formats ?? []).formats,
            job: job,
            taxod: Version.current
        )
        guard !changes.formats.isEmpty else { return }
        let answers = folder.appending("results.jsonl")
        let written = try changes.write(from: answers) { name throws(FileError) in
            HashedFile(try files.create(folder.appending(name)))
        }
        for var staged in written {
            let hash = try staged.file.close()
            note(staged.name, staged.file.bytes, hash, headLines: staged.headLines)
        }
    }

    private func receipt(
        of job: JobRecord,
        audit: AuditHead?,
        at time: Timestamp,
        taxod: String
    ) -> Receipt {
        let facts = job.facts
        return Receipt(
            schema: Receipt.schema,
            job: job.id,
            retryOf: facts.retryOf,
            result: result,
            file: Receipt.File(facts),
            cancelled: job.state.cut == nil ? nil : true,
            kind: facts.outcome?.kind,
            reading: facts.outcome?.reading,
            vocabulary: facts.outcome?.vocabulary,
            basis: facts.outcome?.basis,
            provenance: provenance,
            counts: counts,
            times: Receipt.Times(
                received: job.created,
                staged: time,
                milliseconds: Int(time.milliseconds - job.created.milliseconds)
            ),
            notes: notes(of: job),
            audit: audit,
            taxod: taxod
        )
    }

    /// The remarks of the reader, of the inbox and on the answers, each once.
    private func notes(of job: JobRecord) -> [String] {
        var notes: [String] = []
        if let cut = job.state.cut {
            notes.append(
                """
                Cancelled by an operator after \(cut.done) of \(cut.total) queries were answered; \
                `taxod retry \(job.id.short)` answers all of them.
                """
            )
        }
        let formats = ChangeFormat.named(job.facts.outcome?.formats ?? [])
        for name in formats.unknown {
            notes.append("“\(name)” is no format of change sets; nothing is written in it.")
        }
        notes += job.facts.outcome?.notes ?? []
        notes += job.facts.remarks ?? []
        if let note = summary.sentence { notes.append(note) }
        var seen: Set<String> = []
        return notes.filter { seen.insert($0).inserted }
    }

    private mutating func write(_ name: String, json value: some Encodable) throws {
        let text = String(decoding: try CanonicalJSON.readableData(of: value), as: UTF8.self)
        try write(name) { file throws(FileError) in try file.write(text) }
    }

    private mutating func write(
        _ name: String,
        _ body: (inout HashedFile) throws(FileError) -> Void
    ) throws(FileError) {
        var file = HashedFile(try files.create(folder.appending(name)))
        try body(&file)
        let hash = try file.close()
        note(name, file.bytes, hash)
    }

    private mutating func note(
        _ name: String,
        _ bytes: Int,
        _ hash: String,
        headLines: Int? = nil
    ) {
        resources.append(
            DataPackage.resource(path: name, bytes: bytes, sha256: hash, headLines: headLines)
        )
    }
}
