import Taxonomy

/// What a name is without what its source adds to it.
///
/// List marks and numbers, quotation marks, “NOS”, tags such as “(disorder)”, PubMed's qualifiers,
/// an abbreviation or an identifier in brackets, and OMIM's number and symbols are removed one
/// after another; each state is a reading, the least changed one first.
///
///     NameReadings("1. Asthma").texts                       // ["1. Asthma", "Asthma"]
///     NameReadings("*Asthma/drug therapy").texts.last       // "Asthma"
///     NameReadings("Asthma [D001249]").identifiers          // ["D001249"]
struct NameReadings {
    private(set) var texts: [String] = []
    /// Identifiers that stand in the name, as written.
    private(set) var identifiers: [String] = []

    init(_ name: String) {
        var text = Self.trimmed(name[...])
        texts.append(String(text))
        for _ in 0..<Self.maximumSteps {
            guard let shorter = stripped(text) else { break }
            text = Self.trimmed(shorter)
            guard !text.isEmpty else { break }
            texts.append(String(text))
        }
    }

    /// A name has few decorations; a hostile one has thousands of brackets.
    private static let maximumSteps = 8

    /// The text without one decoration; `nil` if it has none.
    private mutating func stripped(_ text: Substring) -> Substring? {
        Self.withoutQuotes(text) ?? Self.withoutListMark(text) ?? withoutNumberOfOMIM(text)
            ?? Self.withoutAsterisk(text) ?? withoutBrackets(text) ?? Self.withoutQualifier(text)
            ?? Self.withoutPhrase(text) ?? Self.withoutSymbol(text)
    }

    private static func withoutQuotes(_ text: Substring) -> Substring? {
        for (open, close) in ["\"\"", "“”", "„“", "«»", "‘’", "''"].map({ ($0.first, $0.last) })
        where text.first == open && text.last == close && text.count > 2 {
            return text.dropFirst().dropLast()
        }
        return nil
    }

    /// Removes “1.”, “3)”, “(2)”, “-”, “•” and the like, which a space must follow.
    private static func withoutListMark(_ text: Substring) -> Substring? {
        guard let space = text.firstIndex(where: \.isWhitespace) else { return nil }
        let mark = text[..<space]
        let isBullet = mark.count == 1 && bullets.contains(mark)
        let inner = mark.drop { $0 == "(" }
        let number = inner.prefix { $0.isASCII && $0.isNumber }
        let after = inner.dropFirst(number.count)
        let isNumber =
            (1...4).contains(number.count) && [".", ")", ".)", ":"].contains(after)
        guard isBullet || isNumber else { return nil }
        return text[space...]
    }

    private static let bullets: Set<Substring> = [
        "-", "–", "—", "•", "*", "·", "‣", "◦", "▪", "●", "○", "■", "□", "→", ">", "+", "o",
    ]

    /// Removes OMIM's number before a name: “#143100 HUNTINGTON DISEASE; HD”.
    private mutating func withoutNumberOfOMIM(_ text: Substring) -> Substring? {
        let rest = text.drop { "#%*+^".contains($0) }
        let number = rest.prefix { $0.isASCII && $0.isNumber }
        let name = rest.dropFirst(number.count)
        guard number.count == 6, name.first?.isWhitespace == true else { return nil }
        identifiers.append("OMIM:\(number)")
        return name
    }

    private static func withoutAsterisk(_ text: Substring) -> Substring? {
        if text.first == "*" { return text.dropFirst() }
        if text.last == "*" { return text.dropLast() }
        return nil
    }

    /// Removes a bracket at the end that holds a tag, an identifier or an abbreviation.
    private mutating func withoutBrackets(_ text: Substring) -> Substring? {
        guard let close = text.last, close == ")" || close == "]",
            let open = text.lastIndex(of: close == ")" ? "(" : "["), open > text.startIndex
        else { return nil }
        let inner = text[text.index(after: open)...].dropLast()
        let before = text[..<open]
        let small = inner.lowercased()
        if Self.tags.contains(small) || Self.fields.contains(small) { return before }
        // A single letter or a number in brackets is part of the name, and so is “46,XX”.
        if let identifier = WrittenIdentifier(String(inner)), identifier.hasPrefix {
            identifiers.append(String(inner))
            return before
        }
        return Acronym.abbreviates(inner, before) ? before : nil
    }

    /// Removes PubMed's qualifier: “Asthma/drug therapy”.
    private static func withoutQualifier(_ text: Substring) -> Substring? {
        guard let slash = text.firstIndex(of: "/"), slash > text.startIndex else { return nil }
        let parts = text[text.index(after: slash)...].split(separator: "/")
        let isQualified = parts.allSatisfy { part in
            let words = part.lowercased().split { $0.isWhitespace || $0 == "*" }
            return qualifiers.contains(words.joined(separator: " "))
        }
        return isQualified && !parts.isEmpty ? text[..<slash] : nil
    }

    /// Removes “NOS” and its like at the end.
    private static func withoutPhrase(_ text: Substring) -> Substring? {
        let small = text.lowercased()
        for phrase in phrases where small.hasSuffix(phrase) && small.count == text.count {
            let rest = text.dropLast(phrase.count)
            guard let last = rest.last, last.isWhitespace || last == "," else { continue }
            var name = trimmed(rest)
            while let last = name.last, last == "," || last == "-" {
                name = trimmed(name.dropLast())
            }
            return name
        }
        return nil
    }

    /// Removes OMIM's symbol after a name: “HUNTINGTON DISEASE; HD”.
    private static func withoutSymbol(_ text: Substring) -> Substring? {
        guard let mark = text.firstIndex(of: ";") else { return nil }
        let name = text[..<mark]
        let symbols = text[mark...].split(separator: ";").map(trimmed)
        guard let symbol = symbols.first, Acronym.abbreviates(symbol, name) else { return nil }
        return name
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while text.first?.isWhitespace == true { text = text.dropFirst() }
        while text.last?.isWhitespace == true { text = text.dropLast() }
        return text
    }

    private static let phrases = [
        "not otherwise specified", "unspecified", "nos", "nec", "not elsewhere classified",
    ]

    /// SNOMED's and other sources' tags.
    private static let tags: Set<String> = [
        "disorder", "finding", "disease", "diagnosis", "condition", "situation", "event",
        "morphologic abnormality", "clinical finding", "navigational concept", "nos", "nec",
        "unspecified", "not otherwise specified", "syndrome",
    ]

    /// PubMed's names of search fields.
    private static let fields: Set<String> = [
        "mesh", "mesh terms", "mh", "majr", "mesh major topic", "tiab", "title/abstract",
        "all fields", "tw", "supplementary concept", "disease/finding", "text word",
    ]

    /// MeSH's qualifiers, which PubMed writes behind a slash.
    private static let qualifiers: Set<String> = [
        "abnormalities", "administration & dosage", "adverse effects", "agonists", "analysis",
        "anatomy & histology", "antagonists & inhibitors", "biosynthesis", "blood", "blood supply",
        "cerebrospinal fluid", "chemical synthesis", "chemically induced", "chemistry",
        "classification", "complications", "congenital", "cytology", "deficiency", "diagnosis",
        "diagnostic imaging", "diet therapy", "drug effects", "drug therapy", "economics",
        "education", "embryology", "enzymology", "epidemiology", "ethics", "ethnology", "etiology",
        "genetics", "growth & development", "history", "immunology", "injuries", "innervation",
        "instrumentation", "isolation & purification", "legislation & jurisprudence", "metabolism",
        "methods", "microbiology", "mortality", "nursing", "organization & administration",
        "parasitology", "pathogenicity", "pathology", "pharmacokinetics", "pharmacology",
        "physiology", "physiopathology", "poisoning", "prevention & control", "psychology",
        "radiation effects", "radiotherapy", "rehabilitation", "secondary", "secretion",
        "standards", "statistics & numerical data", "supply & distribution", "surgery",
        "therapeutic use",
        "therapy", "toxicity", "transmission", "transplantation", "trends", "ultrastructure",
        "urine", "utilization", "veterinary", "virology", "radiography", "ultrasonography",
        "radionuclide imaging", "manpower",
    ]
}
