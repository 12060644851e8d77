/// Writes a template for `robot template`.
///
/// A row is a new term with its first parent; further rows of the same identifier hold one more
/// parent each, so that each edge has its own source and probability. A child that moves below a new
/// term, and a term that the vocabulary has already, have rows without a label. ROBOT adds axioms and removes none: the child's old edges are
/// listed apart.
struct RobotWriter: FormatWriter {
    var leftOut = LeftOutList(.robot)

    /// In ROBOT's own list of prefixes `dc` stands for `http://purl.org/dc/terms/`, and `dcterms` is
    /// missing.
    static let columns: [RobotTable.Column] = [
        .init("ID", "ID"), .init("Label", "LABEL"), .init("Type", "TYPE"),
        .init("Parent", "SC %"), .init("Parent source", ">A oboInOwl:source"),
        .init("Parent comment", ">A rdfs:comment"),
        .init("Synonyms", "A oboInOwl:hasExactSynonym SPLIT=|"),
        .init("Definition", "A IAO:0000115"),
        .init("Definition source", ">A oboInOwl:hasDbXref SPLIT=|"),
        .init("Contributor", "AI dc:contributor SPLIT=|"),
        .init("Date", "AT dc:date^^xsd:dateTime"), .init("Comment", "A rdfs:comment"),
        .init("Parent label"), .init("Probability"), .init("Key"), .init("Job"),
    ]

    var head: String { RobotTable.head(Self.columns) }

    mutating func text(of change: Change) -> String {
        guard let term = change.term else { return "" }
        if let fault = term.prefixFault {
            leftOut.add(.term, term.name, of: term, fault)
            return ""
        }
        let parents = term.parents.filter { parent in
            guard let fault = parent.fault ?? parent.concept.expressionFault else { return true }
            leftOut.add(.parent, parent.concept.written, of: term, fault)
            return false
        }
        var text = term.isKnown ? "" : row(of: term, parents.first)
        for parent in parents.dropFirst(term.isKnown ? 0 : 1) {
            text += edge(term.identifier.text, parent.concept, parent.probability, term)
        }
        let own = Change.Concept(identifier: term.identifier, written: "", name: term.name)
        for move in term.moves {
            if let fault = move.child.prefixFault ?? own.expressionFault {
                leftOut.add(.child, move.child.written, of: term, fault)
                continue
            }
            text += edge(move.child.identifier?.text ?? "", own, move.probability, term)
            for old in move.from {
                leftOut.add(
                    .child,
                    "\(move.child.written) below \(old.written)",
                    of: term,
                    "a template removes no edge; robot reduce removes this one after merging"
                )
            }
        }
        return text
    }

    private mutating func row(of term: Change.NewTerm, _ parent: Change.Parent?) -> String {
        leftOut.noteAltered(.name, term.name, of: term)
        let synonyms = RobotTable.split(term.synonyms)
        for synonym in synonyms.others {
            leftOut.add(.synonym, synonym, of: term, RobotTable.barFault)
        }
        for synonym in term.synonyms { leftOut.noteAltered(.synonym, synonym, of: term) }
        let references = leftOut.references(of: term)
        if let definition = term.definition {
            leftOut.noteAltered(.definition, definition, of: term)
        }
        return RobotTable.row([
            term.identifier.text, term.name, "owl:Class",
            parent?.concept.identifier?.text ?? "", parent == nil ? "" : term.stamp.source,
            parent.map { RobotTable.comment($0.probability) } ?? "", synonyms.cell,
            term.definition ?? "", references, "", term.stamp.date,
            term.stamp.sentence(confidence: term.confidence), parent?.concept.name ?? "",
            parent?.probability.map { String($0) } ?? "", term.key, term.stamp.job,
        ])
    }

    /// A row that holds one edge.
    private func edge(
        _ child: String,
        _ parent: Change.Concept,
        _ probability: Double?,
        _ term: Change.NewTerm
    ) -> String {
        RobotTable.row([
            child, "", "owl:Class", parent.identifier?.text ?? "", term.stamp.source,
            RobotTable.comment(probability), "", "", "", "", "", "", parent.name,
            probability.map { String($0) } ?? "", term.key, term.stamp.job,
        ])
    }
}

extension LeftOutList {
    /// The cell of a definition's references, which stand only beside a definition.
    mutating func references(of term: Change.NewTerm) -> String {
        guard term.definition != nil else {
            for reference in term.references {
                add(.reference, reference, of: term, Self.noDefinition)
            }
            return ""
        }
        let references = RobotTable.split(term.references)
        for reference in references.others {
            add(.reference, reference, of: term, RobotTable.barFault)
        }
        return references.cell
    }

    static let noDefinition = "there is no definition that it could be the source of"
}
