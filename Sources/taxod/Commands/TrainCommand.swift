import ArgumentParser
import Evaluation
import Foundation
import Inference
import Settings
import TaxoInstruct
import Training
import Workshop

/// `taxod train`: teaches the language model a taxonomy; the result is an adapter.
struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Teach the language model a taxonomy: train a LoRA adapter.",
        usage: "taxod train --taxonomy <name> --out <folder> [<options>]",
        discussion: """
            Training rows are generated from the taxonomy's own edges and written to rows.jsonl in \
            the folder; the adapter, its configuration (both in PEFT's format) and its card follow \
            when training ends. If it is interrupted, by a signal or a power failure, running the \
            same command again resumes it.

              taxod train --taxonomy MEDIC --holdout 0.1 --out Config/adapters/mine
              taxod train --taxonomy MEDIC --hide MESH:D002318 --out cvd-unseen
              taxod train --taxonomy train.tsv --from Config/adapters/medic --out two

            --hide hides a concept together with everything below it. Use the adapter with \
            --adapter, or set models.adapter in the configuration.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Option(
        help: ArgumentHelp(
            "A loaded vocabulary, or a .tsv file with a child and a parent a line.",
            valueName: "name"
        )
    )
    var taxonomy: String

    @Option(
        help: ArgumentHelp(
            "Train on the subtree of this concept only.",
            valueName: "concept"
        )
    )
    var under: String?

    @Option(help: ArgumentHelp("Where the adapter is written.", valueName: "folder"))
    var out: String

    @Option(help: ArgumentHelp("An adapter to continue from.", valueName: "folder"))
    var from: String?

    @Option(
        help: ArgumentHelp(
            "Identifiers, separated by commas, or a name; may be given several times.",
            valueName: "concepts"
        )
    )
    var hide: [String] = []

    @Option(
        help: ArgumentHelp(
            "Share of the leaves held out: they occur in no row.",
            valueName: "share"
        )
    )
    var holdout: Double?

    @Option(help: "Random seed for the hold-out, the rows and the initial factors.")
    var seed: UInt64 = 1

    @Option(help: "Random seed for rows and initial factors alone. Default: --seed.")
    var trainingSeed: UInt64?

    @Option(
        help: ArgumentHelp(
            "Train on the rows of this file instead of generating rows.",
            valueName: "file"
        )
    )
    var rows: String?

    @Option(help: "Concepts drawn as queries. Default: all that have a parent.")
    var concepts: Int?

    @Option(help: "Negative candidates per row.")
    var candidates = SelfSupervisionOptions().candidates

    @Flag(help: "Draw negative candidates at random instead of by retrieval.")
    var randomCandidates = false

    @Flag(
        help:
            "Train beside a ranker fitted on the taxonomy, so that the model learns what it misses."
    )
    var besideRanker = false

    @Option(
        help: ArgumentHelp(
            "Train on a thinned taxonomy: share of the concepts kept; for experiments.",
            valueName: "share"
        )
    )
    var thin: Double?

    @Option(
        help: ArgumentHelp(
            "Give this share of the concepts a wrong parent; for experiments.",
            valueName: "share"
        )
    )
    var wrong: Double?

    @Option(
        help: """
            Tokens per epoch: rows are dropped or repeated to reach this number. No rows are then \
            held out for validation unless --validation says so.
            """
    )
    var tokens: Int?

    @Option(help: "Skills: place, expand, find-parent, find-children.")
    var tasks: String?

    @Option(help: "Epochs: passes over the rows.")
    var epochs = Recipe().epochs

    @Option(help: "Rank of the LoRA factors.")
    var rank: Int?

    @Option(help: "LoRA alpha: the factors' product is scaled by alpha / rank.")
    var alpha: Float?

    @Option(help: "Peak learning rate.")
    var learningRate = Recipe().learningRate

    @Option(help: "Batch size: rows per optimiser step.")
    var batch = Recipe().examplesPerStep

    @Option(help: "How candidates' likelihoods are compared: sum or per-token.")
    var likelihood = Recipe().likelihood.rawValue

    @Option(help: "Rows held out for validation. Default: 5 %, at most 200.")
    var validation: Int?

    @Option(help: "Threads. Default: one per core.")
    var threads: Int?

    func run() throws {
        var configuration = try options.read().values
        if let threads { configuration.worker.threads = threads }
        let request = try request(configuration)
        StopSignals.catchFirst()
        // Exceeding a file-size limit shows up as a failed write (EFBIG), not as a signal.
        signal(SIGXFSZ, SIG_IGN)
        print(try Tuning(request, configuration, ProgressPrinter.monitor()).run())
    }

    func validate() throws {
        func demand(_ holds: Bool, _ option: String, _ expected: String) throws {
            guard holds else { throw ValidationError("\(option) must be \(expected).") }
        }
        try demand(holdout.map { $0 > 0 && $0 < 1 } ?? true, "--holdout", "over 0 and below 1")
        try demand(concepts.map { $0 > 0 } ?? true, "--concepts", "1 or more")
        try demand(candidates > 0, "--candidates", "1 or more")
        try demand(epochs > 0, "--epochs", "1 or more")
        try demand(rank.map { (1...1024).contains($0) } ?? true, "--rank", "from 1 to 1024")
        try demand(alpha.map { $0 > 0 && $0 < 1e6 } ?? true, "--alpha", "a positive number")
        try demand(learningRate > 0 && learningRate < 1, "--learning-rate", "over 0, below 1")
        for (option, share) in [("--thin", thin), ("--wrong", wrong)] {
            try demand(share.map { $0 > 0 && $0 < 1 } ?? true, option, "over 0 and below 1")
        }
        try demand(tokens.map { $0 > 0 } ?? true, "--tokens", "1 or more")
        try demand(rows == nil || (thin ?? wrong) == nil, "--rows", "without --thin and --wrong")
        try demand(batch > 0, "--batch", "1 or more")
        try demand(validation.map { $0 >= 0 } ?? true, "--validation", "0 or more")
    }

    /// The training request that the options describe.
    private func request(_ configuration: Configuration) throws -> Tuning.Request {
        guard let likelihood = Recipe.Likelihood(rawValue: likelihood) else {
            throw ValidationError("--likelihood must be sum or per-token.")
        }
        var rowOptions = SelfSupervisionOptions()
        rowOptions.concepts = concepts
        rowOptions.candidates = candidates
        rowOptions.kind = randomCandidates ? .random : .hard
        rowOptions.besideRanker = besideRanker
        rowOptions.seed = trainingSeed ?? seed
        if let tasks {
            rowOptions.tasks = try tasks.split(separator: ",").map { word in
                guard let task = TrainingExample.Task(rawValue: String(word)) else {
                    let known = TrainingExample.Task.allCases.map(\.rawValue)
                    throw ValidationError(
                        "--tasks: “\(word)” is none of \(known.joined(separator: ", "))."
                    )
                }
                return task
            }
        }
        var recipe = Recipe()
        recipe.epochs = epochs
        recipe.learningRate = learningRate
        recipe.examplesPerStep = batch
        recipe.likelihood = likelihood
        recipe.seed = trainingSeed ?? seed
        recipe.workers = configuration.engineThreads
        return Tuning.Request(
            taxonomy: taxonomy,
            under: under,
            out: out,
            from: from,
            hide: hide,
            holdout: holdout,
            holdoutSeed: seed,
            rows: rows,
            validation: validation,
            tokenBudget: tokens,
            disturbance: thin == nil && wrong == nil
                ? nil : Disturbance(thin: thin, wrong: wrong, seed: trainingSeed ?? seed),
            rank: rank,
            alpha: alpha,
            rowOptions: rowOptions,
            recipe: recipe
        )
    }
}
