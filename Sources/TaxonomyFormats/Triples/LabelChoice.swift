/// Chooses among the labels and definitions of a node that are written in several languages.
///
/// English comes first, then a text without a language, then the language that most names of the
/// file have.
extension TripleCollector {
    /// How well a language fits: English, a kind of English, none, another one.
    enum Fit: Int, Comparable {
        case english
        case kindOfEnglish
        case none
        case other

        static func < (left: Fit, right: Fit) -> Bool { left.rawValue < right.rawValue }
    }

    func fit(_ language: UInt16) -> Fit {
        if language == 0 { return .none }
        let name = languages[Int(language)]
        if name == "en" { return .english }
        return name.hasPrefix("en-") ? .kindOfEnglish : .other
    }

    /// Drops texts in further languages once there is a name in English or without a language.
    func prune(_ draft: inout Draft) {
        guard draft.values.contains(where: { fit($0.language) == .other }),
            draft.values.contains(where: { $0.property.isName && fit($0.language) != .other })
        else { return }
        draft.values.removeAll { value in
            guard value.property.isWords, fit(value.language) == .other else { return false }
            unusedLanguages[value.language, default: 0] += 1
            return true
        }
    }

    /// How many names of the file are in each language, as far as they were kept.
    func languagesOfNames() -> [UInt16: Int] {
        var counts = unusedLanguages
        for draft in drafts {
            for value in words(of: draft) where value.property.isName {
                counts[value.language, default: 0] += 1
            }
        }
        return counts
    }

    /// The texts of a node with those labels that are nodes of their own.
    func words(of draft: Draft) -> [Value] {
        var values = draft.values.filter { $0.property.isWords }
        for link in draft.links {
            let property: RDFTerm
            switch link.property {
            case .xlPrefLabel: property = .prefLabel
            case .xlAltLabel: property = .altLabel
            case .xlHiddenLabel: property = .hiddenLabel
            default: continue
            }
            guard let form = labelForms[link.target] else { continue }
            values.append(Value(property: property, language: form.language, text: form.text))
        }
        return values
    }
}

extension RDFTerm {
    /// Whether the property gives the name of a node.
    var isName: Bool { self == .label || self == .prefLabel || self == .preferredName }

    var isDefinition: Bool {
        switch self {
        case .definition, .skosDefinition, .oldDefinition, .efoDefinition, .thesaurusDefinition,
            .scopeNote:
            true
        default: false
        }
    }

    /// Whether the property gives words of a language, and not an identifier.
    var isWords: Bool {
        switch self {
        case .label, .prefLabel, .preferredName, .altLabel, .hiddenLabel, .alternativeLabel,
            .alternativeTerm, .fullSynonym, .exactSynonym, .anySynonym, .narrowSynonym,
            .broadSynonym, .relatedSynonym:
            true
        default: isDefinition
        }
    }
}
