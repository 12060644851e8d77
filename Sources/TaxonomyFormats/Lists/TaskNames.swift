import Contract

/// The names by which a file may ask for a task.
enum TaskNames {
    /// The task of this name; `nil` if there is none.
    ///
    /// A task has a short name, long names, and the name in TaxoInstruct's files (arXiv
    /// 2402.13405); letter case and separators are ignored.
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
