import Contract
import Taxonomy

extension OBOReader {
    // MARK: Header and relations

    mutating func readHeader(
        _ tag: String,
        _ value: OBOValue,
        line: Int
    ) throws(SubmissionError) {
        var value = value
        switch tag {
        case "ontology":
            let name = OBOValue.text(value.rest())
            if builder.declaredName == nil { builder.declaredName = OntologyName.short(name) }
        case "idspace":
            if let prefix = value.word(), let space = value.word() {
                identifiers.declare(OBOValue.text(prefix), for: OBOValue.text(space))
            }
        case "synonymtypedef":
            guard let type = value.word() else { return }
            _ = value.quoted()
            let scope = value.word().flatMap { Scope(rawValue: OBOValue.text($0).lowercased()) }
            if synonymTypes.count < 10_000 { synonymTypes[OBOValue.text(type)] = .some(scope) }
        case "import":
            let name = Text.cut(OBOValue.text(value.rest()))
            if builder.notes.count < 100 {
                builder.notes.append(
                    "the file imports \(name), which taxod does not fetch; a merged release holds it"
                )
            }
        case "format-version", "data-version", "version", "date", "saved-by", "auto-generated-by",
            "subsetdef", "default-namespace", "namespace-id-rule", "remark", "property_value",
            "owl-axioms", "default-relationship-id-prefix", "id-mapping", "comment":
            break
        default: unused.count(unknown: tag, line: line)
        }
    }

    mutating func readRelation(_ tag: String, _ value: OBOValue) {
        var value = value
        switch tag {
        case "id":
            relation.identifier = value.word().map(identifier) ?? ""
        case "name": relation.others.append(OBOValue.text(value.rest()))
        case "xref", "alt_id":
            if let other = value.word() { relation.others.append(identifier(other)) }
        default: break
        }
        if relation.others.count > 1_000 { relation.others.removeLast() }
    }

    // MARK: Terms

    // Long: one case for each tag.
    mutating func readTerm(
        _ tag: String,
        _ value: OBOValue,
        line: Int
    ) throws(SubmissionError) {
        var value = value
        switch tag {
        case "id":
            guard let word = try word(&value, tag, line) else { return }
            guard record.identifier.isEmpty else {
                try fault(line, "malformed-line", "the term has an identifier already")
                return
            }
            record.identifier = word
        case "name": readName(OBOValue.text(value.rest()), line: line)
        case "def":
            guard let text = try quoted(&value, line) else { return }
            if record.definition == nil {
                if !text.isEmpty { record.definition = text }
            } else {
                warn(
                    line,
                    "second-definition",
                    "the term has a definition already; kept is the first"
                )
            }
        case "synonym": try readSynonym(&value, nil, line: line)
        case "exact_synonym": try readSynonym(&value, .exact, line: line)
        case "narrow_synonym": try readSynonym(&value, .narrow, line: line)
        case "broad_synonym": try readSynonym(&value, .broad, line: line)
        case "related_synonym": try readSynonym(&value, .related, line: line)
        case "alt_id":
            guard let word = try word(&value, tag, line) else { return }
            record.add(alternativeIdentifiers: [word])
        case "xref", "xref_analog", "xref_unk", "xref_unknown":
            guard let other = crossReference(&value) else {
                try fault(line, "malformed-line", "found no identifier behind \(tag)")
                return
            }
            record.add(crossReference: other)
        case "is_a":
            guard let word = try word(&value, tag, line) else { return }
            record.add(parent: word, line: line)
            if value.isQualified { unused.count("sources of is_a") }
        case "relationship":
            guard let relation = try word(&value, tag, line, isLast: false),
                let target = try word(&value, tag, line)
            else { return }
            record.add(relation: relation, to: target)
        case "is_obsolete":
            let text = OBOValue.text(value.rest()).lowercased()
            guard ["true", "false"].contains(text) else {
                try fault(
                    line,
                    "malformed-line",
                    "found “\(Text.cut(text))”, expected true or false"
                )
                return
            }
            record.isObsolete = record.isObsolete || text == "true"
        case "replaced_by":
            guard let word = try word(&value, tag, line) else { return }
            record.add(replacement: word)
        case "consider", "use_term":
            guard let word = try word(&value, tag, line) else { return }
            record.add(consider: word)
        case "comment", "subset", "namespace", "created_by", "creation_date", "property_value",
            "intersection_of", "union_of", "disjoint_from", "equivalent_to", "builtin",
            "is_anonymous":
            unused.count(tag)
        default: unused.count(unknown: tag, line: line)
        }
    }

    private mutating func readName(_ name: String, line: Int) {
        guard !name.isEmpty, name != record.name else { return }
        guard !record.name.isEmpty else {
            record.name = name
            return
        }
        record.add(synonym: name)
        warn(line, "second-name", "the term has a name already; the second is kept as a synonym")
    }

    /// Reads `"text" SCOPE TYPE [sources]`, of which only the text must be there.
    private mutating func readSynonym(
        _ value: inout OBOValue,
        _ given: Scope?,
        line: Int
    ) throws(SubmissionError) {
        guard let text = try quoted(&value, line, isWhole: false) else { return }
        var scope = given
        var words = 0
        while let next = value.peek(), next != UInt8(ascii: "["), !value.isDone(),
            let word = value.word()
        {
            let word = OBOValue.text(word)
            words += 1
            if let named = Scope(rawValue: word.lowercased()) {
                if scope == nil { scope = named }
            } else if let type = synonymTypes[word] {
                if scope == nil, words == 1 { scope = type }
            } else if words == 1 || words > 2 {
                try fault(
                    line,
                    "malformed-line",
                    "found the scope “\(Text.cut(word, to: 40))”, expected EXACT, NARROW, BROAD or RELATED"
                )
                return
            }
        }
        guard !text.isEmpty else { return }
        switch scope {
        case .exact: record.add(synonym: text)
        case .narrow: record.add(loose: .narrow, text)
        case .broad: record.add(loose: .broad, text)
        // OBO 1.2: a synonym without a scope is a related one.
        case .related, nil: record.add(loose: .related, text)
        }
    }

    // MARK: Values

    private func identifier(_ word: OBOValue.Bytes) -> String {
        let text = OBOValue.text(word)
        // Most identifiers have no slash; a search for “://” in each would take longer.
        return text.utf8.contains(UInt8(ascii: "/")) ? identifiers.compact(text) : text
    }

    /// The next word as an identifier; without one, the line is reported.
    ///
    /// More behind it is most often a name whose exclamation mark is missing. Without a prefix,
    /// however, the word may be the first of a name that stands in place of an identifier.
    private mutating func word(
        _ value: inout OBOValue,
        _ tag: String,
        _ line: Int,
        isLast: Bool = true
    ) throws(SubmissionError) -> String? {
        guard let word = value.word().map(identifier), !word.isEmpty else {
            try fault(line, "malformed-line", "found no identifier behind \(tag)")
            return nil
        }
        guard isLast, !value.isDone() else { return word }
        guard word.utf8.contains(UInt8(ascii: ":")) else {
            try fault(line, "malformed-line", "found several words, expected an identifier")
            return nil
        }
        warn(line, "trailing-text", "the text behind the identifier was left out")
        return word
    }

    /// The text in quotation marks; without one, or if more follows than sources, the line is
    /// reported.
    private mutating func quoted(
        _ value: inout OBOValue,
        _ line: Int,
        isWhole: Bool = true
    ) throws(SubmissionError) -> String? {
        value.skipSpace()
        guard value.isQuoted else {
            let shown = Text.cut(OBOValue.text(value.rest()), to: 40)
            try fault(
                line,
                "malformed-line",
                "found “\(shown)”, expected a text in quotation marks"
            )
            return nil
        }
        guard let text = value.quoted() else {
            try fault(line, "malformed-line", "the quotation mark of the text is not closed")
            return nil
        }
        if isWhole, let next = value.peek(), next != UInt8(ascii: "["), !value.isDone() {
            try fault(
                line,
                "malformed-line",
                "more than sources follow the text; a quotation mark inside a text is written \\\""
            )
            return nil
        }
        if isWhole, value.hasSources() { unused.count("sources of definitions") }
        return OBOValue.text(text)
    }

    /// The identifier of a cross reference, without the description that may follow it.
    private func crossReference(_ value: inout OBOValue) -> String? {
        let rest = value.rest()
        var words = OBOValue(rest)
        guard let first = words.word() else { return nil }
        // Some files have spaces in identifiers; nothing tells where these end but a description.
        let text =
            words.peek() == UInt8(ascii: "\"") || words.isDone()
            ? OBOValue.text(first) : OBOValue.text(rest)
        return text.isEmpty ? nil : text
    }

    private mutating func warn(_ line: Int, _ code: String, _ message: String) {
        builder.warn(
            RecordProblem(
                line: line,
                identifier: Text.cut(record.identifier),
                code: code,
                message: message
            )
        )
    }
}
