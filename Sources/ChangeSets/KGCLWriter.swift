/// Writes commands in the KGCL dialect that OAK applies.
///
/// A child that moves below a new term gets the new edge and loses the old one, in two commands: OAK
/// reads `move`, but applies it to no file. Edges to new terms of the same file, and all edges of a
/// set of several jobs, stand at the end, as a parent may be created after its child.
struct KGCLWriter: FormatWriter {
    var leftOut = LeftOutList(.kgcl)
    let head: String
    private let hasSeveralJobs: Bool
    private var deferred: [String] = []

    init(_ head: ChangeSetHead) {
        hasSeveralJobs = head.jobs.count > 1
        let jobs = head.jobs.map { "# job \($0.id), received \($0.date)\n" }.joined()
        self.head = """
            # Changes proposed by taxod \(head.version), to be reviewed by a curator.
            \(jobs)
            """
    }

    mutating func text(of change: Change) -> String {
        guard let term = change.term else { return "" }
        let identifier = KGCLText.identifier(term.identifier)
        let stamp = term.stamp.sentence(confidence: term.confidence)
        var lines = ["# \(stamp.split(whereSeparator: \.isNewline).joined(separator: " "))"]
        if !term.isKnown {
            if let fault = KGCLText.fault(term.name) {
                leaveOut(term, fault)
                return ""
            }
            lines += creation(of: term, identifier)
        }
        for parent in term.parents { lines += edge(identifier, parent, term) }
        for move in term.moves { lines += commands(move, identifier, term) }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The commands that create a term, with what the file says about it.
    private mutating func creation(of term: Change.NewTerm, _ identifier: String) -> [String] {
        var lines = ["create node \(identifier) '\(term.name)'"]
        for synonym in term.synonyms {
            if let fault = KGCLText.fault(synonym: synonym) {
                leftOut.add(.synonym, synonym, of: term, fault)
            } else {
                lines.append("create exact synonym '\(synonym)' for \(identifier)")
            }
        }
        if let definition = term.definition {
            if let fault = KGCLText.fault(definition: definition) {
                leftOut.add(.definition, definition, of: term, fault)
            } else {
                lines.append("add definition '\(definition)' to \(identifier)")
            }
        }
        for reference in term.references {
            leftOut.add(.reference, reference, of: term, "KGCL has no command for references")
        }
        return lines
    }

    mutating func tail() -> String {
        defer { deferred = [] }
        return deferred.map { $0 + "\n" }.joined()
    }

    /// The edge to a parent, unless it stands at the end or cannot be written.
    private mutating func edge(
        _ child: String,
        _ parent: Change.Parent,
        _ term: Change.NewTerm
    ) -> [String] {
        guard parent.fault == nil, let identifier = parent.concept.identifier else {
            leftOut.add(.parent, parent.concept.written, of: term, parent.fault ?? "")
            return []
        }
        if let entry = parent.entry, !entry.isNameable {
            leftOut.add(.parent, parent.concept.written, of: term, "the parent's name is left out")
            return []
        }
        let object = KGCLText.identifier(identifier)
        let line = "create edge \(child) rdfs:subClassOf \(object)"
        guard hasSeveralJobs || parent.entry != nil else { return [line] }
        deferred.append(line)
        return []
    }

    private mutating func commands(
        _ move: Change.Move,
        _ parent: String,
        _ term: Change.NewTerm
    ) -> [String] {
        guard let child = move.child.identifier.map(KGCLText.identifier) else {
            leftOut.add(.child, move.child.written, of: term, move.child.fault ?? "")
            return []
        }
        let old = move.from.compactMap(\.identifier).map(KGCLText.identifier)
        return ["create edge \(child) rdfs:subClassOf \(parent)"]
            + old.map { "delete edge \(child) rdfs:subClassOf \($0)" }
    }

    /// Lists a term whose name cannot be written, with its edges.
    private mutating func leaveOut(_ term: Change.NewTerm, _ fault: String) {
        leftOut.add(.term, term.name, of: term, fault)
        for parent in term.parents {
            leftOut.add(.parent, parent.concept.written, of: term, "the term is left out")
        }
        for move in term.moves {
            leftOut.add(.child, move.child.written, of: term, "the term is left out")
        }
    }
}
