/// Reads a column's title as words, so that any wording of a known meaning is understood.
///
/// “Disease label”, “diseaseLabel” and “DISEASE_LABEL (English)” are the same two words; what stands
/// in brackets is an example or a unit. A title is understood only if every word of it is known:
/// “Definition source” is no definition.
enum ColumnWords {
    /// What a word says about the cells.
    private enum Role: Hashable {
        case name, qualifier, identifier, source, synonym, alternative, definition, comment
        case parent, child, other, number
        /// Where something is written; beside a definition, where the definition comes from.
        case reference, origin
        /// Identifiers in other collections.
        case cross
        case obsolete, replacement
        /// What a synonym is to the name, if not the same.
        case narrow, broad, related
        /// `class`: harmless beside another word, and no name by itself.
        case kind
    }

    private static let roles: [String: Role] = {
        let words: [(Role, String)] = [
            (
                .name,
                """
                term terms name names label labels lbl title disease diseases disorder disorders \
                heading headings concept concepts descriptor descriptors entity condition \
                conditions phenotype diagnosis trait display
                """
            ),
            (
                .qualifier,
                """
                new proposed preferred pref suggested candidate main primary official full unique \
                canonical standard recommended requested english en query your raw original node \
                text is has the of if only known list string short rdfs skos oboinowl dc dcterms obo \
                subject required optional search or and by
                """
            ),
            (
                .identifier,
                "id ids identifier identifiers curie curies code codes ui uid iri uri accession"
            ),
            (
                .source,
                """
                mesh doid do mondo omim mim orphanet orpha ordo umls cui snomed snomedct sctid efo \
                hp hpo ncit nci gard medic ctd meddra medgen mp
                """
            ),
            (.synonym, "synonym synonyms syn alias aliases aka alsoknownas acronym abbreviation"),
            (.alternative, "alt alternative alternate other entry exact"),
            (.narrow, "narrow narrower"),
            (.broad, "broad"),
            (.related, "related"),
            (.reference, "reference references pmid pmids pubmed citation citations"),
            (.origin, "source sources"),
            (.cross, "xref xrefs dbxref dbxrefs crossreference crossreferences"),
            (.obsolete, "obsolete deprecated"),
            (.replacement, "replaced replacement replacedby"),
            (
                .definition,
                """
                definition definitions def description descriptions desc descr scopenote scopenotes \
                gloss meaning iao0000115 textual
                """
            ),
            (.comment, "comment comments note notes remark remarks remarque"),
            (
                .parent,
                """
                parent parents broader isa subclassof subclass superclass superclasses hypernym \
                subtypeof
                """
            ),
            (.child, "child"),
            (.number, "no nr number num row rownumber index sno serial"),
            (.kind, "class classes"),
            (
                .other,
                """
                category categories orcid date author curator editor status group type priority url link \
                email gene children contributor icd icd9 icd10 icd11 score count version \
                evidence additional information object predicate mapping justification target \
                confidence match rank
                """
            ),
        ]
        var roles: [String: Role] = [:]
        for (role, list) in words {
            for word in list.split(separator: " ") { roles[String(word)] = role }
        }
        return roles
    }()

    /// Without one of these, “class” is a grouping: “Disease class” names no disease.
    private static let labels: Set<String> = ["label", "labels", "lbl", "name", "names", "title"]

    /// A “proposed term” is one to place, a “preferred term” only a name.
    private static let proposals: Set<String> = [
        "new", "proposed", "suggested", "candidate", "requested",
    ]

    private static let longest = roles.keys.map(\.utf8.count).max() ?? 0

    /// The field that a title stands for; `nil` if it has a word that is not known.
    static func field(_ title: String) -> ListField? {
        guard title.utf8.count <= 120 else { return nil }
        guard let words = words(in: key(title)) else {
            let field = cut(title).flatMap { words(in: key($0)) }.flatMap { self.field(of: $0) }
            let numbered: [ListField?] = [
                .synonyms, .narrowSynonyms, .broadSynonyms, .relatedSynonyms, .definition,
                .references, .comment, .parent,
            ]
            return numbered.contains(field) ? field : nil
        }
        return field(of: words)
    }

    private static func field(of words: [String]) -> ListField? {
        let found = Set(words.compactMap { roles[$0] })
        // Words such as “new” or “class” say nothing by themselves.
        guard !found.subtracting([.qualifier, .kind]).isEmpty else { return nil }
        func isOnly(_ others: Role...) -> Bool {
            found.isSubset(of: Set(others).union([.qualifier, .kind]))
        }
        if found == [.number, .source] { return .identifier }
        if found.contains(.other) || found.contains(.number) { return .other }
        if found.contains(.replacement) {
            return isOnly(.replacement, .name, .identifier) ? .replacedBy : .other
        }
        if found.contains(.obsolete) { return isOnly(.obsolete, .name) ? .obsolete : .other }
        if found.contains(.cross), isOnly(.cross, .identifier, .source) { return .crossReferences }
        if !found.isDisjoint(with: [.reference, .origin, .cross]) {
            let isWhole = isOnly(.reference, .origin, .cross, .definition, .identifier)
            let isReference = found.contains(.reference) || found.contains(.definition)
            return isWhole && isReference ? .references : .other
        }
        for (role, field) in [
            (Role.narrow, ListField.narrowSynonyms), (.broad, .broadSynonyms),
            (.related, .relatedSynonyms),
        ] where found.contains(role) {
            return isOnly(role, .synonym, .alternative, .name) ? field : .other
        }
        if found.contains(.kind), !words.contains(where: { labels.contains($0) }) {
            // BioPortal calls its identifiers “Class ID”.
            if found == [.kind, .identifier] { return .identifier }
            return found.contains(.parent) ? .parent : .other
        }
        if found.contains(.parent) {
            if isOnly(.parent, .identifier, .source, .name), found.contains(.identifier) {
                return .parentIdentifier
            }
            return isOnly(.parent, .name) ? .parent : .other
        }
        if found.contains(.child) { return isOnly(.child, .name, .identifier) ? .child : .other }
        if found.contains(.synonym) {
            return isOnly(.synonym, .alternative, .name) ? .synonyms : .other
        }
        if found.contains(.definition) { return isOnly(.definition, .name) ? .definition : .other }
        if found.contains(.comment) { return isOnly(.comment, .name) ? .comment : .other }
        if found.contains(.identifier) {
            if isOnly(.identifier, .source, .name) { return .identifier }
            return isOnly(.identifier, .source, .name, .alternative)
                ? .alternativeIdentifiers : .other
        }
        if found.contains(.alternative) { return isOnly(.alternative, .name) ? .synonyms : .other }
        if found.contains(.name) {
            let isTerm = words.allSatisfy { roles[$0] == .qualifier || $0 == "term" }
            let isNew = words.contains { proposals.contains($0) }
            if isTerm, isNew || words == ["term"] { return .term }
            return isOnly(.name, .source) ? .name : .other
        }
        // A vocabulary's own word for its identifiers, such as “DOID” or “OMIM”.
        return words.count == 1 && words[0] != "mesh" ? .identifier : nil
    }

    /// The title without its number (“Synonym 2”) or what stands behind a mark (“Synonyms, separated
    /// by |”); `nil` if it has neither.
    ///
    /// A name is never cut: “Disease 2” and “Disease, Lyme” are terms.
    private static func cut(_ title: String) -> String? {
        let letters = title.reversed().drop { $0.isASCII && ($0.isNumber || $0 == " ") }
        if letters.count < title.count { return String(letters.reversed()) }
        for mark in [", ", ": ", "; ", " - ", " – "] {
            if let place = title.firstRange(of: mark) { return String(title[..<place.lowerBound]) }
        }
        return nil
    }

    /// The title without brackets and what stands in them, without pandas' `.1`, and without
    /// separators.
    private static func key(_ title: String) -> String {
        let plain = title.replacing("(s)", with: "s").replacing("(S)", with: "s")
        var depth = 0
        var kept = ""
        for character in plain {
            switch character {
            case "(", "[", "{": depth += 1
            case ")", "]", "}": depth = max(0, depth - 1)
            default: if depth == 0 { kept.append(character) }
            }
        }
        if let dot = kept.lastIndex(of: "."), dot > kept.startIndex,
            kept[kept.index(after: dot)...].allSatisfy({ $0.isASCII && $0.isNumber })
        {
            kept = String(kept[..<dot])
        }
        if kept == "#" || kept == "№" { return "number" }
        return ListField.key(kept)
    }

    /// Cuts letters without separators into as few known words as possible.
    private static func words(in key: String) -> [String]? {
        let letters = Array(key)
        guard !letters.isEmpty else { return nil }
        var best: [[String]?] = [[]]
        best += [[String]?](repeating: nil, count: letters.count)
        // Only a place to which words lead is a beginning, so that most titles end early.
        for start in letters.indices {
            guard let before = best[start] else { continue }
            for end in (start + 1)...min(start + longest, letters.count) {
                let word = String(letters[start..<end])
                guard roles[word] != nil else { continue }
                if best[end].map({ before.count + 1 < $0.count }) ?? true {
                    best[end] = before + [word]
                }
            }
        }
        return best[letters.count]
    }
}
