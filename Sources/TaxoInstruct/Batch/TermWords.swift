import Taxonomy

/// What a term's names and definition say in words, for comparison with other new terms.
package struct TermWords: Sendable {
    /// The words of the name in natural order, followed by those of the leading synonyms; all
    /// without plural endings.
    let terms: [[String]]
    /// The words of the name as they are written, in lower case.
    let written: [String]
    /// The words of each clause of the definition; a clause ends at a punctuation mark.
    let clauses: [[String]]
    /// The words of the first clause without an article before them.
    let defining: [String]
    /// The words of the definition's first clause that may name the class to which the term belongs:
    /// “gas bubble” in “A gas bubble which rises”.
    let genus: [String]
    /// The same words as they are written.
    let writtenGenus: [String]

    var name: [String] { terms[0] }
    var isDefined: Bool { !clauses.isEmpty }

    /// Maximum number of names that are compared.
    static let comparedTerms = 5
    /// Maximum number of a definition's characters that are read.
    static let readCharacters = 1_000
    /// Maximum number of a definition's words that are read; a class is named at its beginning.
    private static let definingWords = 60

    package init(name: String, synonyms: [String] = [], definition: String? = nil) {
        let natural = Term.natural(name)
        let further = synonyms.prefix(Self.comparedTerms - 1)
            .map { WordIndex.stems(of: Term.natural($0)) }
            .filter { !$0.isEmpty }
        terms = [WordIndex.stems(of: natural)] + further
        written = Term.key(natural).split(separator: " ").map(String.init)
        var clauses: [[String]] = []
        var firstWritten: [String] = []
        var left = Self.definingWords
        for clause in (definition ?? "").prefix(Self.readCharacters).split(whereSeparator: {
            ".,;:()[]".contains($0)
        }) {
            let words = WordIndex.stems(of: String(clause.prefix(Self.clauseCharacters)))
                .prefix(left)
            guard !words.isEmpty else { continue }
            if clauses.isEmpty {
                firstWritten = Term.key(String(clause.prefix(Self.clauseCharacters)))
                    .split(separator: " ").prefix(left).map(String.init)
            }
            clauses.append(Array(words))
            left -= words.count
            if left <= 0 { break }
        }
        self.clauses = clauses
        let first = clauses.first ?? []
        let start = first.prefix { Self.articles.contains($0) }.count
        let end = first[start...].firstIndex(where: Self.ends.contains) ?? first.count
        defining = Array(first[start...])
        genus = Array(first[start..<end])
        // Stems and written words correspond one to one.
        writtenGenus = Array(firstWritten[start..<end])
    }

    /// A clause has no more characters than this; a text without punctuation may be a megabyte.
    private static let clauseCharacters = 600

    /// Words before the class that a definition names.
    private static let articles: Set<String> = ["a", "an", "the", "any", "one", "some"]

    /// Words that end the name of the class.
    private static let ends: Set<String> = [
        "which", "that", "who", "whose", "where", "when", "in", "of", "with", "without", "from",
        "by", "for", "to", "at", "on", "as", "into", "within", "between", "during", "through",
        "via", "than", "and", "or", "is", "are", "has", "having", "being", "due", "characterized",
        "characterised", "caused", "found", "located", "used", "formed", "produced", "resulting",
        "containing", "consisting", "composed", "occurring", "affecting", "marked", "associated",
        "derived", "lacking", "expressing", "inhering", "involving", "it", "made",
    ]

    /// Whether a run of words lies within another, and whether it lies at its end.
    static func place(
        of part: [String],
        in whole: [String]
    ) -> (isInside: Bool, isEnd: Bool) {
        guard !part.isEmpty, part.count <= whole.count else { return (false, false) }
        if whole.suffix(part.count).elementsEqual(part) { return (true, true) }
        for start in 0..<(whole.count - part.count)
        where whole[start..<start + part.count].elementsEqual(part) {
            return (true, false)
        }
        return (false, false)
    }
}
