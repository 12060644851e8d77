/// The prompts of both families.
///
/// Names appear in natural order (`Term.natural`) and are otherwise spelled as in the source. Lists
/// are joined by `" | "` rather than by the paper's `", "`, which occurs within 36 % of MEDIC's
/// names.
package enum Prompts {
    package static let separator = " | "

    // MARK: Nearest known pairs

    /// The nearest known pairs, followed by the query.
    ///
    /// The exact text, in which every line but the last ends with `
    /// `:
    ///
    ///     childₙ -> parentₙ
    ///     …
    ///     child₁ -> parent₁
    ///     query ->
    ///
    /// where child₁ is the known concept most similar to the query. At most
    /// `MethodSettings.knownPairs` lines come before the query. A candidate is scored as the
    /// continuation `" " + name`.
    package static func nearestPairs(
        _ pairs: [(child: String, parent: String)],
        query: String
    ) -> String {
        pairs.reversed().map { "\($0.child) -> \($0.parent)\n" }.joined() + "\(query) ->"
    }

    /// A class and some of its members, as a list for the model to continue.
    ///
    /// The exact text, without a trailing line break: `class: seed₁ | seed₂ | … |`. A sibling is
    /// scored as the continuation `" " + name`.
    package static func members(of category: String, seeds: [String]) -> String {
        "\(category): \(seeds.joined(separator: separator)) |"
    }

    /// The continuation that says no candidate is a parent; scored alongside the candidates.
    package static let none = " none of these"

    /// Some members of a class; the class is scored as the continuation `" " + name`.
    ///
    /// The exact text: `seed₁ | seed₂ | … ->`.
    package static func sharedParent(of seeds: [String]) -> String {
        "\(seeds.joined(separator: separator)) ->"
    }

    /// A class; its members are scored as the continuation `" " + member₁ | member₂ | …`.
    ///
    /// The exact text: `class:`.
    package static func children(of category: String) -> String { "\(category):" }

    // MARK: The paper's instructions (arXiv 2402.13405, table 1; wrapper of the ACL 2025 version)

    /// “Taxo-Expan”: choose the parent; a candidate is scored as the continuation `" " + name`.
    package static func choice(among candidates: [String], query: String) -> String {
        wrapped(
            instruction: """
                Given a set of candidate parent classes and an entity, output the most likely \
                parent class for the entity given by user.
                """,
            input: """
                Given candidate parents {\(candidates.joined(separator: separator))}, find the \
                parent class for \(query)
                """
        ) + "The parent class is"
    }

    /// “Set-Expan”: find more members of the category, of the same granularity as the seeds.
    package static func expansion(of category: String, seeds: [String]) -> String {
        wrapped(
            instruction: """
                Given a category and an entity set belonging to this category, output other \
                entities belonging to this category and sharing the same granularity as the seeds.
                """,
            input: """
                Find other entities belonging to the category \(category) and sharing the same \
                granularity as the seeds {\(seeds.joined(separator: separator))}
                """
        ) + "The expanded entities are {"
    }

    /// The Alpaca wrapper.
    ///
    /// The authors' source indents the lines of the wrapper by four spaces, but not consistently
    /// between training and inference; here no line is indented.
    private static func wrapped(instruction: String, input: String) -> String {
        """
        Below is an instruction that describes a task, paired with an input that provides \
        further context. Write a response that appropriately completes the request.

        ### Instruction:
        \(instruction)

        ### Input:
        \(input)

        ### Response:

        """
    }
}
