import ArgumentParser
import Evaluation
import Foundation
import Inference
import Jobs
import TaxoInstruct

/// `taxod evaluate`: the protocols of the literature.
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measure the quality of the answers on a benchmark.",
        subcommands: [Expansion.self]
    )

    /// Taxonomy expansion with held-out leaves.
    struct Expansion: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Place held-out leaves in the taxonomy of the training edges.",
            usage: "taxod evaluate expansion --train <file> --test <file> [<options>]",
            discussion: """
                Both files hold a child and a parent a line, separated by a tab. Printed are, with \
                bootstrap 95 % intervals, accuracy, Wu & Palmer, MRR and recall of three rankings of \
                the same candidates: by retrieval, by the language model alone, by both.
                """
        )

        @OptionGroup var options: AdapterOptions

        @Option(help: ArgumentHelp("The known edges.", valueName: "file"))
        var train: String

        @Option(help: ArgumentHelp("The edges to be found.", valueName: "file"))
        var test: String

        @Option(help: ArgumentHelp("“none” evaluates retrieval alone.", valueName: "none"))
        var model: String?

        @Flag(help: "Write JSON.")
        var json = false

        @Option(help: ArgumentHelp("Write prompts and likelihoods there.", valueName: "file"))
        var dump: String?

        @Option(
            help: ArgumentHelp(
                "Compare the model's likelihoods with those of an independent implementation.",
                discussion: "Needs the prompts of a float32 encoder.",
                valueName: "file"
            )
        )
        var reference: String?

        func run() throws {
            let configuration = try options.read().values
            let setup = EngineSetup(configuration)
            let report: ExpansionReport
            do {
                let evaluation = try ExpansionEvaluation(
                    train: try edges(train),
                    test: try edges(test)
                )
                let language: (any LanguageModel)? =
                    model == "none" ? nil : try setup.languageModel()
                report = try evaluation.run(
                    model: language,
                    encoder: try setup.encoder(),
                    settings: configuration.method,
                    progress: { done, all in
                        guard isatty(2) == 1 else { return }
                        let text = "\r\u{1B}[K\(done) of \(all) queries"
                        FileHandle.standardError.write(Data(text.utf8))
                        if done == all { FileHandle.standardError.write(Data("\n".utf8)) }
                    }
                )
            } catch let error as SubmissionError {
                throw Exit(
                    error.code == .engineUnavailable ? .unavailable : .dataError,
                    "\(error)"
                )
            }
            if let dump { try report.dump().write(to: URL(filePath: dump)) }
            if let reference { try compare(report, with: reference) }
            if json {
                FileHandle.standardOutput.write(try report.json() + [0x0A])
            } else {
                print(report.table())
            }
        }

        /// Writes to standard error how far model and reference agree.
        private func compare(_ report: ExpansionReport, with path: String) throws {
            guard let data = FileManager.default.contents(atPath: path) else {
                throw Exit(.dataError, "\(path) cannot be read")
            }
            do {
                let agreement = try ReferenceAgreement(report, reference: data)
                let text = """
                    reference: the same first choice for \(agreement.sameFirst) of \
                    \(agreement.queries) queries (per token \(agreement.sameFirstPerToken)); \
                    log-likelihoods per token differ by \(Float(agreement.worst)) at most, \
                    \(Float(agreement.rms)) rms\n
                    """
                FileHandle.standardError.write(Data(text.utf8))
            } catch let error as ReferenceAgreement.Mismatch {
                let query = error.query.map { ": “\($0)” was asked otherwise" } ?? ""
                throw Exit(.dataError, "\(path) was made for other queries\(query)")
            } catch is DecodingError {
                throw Exit(.dataError, "\(path) is no reference file")
            }
        }

        private func edges(_ path: String) throws -> [ExpansionEdge] {
            guard let data = FileManager.default.contents(atPath: path) else {
                throw Exit(.dataError, "\(path) cannot be read")
            }
            return try ExpansionEdge.read(String(decoding: data, as: UTF8.self), file: path)
        }
    }
}
