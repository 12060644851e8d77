import ArgumentParser
import Contract
import Evaluation
import Foundation
import Inference
import TaxoInstruct
import Taxonomy
import Workshop

extension EvaluateCommand {
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

        @OptionGroup var options: EvaluateOptions

        @Option(help: ArgumentHelp("The known edges.", valueName: "file"))
        var train: String

        @Option(help: ArgumentHelp("The edges to be found.", valueName: "file"))
        var test: String

        @Option(
            help: ArgumentHelp(
                "Definitions of the terms: a JSON object, term to text or list of texts.",
                valueName: "file"
            )
        )
        var definitions: String?

        @Option(
            help: ArgumentHelp(
                "Compare the model's likelihoods with those of an independent implementation.",
                discussion: "Needs the prompts of a float32 encoder.",
                valueName: "file"
            )
        )
        var reference: String?

        func run() throws {
            let configuration = try options.values()
            let setup = EngineSetup(configuration)
            let evaluation = try ExpansionEvaluation(
                train: try edges(train),
                test: try edges(test),
                definitions: try definitions.map(texts) ?? [:],
                limit: options.limit
            )
            let language: (any LanguageModel)? =
                options.withoutModel ? nil : try setup.languageModel()
            let memory = try options.withoutModel ? nil : memory(evaluation.taxonomy, setup)
            let report = try evaluation.run(
                model: language,
                encoder: try setup.encoder(),
                settings: configuration.method,
                wasSeen: { identifier in
                    let index = evaluation.taxonomy.index(ofIdentifier: identifier)
                    return index.flatMap { memory?.saw(parentsOf: $0) } ?? false
                },
                progress: EvaluateOptions.showProgress
            )
            if let dump = options.dump { try report.dump().write(to: URL(filePath: dump)) }
            if let reference { try compare(report, with: reference) }
            if options.json {
                FileHandle.standardOutput.write(try report.json() + [0x0A])
            } else {
                print(report.table())
            }
        }

        /// Which of the training edges the effective adapter saw.
        private func memory(_ taxonomy: Taxonomy, _ setup: EngineSetup) throws -> AdapterMemory? {
            guard let folder = try setup.adapterFolder(), let card = try setup.adapterCard() else {
                return nil
            }
            let name = TuningSource.name(ofFile: train)
            return AdapterMemory(card, adapter: folder, of: taxonomy, named: name)
        }

        /// Writes to standard error how far the model and the reference agree.
        private func compare(_ report: ExpansionReport, with path: String) throws {
            let data = try EvaluateOptions.content(path)
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
                throw CommandError.refused("\(path) was made for other queries\(query)")
            } catch is DecodingError {
                throw CommandError.refused("\(path) is no reference file")
            }
        }

        private func edges(_ path: String) throws -> [ExpansionEdge] {
            let data = try EvaluateOptions.content(path)
            return try ExpansionEdge.read(String(decoding: data, as: UTF8.self), file: path)
        }

        /// One text for each term: the first, if there are several.
        private func texts(_ path: String) throws -> [String: String] {
            let data = try EvaluateOptions.content(path)
            let decoder = JSONDecoder()
            if let lists = try? decoder.decode([String: [String]].self, from: data) {
                return lists.compactMapValues(\.first)
            }
            do {
                return try decoder.decode([String: String].self, from: data)
            } catch {
                throw CommandError.refused("\(path) is no JSON object of texts: \(error)")
            }
        }
    }
}
