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
    }

    private let job: String
    private var entries: [String: Entry] = [:]
    /// What a curator accepted, by key; `nil` if all proposals count.
    private let accepted: [String: AcceptedTerm]?
    /// Prefixes of identifiers that mappings name.
    private(set) var mappedPrefixes: Set<String> = []

    /// - Parameters:
    ///   - job: The job's full ID.
    ///   - accepted: What a curator accepted of the job, by key; `nil` to take all proposals.
    package init(job: String, accepted: [String: AcceptedTerm]? = nil) {
        self.job = job
        self.accepted = accepted
    }

    /// Notes an answer; those to other tasks do not count.
    package mutating func note(_ answer: Answer) {
        guard answer.task == .place else { return }
        let identifier = identifier(of: answer)
        entries[answer.key] = Entry(
            identifier: identifier,
            isNew: isNew(answer),
            isNameable: KGCLText.quoted(answer.query) != nil
        )
        if let prefix = identifier.prefix { mappedPrefixes.insert(prefix) }
        for match in answer.matches {
            let written = [match.identifier] + (match.candidates ?? []).map(\.identifier)
            for text in written.compactMap(\.self) {
                if let prefix = ChangeIdentifier(text)?.prefix { mappedPrefixes.insert(prefix) }
            }
        }
    }

    package subscript(key: String) -> Entry? { entries[key] }

    func acceptance(of key: String) -> AcceptedTerm? { accepted?[key] }

    /// The identifier of the term that is asked about: the reserved one, if there is one.
    func identifier(of answer: Answer) -> ChangeIdentifier {
        acceptance(of: answer.key)?.identifier.flatMap(ChangeIdentifier.init)
            ?? .ofNewTerm(answer, job: job)
    }

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
