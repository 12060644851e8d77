import ArgumentParser
import Contract
import Evaluation
import Foundation
import Taxonomy
import TaxonomyFormats
import Workshop

extension EvaluateCommand {
    /// Names with known meaning, without any model.
    struct Names: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Match misspelled names, and names of what the taxonomy lacks.",
            usage: """
                taxod evaluate names --taxonomy <name> [--seed <number>] [--fit]
                    [<options>]
                """,
            discussion: """
                The names are made from the taxonomy's own: with one random edit, with another \
                number or letter, with another word of the taxonomy, acronyms, and the names of \
                each concept while it is left out. --fit prints the regression that tells \
                misspellings from other names, fitted on this taxonomy, with figures of five-fold \
                cross-validation over concepts; the built-in one was fitted on MEDIC with seed 1.
                """
        )

        @OptionGroup var configuration: AdapterOptions

        @Option(
            help: ArgumentHelp(
                "A loaded taxonomy, or the path of a vocabulary file.",
                valueName: "name"
            )
        )
        var taxonomy: String

        @Option(help: ArgumentHelp("Seed of the random names.", valueName: "number"))
        var seed: UInt64 = 1

        @Flag(help: "Fit the regression instead of measuring the built-in one.")
        var fit = false

        @Flag(help: "Write JSON.")
        var json = false

        @Option(
            help: ArgumentHelp("Write the names that went wrong to this file.", valueName: "file")
        )
        var dump: String?

        func run() throws {
            let evaluation = NameEvaluation(try concepts(), seed: seed)
            let report = try fit ? evaluation.fit() : evaluation.report()
            if let dump { try report.dump.write(to: URL(filePath: dump)) }
            if json {
                FileHandle.standardOutput.write(try report.json() + [0x0A])
            } else {
                print(report.table())
            }
        }

        private func concepts() throws -> Taxonomy {
            let values = try configuration.read().values
            if FileManager.default.fileExists(atPath: taxonomy) {
                guard case .vocabulary(let file) = try Submission.read(taxonomy) else {
                    throw ValidationError("--taxonomy: \(taxonomy) is no vocabulary")
                }
                return file.taxonomy
            }
            let info = try VocabularyRule.choose(
                named: taxonomy,
                configured: nil,
                loaded: try values.store.loaded()
            )
            return try values.store.open(version: info.version).taxonomy
        }
    }
}
