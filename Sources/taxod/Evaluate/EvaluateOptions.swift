import ArgumentParser
import Contract
import Evaluation
import Foundation
import Settings
import TaxoInstruct
import Taxonomy
import Workshop

/// Options that all protocols of `taxod evaluate` share.
struct EvaluateOptions: ParsableArguments {
    @OptionGroup var configuration: AdapterOptions

    @Option(
        help: ArgumentHelp("“none” evaluates without the language model.", valueName: "none")
    )
    var model: String?

    @Flag(help: "Write JSON.")
    var json = false

    @Option(help: ArgumentHelp("Ask at most this many queries, for a trial.", valueName: "count"))
    var limit: Int?

    @Option(
        help: ArgumentHelp(
            "Candidates that the language model sees. Default: the configured ones.",
            valueName: "count"
        )
    )
    var candidates: Int?

    @Option(help: ArgumentHelp("Write queries and results to this file.", valueName: "file"))
    var dump: String?

    var withoutModel: Bool { model == "none" }

    func validate() throws {
        guard candidates.map({ $0 > 0 }) ?? true else {
            throw ValidationError("--candidates must be 1 or more.")
        }
    }

    /// The configuration, changed by the options.
    func values() throws -> Configuration {
        var values = try configuration.read().values
        if let candidates { values.method.candidates = candidates }
        return values
    }

    /// The method on a loaded taxonomy, with nothing in it that saw what is hidden.
    func subject(
        _ taxonomy: String?,
        hiding hidden: (Taxonomy) throws -> EvaluationSubject.Hidden
    ) throws -> EvaluationSubject {
        try EvaluationSubject(
            taxonomy,
            try values(),
            withoutModel: withoutModel,
            ProgressPrinter.monitor(),
            hiding: hidden
        )
    }

    /// Runs a protocol and prints its report.
    func report(_ body: (EngineSetup, MethodSettings) throws -> EvaluationReport) throws {
        let values = try values()
        let report = try body(EngineSetup(values), values.method)
        if let dump { try report.dump.write(to: URL(filePath: dump)) }
        if json {
            FileHandle.standardOutput.write(try report.json() + [0x0A])
        } else {
            print(report.table())
        }
    }

    /// The ranking without the language model, if there is one to compare with.
    func comparison(_ expander: Expander) -> PlacementRanker? {
        guard !withoutModel else { return nil }
        let plain = expander.variant(withoutModel: true)
        return { try plain.rankParents($0) }
    }

    /// A benchmark file's content.
    static func content(_ path: String) throws -> Data {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandError.refused("\(path) cannot be read")
        }
        return data
    }

    /// The first queries of a file with one JSON object per line.
    func lines<Line: Decodable>(_ path: String, as type: Line.Type) throws -> [Line] {
        let all = try LineFile.read(try Self.content(path), file: path, as: type)
        return Array(all.prefix(limit ?? all.count))
    }

    /// Shows a person the progress of the work.
    static let showProgress: @Sendable (Int, Int) -> Void = ProgressPrinter.showQueries
}

/// The taxonomy on which a protocol is run.
struct TaxonomyOption: ParsableArguments {
    @Option(help: ArgumentHelp("The loaded taxonomy, by name or version.", valueName: "name"))
    var taxonomy: String?
}
