import ArgumentParser
import Evaluation
import Foundation
import TaxonomyFormats

extension EvaluateCommand {
    /// New terms of one file as each other's parents, without any model.
    struct Peers: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fit how new terms of one file become each other's parents.",
            usage: """
                taxod evaluate peers --taxonomy <file> [--taxonomy <file> …]
                    [--without <file>] [--seed <number>] [<options>]
                """,
            discussion: """
                Of each vocabulary some hundred concepts are treated as new terms of a file, single \
                ones and branches, every second file with names only. Each vocabulary is judged by \
                what was fitted on the others; the numbers fitted on all are printed last.
                """
        )

        @Option(help: ArgumentHelp("The path of a vocabulary file.", valueName: "file"))
        var taxonomy: [String]

        @Option(
            help: ArgumentHelp(
                "Keys of names of which nothing may be learned, one a line.",
                valueName: "file"
            )
        )
        var without: [String] = []

        @Option(help: ArgumentHelp("Files drawn from each vocabulary.", valueName: "count"))
        var files = PeerFitting.Options().files

        @Option(help: ArgumentHelp("New terms of a file.", valueName: "count"))
        var terms = PeerFitting.Options().terms

        @Option(help: ArgumentHelp("Seed of the draw.", valueName: "number"))
        var seed: UInt64 = 1

        @Flag(help: "Write JSON.")
        var json = false

        func validate() throws {
            guard taxonomy.count > 1 else {
                throw ValidationError(
                    "--taxonomy: found \(taxonomy.count), expected 2 or more, each to be judged by "
                        + "what was fitted on the others"
                )
            }
            guard files > 0, terms > 1 else {
                throw ValidationError("--files must be 1 or more, --terms 2 or more.")
            }
        }

        func run() throws {
            let barred = BarredNames(
                try without.map { String(decoding: try EvaluateOptions.content($0), as: UTF8.self) }
            )
            let sources = try taxonomy.map { path in
                guard case .vocabulary(let file) = try Submission.read(path) else {
                    throw ValidationError("--taxonomy: \(path) is no vocabulary")
                }
                let name = URL(filePath: path).lastPathComponent
                return PeerFitting.Source(name: name, taxonomy: file.taxonomy)
            }
            var options = PeerFitting.Options()
            (options.files, options.terms, options.seed) = (files, terms, seed)
            let report = PeerFitting(sources, options) { concept in
                concept.terms.contains(where: barred.contains)
            }
            .run()
            if json {
                FileHandle.standardOutput.write(try report.json() + [0x0A])
            } else {
                print(report.table())
            }
        }
    }
}
