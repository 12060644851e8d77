import Taxonomy

/// The sixteen categories of MeSH, each the first letter of its tree numbers.
///
/// NLM's files have no records for the categories; concepts added for them give the top descriptors
/// a parent.
enum MeSHCategory {
    private static let names: [Character: String] = [
        "A": "Anatomy",
        "B": "Organisms",
        "C": "Diseases",
        "D": "Chemicals and Drugs",
        "E": "Analytical, Diagnostic and Therapeutic Techniques, and Equipment",
        "F": "Psychiatry and Psychology",
        "G": "Phenomena and Processes",
        "H": "Disciplines and Occupations",
        "I": "Anthropology, Education, Sociology, and Social Phenomena",
        "J": "Technology, Industry, and Agriculture",
        "K": "Humanities",
        "L": "Information Science",
        "M": "Named Groups",
        "N": "Health Care",
        "V": "Publication Characteristics",
        "Z": "Geographicals",
    ]

    /// The concept `MeSH:C`, “Diseases”, with the tree number `C`.
    static func concept(_ letter: Character) -> Concept {
        Concept(
            identifier: "MeSH:\(letter)",
            name: names[letter] ?? "MeSH category \(letter)",
            treeNumbers: [String(letter)]
        )
    }
}
