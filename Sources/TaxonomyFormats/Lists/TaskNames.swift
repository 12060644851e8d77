import Contract

/// The words by which a file may name a task.
enum TaskNames {
    /// The task, by its short name, its long name, or the name in the files of TaxoInstruct
    /// (arXiv 2402.13405); letter case and the kind of separator do not matter.
    static func task(_ name: String) -> Query.Task? {
        switch ListField.key(name) {
        case "expand", "setexpan", "setexpansion", "entitysetexpansion", "ese": .expand
        case "place", "taxoexpan", "taxonomyexpansion", "taxonomyplacement", "te": .place
        case "grow", "construct", "taxoconstruct", "taxonomyconstruction",
            "seedguidedtaxonomyconstruction", "sgtc":
            .grow
        case "audit": .audit
        default: nil
        }
    }

    static func fault(_ name: String, fileName: String, line: Int) -> SubmissionError {
        SubmissionError(
            .unknownTask,
            at: .init(file: fileName, line: line),
            "found the task “\(Text.cut(name))”, expected expand, place, grow or audit"
        )
    }
}
