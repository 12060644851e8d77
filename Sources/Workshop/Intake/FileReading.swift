package import Contract
import Files
import Foundation
package import Settings
package import TaxonomyFormats

/// How a file would be read: what `taxod read` tells without queueing or loading anything.
package struct FileReading: Codable, Sendable {
    package static let schema = "taxod.reading/1"

    package let schema: String
    /// The file's name.
    package let file: String
    package let bytes: Int
    /// SHA-256 of the bytes that were read, lower-case hexadecimal; empty if it was refused.
    package let sha256: String
    package let kind: LoadOutcome.Kind
    /// The format of a list, such as `csv`, or of a vocabulary, such as `xml`, `table` or `obo`.
    package let format: String?
    /// The columns of a table, in their order.
    package let columns: [ListFile.Column]
    /// The vocabulary that answers, or that a vocabulary file would become.
    package let vocabulary: LoadOutcome.Vocabulary?
    /// How the file was read and how to force another reading.
    package let reading: String
    /// Number of queries by task.
    package let tasks: [String: Int]
    /// What the names of a list are in the vocabulary, in the order of the file.
    package let matches: [TermMatch]
    /// The matches in a few words; `nil` if there is none.
    package let summary: String?
    /// Queries that would be answered by an error.
    package let refused: [Refused]
    package let problems: [LoadOutcome.Problem]
    package let notes: [String]
    /// Why the file would be refused, or would wait.
    package let refusal: LoadOutcome.Refusal?

    /// A query that would be answered by an error.
    package struct Refused: Codable, Sendable {
        package let key: String
        package let fault: LoadOutcome.Refusal
    }
}

/// Reads files for `taxod read`.
package struct FileReader {
    private let configuration: Configuration

    package init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    /// How the file would be read.
    ///
    /// A fault of the file is no error here: ``FileReading/refusal`` holds it.
    ///
    /// - Throws: Errors of the disk.
    package func reading(of request: Loader.Request) throws -> FileReading {
        let bytes = try FileFacts(of: SpoolPath(request.path))?.bytes ?? 0
        do {
            switch try FileIntake(configuration).submission(request) {
            case .vocabulary(let file): return try reading(of: file, request, bytes: bytes)
            case .list(let list): return try reading(of: list, request, bytes: bytes)
            }
        } catch let error as SubmissionError {
            return refused(request, bytes: bytes, error)
        }
    }

    private func reading(
        of file: VocabularyFile,
        _ request: Loader.Request,
        bytes: Int
    ) throws -> FileReading {
        let compared = try FileIntake(configuration).compare(file, request)
        let vocabulary: LoadOutcome.Vocabulary =
            switch compared.role {
            case .vocabulary(let name): LoadOutcome.Vocabulary(file, name: name)
            case .version(let info): LoadOutcome.Vocabulary(file, name: info.name)
            case .contribution(let info): LoadOutcome.Vocabulary(info)
            }
        return FileReading(
            schema: FileReading.schema,
            file: request.fileName,
            bytes: bytes,
            sha256: file.sha256,
            kind: .vocabulary,
            format: file.format,
            columns: [],
            vocabulary: vocabulary,
            reading: compared.plan.reading,
            tasks: Self.tasks(of: compared.plan),
            matches: [],
            summary: nil,
            refused: Self.refused(of: compared.plan),
            problems: (file.problems + file.warnings).map(LoadOutcome.Problem.init),
            notes: compared.plan.notes,
            refusal: nil
        )
    }

    private func reading(
        of list: ListFile,
        _ request: Loader.Request,
        bytes: Int
    ) throws -> FileReading {
        let lists = ListIntake(configuration)
        var answering: ListIntake.Answering?
        var plan = QueryPlan(reading: "", notes: list.notes)
        var refusal: SubmissionError?
        do {
            let chosen = try lists.answering(list, named: request.vocabulary)
            answering = chosen
            plan = try lists.plan(for: list, folder: request.task, chosen)
        } catch let error as SubmissionError {
            refusal = error
        }
        let matches = answering.map { lists.matches(of: plan, $0) } ?? []
        return FileReading(
            schema: FileReading.schema,
            file: request.fileName,
            bytes: bytes,
            sha256: list.sha256,
            kind: refusal == nil ? .list : .refused,
            format: list.format.rawValue,
            columns: list.columns,
            vocabulary: answering.map { LoadOutcome.Vocabulary($0.info) },
            reading: plan.reading,
            tasks: Self.tasks(of: plan),
            matches: matches,
            summary: Self.summary(of: matches),
            refused: Self.refused(of: plan),
            problems: [],
            notes: plan.notes,
            refusal: refusal.map { LoadOutcome.Refusal($0) }
        )
    }

    private func refused(
        _ request: Loader.Request,
        bytes: Int,
        _ error: SubmissionError
    ) -> FileReading {
        FileReading(
            schema: FileReading.schema,
            file: request.fileName,
            bytes: bytes,
            sha256: "",
            kind: .refused,
            format: nil,
            columns: [],
            vocabulary: nil,
            reading: "",
            tasks: [:],
            matches: [],
            summary: nil,
            refused: [],
            problems: [],
            notes: [],
            refusal: LoadOutcome.Refusal(error)
        )
    }

    /// What the names are, each counted once.
    private static func summary(of matches: [TermMatch]) -> String? {
        var summary = MatchSummary()
        var seen: Set<String> = []
        for match in matches where seen.insert(match.given).inserted { summary.add(match) }
        return summary.sentence
    }

    private static func tasks(of plan: QueryPlan) -> [String: Int] {
        plan.queries.reduce(into: [:]) { $0[$1.task.rawValue, default: 0] += 1 }
    }

    private static func refused(of plan: QueryPlan) -> [FileReading.Refused] {
        plan.refusals.map {
            FileReading.Refused(key: $0.query.key, fault: LoadOutcome.Refusal($0.error))
        }
    }
}

extension LoadOutcome.Vocabulary {
    /// The vocabulary that a file would become.
    fileprivate init(_ file: VocabularyFile, name: String) {
        self.init(
            name: name,
            version: file.sha256,
            kind: file.kind.rawValue,
            concepts: file.counts.concepts,
            edges: file.counts.edges
        )
    }
}
