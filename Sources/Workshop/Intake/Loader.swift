package import Contract
import Crypto
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
            expectedSHA256: String? = nil,
            acceptsShrunken: Bool = false,
            audits: Bool = false
        ) {
            self.path = path
            self.fileName = fileName
            self.name = name
            self.vocabulary = vocabulary
            self.task = task
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

    /// Reads the file, stores it if it is a vocabulary, and makes its queries.
    ///
    /// - Throws: `SubmissionError` for a fault that can be fixed in the file or in the request.
    package func load(_ request: Request) throws -> (outcome: LoadOutcome, queries: [LoadedQuery]) {
        var limits = ReadLimits.standard
        limits.fileBytes = configuration.spool.maximumFileBytes
        let submission = try read(request, limits)
        var loaded =
            switch submission {
            case .vocabulary(let file): try load(file, request)
            case .list(let list): try load(list, request)
            }
        loaded.outcome.bytes = try FileFacts(of: SpoolPath(request.path))?.bytes ?? 0
        loaded.outcome.queryCount = loaded.queries.count
        return loaded
    }

    /// Parses the file and verifies its bytes before anything depends on them.
    ///
    /// A file that is still being written, or that was cut off in transit, often cannot be parsed
    /// either. That cause is then reported instead of the parser's error.
    private func read(_ request: Request, _ limits: ReadLimits) throws -> Submission {
        let path = SpoolPath(request.path)
        let before = try FileFacts(of: path)
        let submission = Result {
            try Submission.read(
                request.path,
                name: request.fileName,
                limits: limits,
                progress: { share in
                    progress(LoadProgress(step: "reading", done: Int(share * 100), total: 100))
                }
            )
        }
        let place = SubmissionError.Location(file: request.fileName)
        if try FileFacts(of: path) != before {
            throw SubmissionError(
                .changedWhileRead,
                at: place,
                "the file was written to while it was read"
            )
        }
        if let expected = request.expectedSHA256 {
            let bytes = try Data(contentsOf: URL(filePath: request.path), options: .alwaysMapped)
            let found = Digest.hexadecimal(SHA256.hash(data: bytes))
            guard found == expected else {
                throw SubmissionError(
                    .checksumMismatch,
                    at: place,
                    "the file has the SHA-256 \(found), its .sha256 file says \(expected)"
                )
            }
        }
        return try submission.get()
    }

    // MARK: Vocabularies

    private func load(
        _ file: VocabularyFile,
        _ request: Request
    ) throws -> (outcome: LoadOutcome, queries: [LoadedQuery]) {
        let all = try store.loaded()
        let counterpart = VocabularyQueries.counterpart(
            of: file.kind,
            name: request.name ?? file.ownName,
            configured: configuration.vocabulary,
            in: all
        )
        let previous = try counterpart.map { info in
            let opened = try store.open(version: info.version)
            return VocabularyQueries.Loaded(info: opened.info, taxonomy: opened.taxonomy)
        }
        let (role, plan) = try VocabularyQueries.plan(
            for: file,
            previous: previous,
            name: request.name ?? file.ownName,
            audit: request.audits,
            acceptsShrunken: request.acceptsShrunken
        )
        let target: VocabularyInfo
        var expectation: [String] = []
        switch role {
        case .vocabulary(let name):
            target = try store.save(file, name: name, at: Date())
            expectation = Self.expectation(try prepare(file.taxonomy, version: target.version))
        case .version(let of):
            target = try store.save(file, name: of.name, at: Date())
            expectation = Self.expectation(try prepare(file.taxonomy, version: target.version))
        case .contribution(let to):
            target = to
        }
        let outcome = LoadOutcome(
            kind: .vocabulary,
            sha256: file.sha256,
            bytes: 0,
            reading: plan.reading,
            vocabulary: Self.vocabulary(target),
            basis: try basis(vocabulary: target.version, request),
            problems: (file.problems + file.warnings).map(Self.problem),
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
        let info = try VocabularyRule.choose(
            named: list.vocabulary ?? request.vocabulary,
            configured: configuration.vocabulary,
            loaded: try store.loaded(),
            file: request.fileName
        )
        let taxonomy = try store.open(version: info.version).taxonomy
        let plan = try TaskRule.queries(
            from: list,
            folder: request.task,
            taxonomy: taxonomy,
            vocabularyName: info.name,
            vocabularyAliases: VocabularyRule.aliases(of: info)
        )
        let outcome = LoadOutcome(
            kind: .list,
            sha256: list.sha256,
            bytes: 0,
            reading: plan.reading,
            vocabulary: Self.vocabulary(info),
            basis: try basis(vocabulary: info.version, request),
            force: list.force,
            notes: list.notes + plan.notes
        )
        return (outcome, Self.lines(of: plan))
    }

    // MARK: Both

    /// A hash of everything besides the file that answers depend on.
    private func basis(vocabulary: String, _ request: Request) throws -> String {
        let setup = EngineSetup(configuration)
        let parts = [
            vocabulary,
            try setup.settingsSHA256(),
            try setup.decoderSHA256(),
            try setup.adapterSHA256(),
            try setup.encoderSHA256(),
            configuration.models.arithmetic.rawValue,
            MethodSettings.methodVersion,
            request.task?.rawValue ?? "",
            request.audits ? "audit" : "",
        ]
        return Digest.sha256(parts.joined(separator: "\n"))
    }

    private static func vocabulary(_ info: VocabularyInfo) -> LoadOutcome.Vocabulary {
        LoadOutcome.Vocabulary(
            name: info.name,
            version: info.version,
            kind: info.kind.rawValue,
            concepts: info.counts.concepts,
            edges: info.counts.edges
        )
    }

    private static func problem(_ problem: RecordProblem) -> LoadOutcome.Problem {
        LoadOutcome.Problem(
            line: problem.line,
            identifier: problem.identifier,
            code: problem.code,
            message: problem.message
        )
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
