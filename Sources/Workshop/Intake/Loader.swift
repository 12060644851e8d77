import ChangeSets
package import Contract
import Engine
import Files
import Foundation
package import Settings
import TaxoInstruct
import Taxonomy
import TaxonomyFormats

/// Loads a dropped file: a vocabulary goes into the store, a list becomes queries.
package struct Loader {
    package struct Request {
        package var path: String
        /// The name under which the file was dropped.
        package var fileName: String
        /// The name under which to load a vocabulary.
        package var name: String?
        /// The vocabulary against which a list is asked.
        package var vocabulary: String?
        /// The task of the folder that the file was dropped into.
        package var task: Query.Task?
        /// Whether a table is to be read as a vocabulary.
        package var asVocabulary: Bool
        /// The SHA-256 that the file must have, lower-case hexadecimal.
        package var expectedSHA256: String?
        package var acceptsShrunken: Bool
        package var audits: Bool

        package init(
            path: String,
            fileName: String,
            name: String? = nil,
            vocabulary: String? = nil,
            task: Query.Task? = nil,
            asVocabulary: Bool = false,
            expectedSHA256: String? = nil,
            acceptsShrunken: Bool = false,
            audits: Bool = false
        ) {
            self.path = path
            self.fileName = fileName
            self.name = name
            self.vocabulary = vocabulary
            self.task = task
            self.asVocabulary = asVocabulary
            self.expectedSHA256 = expectedSHA256
            self.acceptsShrunken = acceptsShrunken
            self.audits = audits
        }
    }

    private let configuration: Configuration
    private let progress: @Sendable (LoadProgress) -> Void

    /// - Parameters:
    ///   - configuration: Names the store, the models and the limits.
    ///   - progress: Called with the progress, from several threads.
    package init(
        _ configuration: Configuration,
        progress: @escaping @Sendable (LoadProgress) -> Void
    ) {
        self.configuration = configuration
        self.progress = progress
    }

    private var store: TaxonomyStore { configuration.store }
    private var intake: FileIntake { FileIntake(configuration) }

    /// Reads the file, stores it if it is a vocabulary, and makes its queries.
    ///
    /// - Throws: `SubmissionError` for a fault that can be fixed in the file or in the request.
    package func load(_ request: Request) throws -> (outcome: LoadOutcome, queries: [LoadedQuery]) {
        let submission = try intake.submission(request) { share in
            progress(LoadProgress(step: "reading", done: Int(share * 100), total: 100))
        }
        var loaded =
            switch submission {
            case .vocabulary(let file): try load(file, request)
            case .list(let list): try load(list, request)
            }
        loaded.outcome.bytes = try FileFacts(of: SpoolPath(request.path))?.bytes ?? 0
        loaded.outcome.queryCount = loaded.queries.count
        return loaded
    }

    // MARK: Vocabularies

    private func load(
        _ file: VocabularyFile,
        _ request: Request
    ) throws -> (outcome: LoadOutcome, queries: [LoadedQuery]) {
        let compared = try intake.compare(file, request)
        var plan = compared.plan
        let target: VocabularyInfo
        var expectation: [String] = []
        switch compared.role {
        case .vocabulary(let name):
            target = try store.save(file, name: name, at: Date())
            expectation = Self.expectation(try prepare(file.taxonomy, version: target.version))
        case .version(let of):
            target = try store.save(file, name: of.name, at: Date())
            expectation = Self.expectation(try prepare(file.taxonomy, version: target.version))
        case .contribution(let to):
            target = to
        }
        let settings = configuration.vocabulary(named: target.name)
        for index in plan.queries.indices where plan.queries[index].task == .place {
            settings.scope.apply(to: &plan.queries[index])
        }
        let outcome = LoadOutcome(
            kind: .vocabulary,
            sha256: file.sha256,
            bytes: 0,
            reading: plan.reading,
            vocabulary: LoadOutcome.Vocabulary(target),
            basis: try basis(target, settings.formats, request),
            problems: (file.problems + file.warnings).map(LoadOutcome.Problem.init),
            formats: settings.formats.isEmpty ? nil : settings.formats,
            notes: plan.notes + expectation
        )
        return (outcome, Self.lines(of: plan))
    }

    /// What a curator may expect of placements, in a few lines.
    private static func expectation(_ report: FitReport?) -> [String] {
        guard let report else {
            return ["Too small to fit a ranker on; the standard weights hold."]
        }
        func percent(_ value: Double) -> String { "\(Int(value.rounded())) %" }
        var lines = [
            """
            Of \(report.queries) of its own concepts, each left out in turn, the first parent was \
            right for \(percent(report.hitAt1)) and among the first 20 for \
            \(percent(report.recallAt20)); for the surest third the first was right in \
            \(percent(report.precisionAt35)).
            """
        ]
        if report.modelQueries > 0 {
            let gain = (report.modelGain * 10).rounded() / 10
            let low = (report.modelGainLow * 10).rounded() / 10
            let high = (report.modelGainHigh * 10).rounded() / 10
            lines.append(
                report.lossGain > 0
                    ? """
                    With the language model the first is right for \(gain) points more (95 % \
                    interval \(low) to \(high), \(report.modelQueries) concepts that its adapter \
                    never saw).
                    """
                    : """
                    The language model adds nothing here (\(gain) points, \(low) to \(high), \
                    \(report.modelQueries) concepts): its weight is 0.
                    """
            )
        }
        if report.outsidePhrases > 0 {
            lines.append(
                """
                Of \(report.outsidePhrases) phrases of its definitions that are no terms, \
                \(percent(report.outsidePhrasesRefused)) are refused.
                """
            )
        }
        if report.warnings.contains("retrieval-poor") {
            lines.append(
                """
                retrieval-poor: the encoder's nearest class is right for \
                \(percent(report.encoderHitAt1)) only; check that its vectors fit the vocabulary.
                """
            )
        }
        return lines
    }

    /// Stores a vector for each concept and the fit on them.
    ///
    /// Anything that the store already has from the same models is reused.
    ///
    /// - Returns: What to expect of placements; `nil` if the vocabulary is too small to say.
    private func prepare(_ taxonomy: Taxonomy, version: String) throws -> FitReport? {
        let setup = EngineSetup(configuration)
        let encoder = try setup.encoder()
        try storeVectors(of: taxonomy, version: version, encoder)
        let (vocabulary, _) = try setup.vocabulary(version, encodedBy: encoder)
        let fit = try setup.fit(of: vocabulary, encoder, model: setup.languageModel) {
            progress(LoadProgress(step: "fitting", done: $0, total: $1))
        }
        return fit.report
    }

    private func storeVectors(
        of taxonomy: Taxonomy,
        version: String,
        _ encoder: EmbeddedTextEncoder
    ) throws {
        let sha256 = encoder.identity.sha256
        let rows = taxonomy.concepts.count
        if store.embeddings(of: version, encoderSHA256: sha256, rows: rows) != nil { return }
        let texts = Vocabulary.encodedTexts(of: taxonomy)
        let vectors = try encoder.encode(texts) {
            progress(LoadProgress(step: "encoding names", done: $0, total: rows))
        }
        try store.saveEmbeddings(
            vectors,
            dimension: encoder.dimension,
            encoderSHA256: sha256,
            of: version
        )
    }

    // MARK: Lists

    private func load(
        _ list: ListFile,
        _ request: Request
    ) throws -> (outcome: LoadOutcome, queries: [LoadedQuery]) {
        let lists = ListIntake(configuration)
        let answering = try lists.answering(list, named: request.vocabulary)
        let plan = try lists.plan(for: list, folder: request.task, answering)
            .joiningNewTerms(fileSHA256: list.sha256, beside: answering.names)
        let formats = try formats(of: list, answering.info)
        let outcome = LoadOutcome(
            kind: .list,
            sha256: list.sha256,
            bytes: 0,
            reading: plan.reading,
            vocabulary: LoadOutcome.Vocabulary(answering.info),
            basis: try basis(answering.info, formats, request),
            force: list.force,
            formats: formats.isEmpty ? nil : formats,
            notes: plan.notes
        )
        return (outcome, Self.lines(of: plan))
    }

    /// The change sets that the result of a list is to hold: those that it asks for, or else those
    /// of the configuration.
    ///
    /// - Throws: `unknownListShape` for a format that is none.
    private func formats(
        of list: ListFile,
        _ info: VocabularyInfo
    ) throws(SubmissionError) -> [String] {
        guard let asked = list.formats else {
            return configuration.vocabulary(named: info.name).formats
        }
        let (formats, unknown) = ChangeFormat.named(asked)
        guard let other = unknown.first else { return formats.map(\.rawValue) }
        let known = ChangeFormat.allCases.map(\.rawValue).joined(separator: ", ")
        throw SubmissionError(
            .unknownListShape,
            at: .init(file: list.fileName),
            """
            found the format “\(Text.cut(other))” for change sets, expected some of \
            \(known)
            """,
            remedy: "Correct or remove “formats”."
        )
    }

    // MARK: Both

    /// A hash of everything besides the file that answers depend on.
    private func basis(
        _ vocabulary: VocabularyInfo,
        _ formats: [String],
        _ request: Request
    ) throws -> String {
        let setup = EngineSetup(configuration)
        let settings = configuration.vocabulary(named: vocabulary.name)
        let scope = settings.scope
        var parts = [
            vocabulary.version,
            try setup.settingsSHA256(),
            try setup.decoderSHA256(),
            try setup.adapterSHA256(),
            try setup.encoderSHA256(),
            configuration.models.arithmetic.rawValue,
            MethodSettings.methodVersion,
            request.task?.rawValue ?? "",
            request.audits ? "audit" : "",
        ]
        // Left out where nothing is set, so that earlier answers stay equal.
        let places = (scope.below ?? []) + ["/"] + (scope.notBelow ?? [])
        if places.count > 1 || scope.maximumParents != nil || !formats.isEmpty {
            let most = scope.maximumParents.map(String.init) ?? ""
            parts += [places.joined(separator: " "), most, formats.joined(separator: " ")]
        }
        if !settings.prefixes.isEmpty || !settings.relations.isEmpty {
            parts += [settings.prefixes.joined(separator: " ")] + settings.relations
        }
        return Digest.sha256(parts.joined(separator: "\n"))
    }

    /// Queries and refusals in the order of their keys, which is the order of the file.
    private static func lines(of plan: QueryPlan) -> [LoadedQuery] {
        let asked = plan.queries.map { LoadedQuery(query: $0) }
        let refused = plan.refusals.map {
            LoadedQuery(query: $0.query, refusal: LoadOutcome.Refusal($0.error))
        }
        return (asked + refused).sorted { $0.query.key < $1.query.key }
    }
}

extension LoadOutcome.Vocabulary {
    init(_ info: VocabularyInfo) {
        self.init(
            name: info.name,
            version: info.version,
            kind: info.kind.rawValue,
            concepts: info.counts.concepts,
            edges: info.counts.edges
        )
    }
}

extension LoadOutcome.Problem {
    init(_ problem: RecordProblem) {
        self.init(
            line: problem.line,
            identifier: problem.identifier,
            code: problem.code,
            message: problem.message
        )
    }
}
