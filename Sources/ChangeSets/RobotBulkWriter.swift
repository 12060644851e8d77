/// Writes the columns of Mondo's sheet for bulk requests over a template row.
///
/// A row is a new term with all its parents and children. ROBOT adds the parents; the children stand
/// in columns for the curator, as in Mondo's own sheet. That sheet has a row of instructions between
/// the two heads, which curators take out before they run ROBOT; it is left out here.
struct RobotBulkWriter: FormatWriter {
    var leftOut = LeftOutList(.robotBulk)

    static let columns: [RobotTable.Column] = [
        .init("Disease label", "LABEL"), .init("Disease ID", "ID"),
        .init("Disease definition", "A IAO:0000115"),
        .init("Reference(s)", ">A oboInOwl:hasDbXref SPLIT=|"),
        .init("Disease synonym(s)", "A oboInOwl:hasExactSynonym SPLIT=|"),
        .init("Parent term label"), .init("Parent term ID", "SC % SPLIT=|"),
        .init("Children term label"), .init("Children term ID"),
        .init("ORCID", "AI dc:contributor SPLIT=|"),
        .init("Additional information", "A rdfs:comment"),
    ]

    var head: String { RobotTable.head(Self.columns) }

    mutating func text(of change: Change) -> String {
        guard let term = change.term else { return "" }
        if let fault = term.prefixFault {
            leftOut.add(.term, term.name, of: term, fault)
            return ""
        }
        let label = term.isKnown ? "" : term.name
        leftOut.noteAltered(.name, term.name, of: term)
        let synonyms = RobotTable.split(term.synonyms)
        for synonym in synonyms.others {
            leftOut.add(.synonym, synonym, of: term, RobotTable.barFault)
        }
        let parents = term.parents.filter { parent in
            guard let fault = parent.fault ?? parent.concept.expressionFault else { return true }
            leftOut.add(.parent, parent.concept.written, of: term, fault)
            return false
        }.map(\.concept)
        let children = term.moves.map(\.child).filter { child in
            guard let fault = child.prefixFault else { return true }
            leftOut.add(.child, child.written, of: term, fault)
            return false
        }
        let references = leftOut.references(of: term)
        return RobotTable.row([
            label, term.identifier.text, term.definition ?? "", references, synonyms.cell,
            labels(parents, .parent, term), identifiers(parents),
            labels(children, .child, term), identifiers(children), "",
            term.stamp.sentence(confidence: term.confidence),
        ])
    }

    private mutating func labels(
        _ concepts: [Change.Concept],
        _ what: LeftOut.What,
        _ term: Change.NewTerm
    ) -> String {
        // An identifier stands for a label that cannot stand among others, so that the places in
        // both columns agree.
        concepts.map { concept in
            guard concept.name.utf8.contains(0x7C) else { return concept.name }
            leftOut.add(what, concept.name, of: term, "its label holds |, which parts labels")
            return concept.written
        }.joined(separator: "|")
    }

    private func identifiers(_ concepts: [Change.Concept]) -> String {
        concepts.compactMap(\.identifier?.text).joined(separator: "|")
    }
}
