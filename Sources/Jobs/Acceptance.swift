/// The decision that a placed term becomes a concept of its vocabulary, below these parents.
package struct Acceptance: Hashable, Codable, Sendable {
    package let job: JobID
    /// Position of the query in its file, counted from 1.
    package let seq: Int
    /// Key of the query, such as `q000001`.
    package let key: String
    /// The concept's identifier, the same wherever the term is accepted; `nil` only for a term that
    /// was answered by a version of taxod that gave no provisional one.
    package let identifier: String?
    /// Identifiers of the parents, in the order of the answer or of the person who chose them.
    package let parents: [String]
    package let time: Timestamp
    /// Who accepted it, as that person calls itself.
    package let actor: String?

    package init(
        job: JobID,
        seq: Int,
        key: String,
        identifier: String?,
        parents: [String],
        time: Timestamp,
        actor: String?
    ) {
        self.job = job
        self.seq = seq
        self.key = key
        self.identifier = identifier
        self.parents = parents
        self.time = time
        self.actor = actor
    }
}
