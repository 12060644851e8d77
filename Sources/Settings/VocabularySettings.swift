import ChangeSets
package import Jobs
package import TaxonomyFormats

extension Configuration {
    /// What holds for one vocabulary: how it is read, where new terms may be placed in it, and what
    /// is written about them.
    package struct Vocabulary: Codable, Sendable {
        /// Prefixes of the classes that an ontology imports and that are read as well; `*` for all.
        package var prefixes: [String] = []
        /// Relations that count as edges to a parent besides `is_a`, such as `part_of`.
        package var relations: [String] = []
        /// Branches in which parents are proposed, by the identifiers of their tops; all if empty.
        package var below: [String] = []
        /// Branches in which no parent is proposed.
        package var notBelow: [String] = []
        /// How many parents are proposed for a term at most; if unset, `method.maximumParents`.
        package var maximumParents: Int?
        /// The identifiers that accepted terms get; if unset, they keep provisional ones.
        package var identifiers: Identifiers?
        /// The formats of change sets in the folder of a result; see `ChangeFormat`.
        package var formats: [String] = []

        package init() {}
    }

    /// A range of identifiers, such as `ENVO:09600000` to `ENVO:09699999`.
    package struct Identifiers: Codable, Sendable {
        /// What stands before the colon.
        package var prefix = ""
        package var first = 1
        package var last = 0
        /// Number of digits; shorter numbers get leading zeros.
        package var digits = 7
    }

    /// The name in ``vocabularies`` whose values hold for every vocabulary.
    package static let everyVocabulary = "*"

    /// What holds for a vocabulary: its own values, or else those for every vocabulary.
    ///
    /// Letter case does not matter.
    package func vocabulary(named name: String) -> Vocabulary {
        let name = name.lowercased()
        return vocabularies.first { $0.key.lowercased() == name }?.value
            ?? vocabularies[Self.everyVocabulary] ?? Vocabulary()
    }

    /// How ontologies are read.
    ///
    /// - Parameter name: The name under which the file will be loaded, if that is settled.
    /// - Returns: The rules of each vocabulary.
    package func readingRules(for name: String?) -> VocabularyRules.Book {
        func rules(_ values: Vocabulary) -> VocabularyRules {
            VocabularyRules(prefixes: values.prefixes, relations: values.relations)
        }
        return VocabularyRules.Book(
            vocabularies.mapValues(rules),
            otherwise: rules(vocabulary(named: Self.everyVocabulary)),
            for: name
        )
    }
}

extension Configuration.Vocabulary {
    /// Where terms may be placed.
    package var scope: PlacingScope {
        PlacingScope(below: below, notBelow: notBelow, maximumParents: maximumParents)
    }

    /// The first invalid value with its key and what is expected; `nil` if all are valid.
    func fault() -> (key: String, found: String, expected: String)? {
        for (key, words) in [
            ("prefixes", prefixes), ("relations", relations), ("below", below),
            ("notBelow", notBelow), ("formats", formats),
        ] where words.contains("") { return (key, "an empty text", "a list of texts") }
        if let other = ChangeFormat.named(formats).unknown.first {
            let known = ChangeFormat.allCases.map(\.rawValue).joined(separator: ", ")
            return ("formats", "“\(other)”", "of \(known)")
        }
        if let maximumParents, maximumParents < 1 {
            return ("maximumParents", "\(maximumParents)", "1 or more")
        }
        return identifiers?.fault().map { ("identifiers.\($0)", $1, $2) }
    }
}

extension Configuration.Identifiers {
    /// The range.
    ///
    /// - Throws: `IdentifierRange.Fault` if the values are none.
    package func range() throws(IdentifierRange.Fault) -> IdentifierRange {
        try IdentifierRange(prefix: prefix, first: first, last: last, digits: digits)
    }

    fileprivate func fault() -> (key: String, found: String, expected: String)? {
        do {
            _ = try range()
            return nil
        } catch {
            return switch error {
            case .prefix:
                (
                    "prefix", "“\(prefix)”",
                    "letters, digits, “_”, “.” and “-”, such as ENVO, and not TAXOD, which "
                        + "provisional identifiers have"
                )
            case .order where first < 0: ("first", "\(first)", "0 or more")
            case .order: ("last", "\(last)", "at least “first”, \(first)")
            case .digits(_, let needed): ("digits", "\(digits)", "from \(needed) to 18")
            }
        }
    }
}
