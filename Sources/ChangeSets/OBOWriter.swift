/// Writes a fragment in OBO 1.4.
///
/// Each new term is a stanza; its tags stand in the order of the specification. Each edge has a
/// source. Concepts of the vocabulary that are named stand at the end, by identifier alone, with the
/// edges that they get: readers that follow every edge find them, and merging changes nothing else of
/// them.
struct OBOWriter: FormatWriter {
    var leftOut = LeftOutList(.obo)
    /// New edges of the vocabulary's concepts, each a line.
    private var existing: [ChangeIdentifier: [String]] = [:]

    private static let subset = "proposed_by_taxod"

    var head: String {
        """
        format-version: 1.4
        subsetdef: \(Self.subset) "Proposed by taxod, to be reviewed by a curator"
        idspace: TAXOD http://purl.obolibrary.org/temp#TAXOD_
        idspace: dcterms http://purl.org/dc/terms/
        ontology: taxod-proposals

        """
    }

    mutating func text(of change: Change) -> String {
        guard let term = change.term else { return "" }
        let edges = edges(of: term)
        for (child, line) in moves(of: term) { existing[child, default: []].append(line) }
        guard !term.isKnown else {
            existing[term.identifier, default: []] += edges
            return ""
        }
        leftOut.noteAltered(.name, term.name, of: term)
        var lines = [
            "", "[Term]", "id: \(term.identifier.text)", "name: \(OBOText.unquoted(term.name))",
        ]
        let references = references(of: term)
        if let definition = term.definition {
            leftOut.noteAltered(.definition, definition, of: term)
            let list = references.joined(separator: ", ")
            lines.append("def: \(OBOText.quoted(definition)) [\(list)]")
        }
        let stamp = term.stamp.sentence(confidence: term.confidence)
        lines.append("comment: \(OBOText.unquoted(stamp))")
        lines.append("subset: \(Self.subset)")
        for synonym in term.synonyms {
            leftOut.noteAltered(.synonym, synonym, of: term)
            lines.append("synonym: \(OBOText.quoted(synonym)) EXACT []")
        }
        lines.append("property_value: dcterms:date \"\(term.stamp.date)\" xsd:dateTime")
        return (lines + edges).joined(separator: "\n") + "\n"
    }

    private mutating func edges(of term: Change.NewTerm) -> [String] {
        term.parents.compactMap { parent in
            guard parent.fault == nil, let identifier = parent.concept.identifier else {
                leftOut.add(.parent, parent.concept.written, of: term, parent.fault ?? "")
                return nil
            }
            if parent.entry == nil { existing[identifier, default: []] += [] }
            return edge(identifier, parent.concept.name, parent.probability, term.stamp)
        }
    }

    private mutating func moves(
        of term: Change.NewTerm
    ) -> [(child: ChangeIdentifier, line: String)] {
        term.moves.compactMap { move in
            guard let child = move.child.identifier else {
                leftOut.add(.child, move.child.written, of: term, move.child.fault ?? "")
                return nil
            }
            for old in move.from {
                leftOut.add(
                    .child,
                    "\(move.child.written) below \(old.written)",
                    of: term,
                    "a fragment removes no edge; this one is redundant after merging"
                )
            }
            return (child, edge(term.identifier, term.name, move.probability, term.stamp))
        }
    }

    mutating func tail() -> String {
        existing.keys.sorted().map { identifier in
            let lines = ["", "[Term]", "id: \(identifier.text)"] + (existing[identifier] ?? [])
            return lines.joined(separator: "\n") + "\n"
        }.joined()
    }

    private mutating func references(of term: Change.NewTerm) -> [String] {
        term.references.compactMap { reference in
            guard term.definition != nil else {
                leftOut.add(.reference, reference, of: term, LeftOutList.noDefinition)
                return nil
            }
            let text = OBOText.reference(reference)
            if text == nil {
                leftOut.add(.reference, reference, of: term, "a reference in OBO has no spaces")
            }
            return text
        }
    }

    private func edge(
        _ parent: ChangeIdentifier,
        _ name: String,
        _ probability: Double?,
        _ stamp: Stamp
    ) -> String {
        let source = OBOText.quoted(stamp.source)
        let comment = OBOText.quoted(RobotTable.comment(probability))
        let label = name.isEmpty ? "" : " ! \(OBOText.unquoted(name))"
        return "is_a: \(parent.text) {source=\(source), comment=\(comment)}\(label)"
    }
}
