import Contract
package import Engine
import Foundation
package import Inference
import Models
package import TaxoInstruct
import Taxonomy
import Training

/// The rows of one training: generated from a taxonomy, or read from a file.
package struct TuningRows {
    package let request: Tuning.Request
    package let method: MethodSettings
    package let vocabulary: Vocabulary
    package let encoder: EmbeddedTextEncoder
    /// Identifiers; everything below them is hidden as well.
    package let hidden: [String]
    package let monitor: WorkMonitor

    /// Generates or reads the rows, and drops or repeats some to reach the token budget.
    ///
    /// - Parameter base: The decoder's file, whose tokenizer counts.
    /// - Returns: At least one row.
    /// - Throws: `SubmissionError` if there are no rows, or a row contains a hidden concept.
    package func made(base: String) throws -> [TrainingExample] {
        let rows = try request.rows.map(Self.read) ?? fromTaxonomy()
        try requireNothingHidden(in: rows)
        guard !rows.isEmpty else {
            throw SubmissionError(
                .emptyList,
                "\(vocabulary.name) gives no rows of the tasks asked for",
                remedy: "Hide less, or ask for other --tasks."
            )
        }
        guard let tokens = request.tokenBudget else { return rows }
        // The trainer takes the last rows for validation, so they stay last.
        let kept = min(request.validation ?? 0, rows.count)
        let training = Array(rows.dropLast(kept))
        return try TokenBudget.filled(tokens, with: training, base: GGUFFile(path: base))
            + rows.suffix(kept)
    }

    /// Reads rows, one per line.
    ///
    /// - Throws: `SubmissionError` if the file cannot be read or holds something else.
    package static func read(_ path: String) throws -> [TrainingExample] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SubmissionError(.unreadableFile, "\(path) cannot be read")
        }
        do {
            return try TrainingFile.rows(data)
        } catch {
            throw SubmissionError(
                .malformedJSON,
                at: SubmissionError.Location(file: path),
                "found a line that is no training row (\(error))",
                remedy: "Write one row a line, as `taxod train` does in rows.jsonl."
            )
        }
    }

    private func fromTaxonomy() throws -> [TrainingExample] {
        let perturbed =
            try request.disturbance?.applied(to: vocabulary, hiding: hidden) ?? vocabulary
        try check(perturbed)
        var ranker: FittedRanker?
        if request.rowOptions.besideRanker {
            ranker = try VocabularyFitting(
                vocabulary: perturbed,
                encoder: encoder,
                settings: method,
                hiding: hidden
            )
            .ranker()
        }
        return try SelfSupervision(
            vocabulary: perturbed,
            encoder: encoder,
            settings: method,
            hiding: hidden,
            beside: ranker
        )
        .rows(request.rowOptions) { monitor.report(.rows($0, of: $1)) }
    }

    /// Refuses a taxonomy without edges.
    private func check(_ vocabulary: Vocabulary) throws {
        let taxonomy = vocabulary.taxonomy
        let count = taxonomy.concepts.count
        guard count > 1, taxonomy.edgeCount > 0 else {
            throw SubmissionError(
                .noConcepts,
                """
                \(vocabulary.name) has \(count) concept\(count == 1 ? "" : "s") and no edge between \
                a concept and a parent: there is nothing to learn
                """,
                remedy: "Train on a taxonomy whose concepts have parents."
            )
        }
        if !taxonomy.children.contains(where: { $0.count > 1 }) {
            monitor.report(
                .note("no concept of \(vocabulary.name) has siblings: only parents can be learned")
            )
        }
    }

    /// Checks by identifier that no row contains a hidden concept.
    private func requireNothingHidden(in rows: [TrainingExample]) throws {
        let taxonomy = vocabulary.taxonomy
        var all: Set<String> = []
        for top in hidden {
            all.insert(top)
            guard let index = taxonomy.index(ofIdentifier: top) else { continue }
            all.formUnion(taxonomy.descendants(of: index).map { taxonomy.concepts[$0].identifier })
        }
        for (number, row) in rows.enumerated() {
            guard let found = row.concepts.first(where: all.contains) else { continue }
            throw SubmissionError(
                .adapterSawHidden,
                "row \(number + 1) holds \(found), which is hidden",
                remedy: "Make the rows with the same --hide and --holdout, or without --rows."
            )
        }
    }
}
