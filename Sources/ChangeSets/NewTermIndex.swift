package import Contract

/// The new terms of one job by the keys of their queries.
///
/// A term may name another of its file as its parent before that one's answer comes, so all answers
/// are noted before the first change is made.
package struct NewTermIndex: Sendable {
    package struct Entry: Hashable, Sendable {
        package let identifier: ChangeIdentifier
        /// Whether the change set holds it as a new term.
        package let isNew: Bool
        /// Whether KGCL can carry its name.
        package let isNameable: Bool
        /// The file's own identifier if another term of the file has it before.
        let taken: ChangeIdentifier?
    }

    private let job: String
    /// Whether the terms are in the vocabulary already, and only their parents are new.
    let areKnown: Bool
    private var entries: [String: Entry] = [:]
    /// The identifiers that the file gives to its new terms.
    private var own: Set<ChangeIdentifier> = []
    /// What a curator accepted, by key; `nil` if all proposals count.
    private let accepted: [String: AcceptedTerm]?
    /// Prefixes of identifiers that mappings name.
    private(set) var mappedPrefixes: Set<String> = []

    /// - Parameters:
    ///   - job: The job's full ID.
    ///   - areKnown: Whether the file was loaded as a vocabulary, so that its terms need no label.
    ///   - accepted: What a curator accepted of the job, by key; `nil` to take all proposals.
    package init(
        job: String,
        areKnown: Bool = false,
        accepted: [String: AcceptedTerm]? = nil
    ) {
        self.job = job
        self.areKnown = areKnown
        self.accepted = accepted
    }

    /// Notes an answer; those to other tasks do not count.
    package mutating func note(_ answer: Answer) {
        guard answer.task == .place else { return }
        let (identifier, taken) = identifier(of: answer)
        let final = identifier ?? .provisional(of: answer, job: job)
        entries[answer.key] = Entry(
            identifier: final,
            isNew: isNew(answer) && (identifier != nil || !areKnown),
            isNameable: areKnown || KGCLText.fault(answer.query) == nil,
            taken: taken
        )
        if let prefix = final.prefix { mappedPrefixes.insert(prefix) }
        for match in answer.matches {
            let written = [match.identifier] + (match.candidates ?? []).map(\.identifier)
            for text in written.compactMap(\.self) {
                if let prefix = ChangeIdentifier(text)?.prefix { mappedPrefixes.insert(prefix) }
            }
        }
    }

    /// The reserved or the file's own identifier of a term; `taken` if another term has that.
    private mutating func identifier(
        of answer: Answer
    ) -> (identifier: ChangeIdentifier?, taken: ChangeIdentifier?) {
        if areKnown { return (answer.identifier.flatMap(ChangeIdentifier.init), nil) }
        let reserved = acceptance(of: answer.key)?.identifier.flatMap(ChangeIdentifier.init)
        if let reserved, reserved.kind == .curie { return (reserved, nil) }
        guard let given = ChangeIdentifier.own(of: answer) else { return (nil, nil) }
        guard isNew(answer), !own.insert(given).inserted else { return (given, nil) }
        return (nil, given)
    }

    package subscript(key: String) -> Entry? { entries[key] }

    func acceptance(of key: String) -> AcceptedTerm? { accepted?[key] }

    /// Whether the change set holds the term as a new one.
    func isNew(_ answer: Answer) -> Bool {
        if let accepted { return accepted[answer.key] != nil }
        return answer.status == .proposed
            && answer.proposals.contains { $0.relation == .parent && $0.standing == .proposed }
    }

    /// Whether mappings are part of the change set.
    var hasMappings: Bool { accepted == nil }
}

/// What a curator accepted of a job.
package struct AcceptedTerm: Hashable, Sendable {
    /// The reserved identifier; `nil` if none was reserved.
    package let identifier: String?
    /// Identifiers of the parents that were chosen; empty for the proposed ones.
    package let parents: [String]

    package init(identifier: String?, parents: [String]) {
        self.identifier = identifier
        self.parents = parents
    }
}
