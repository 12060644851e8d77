package import Contract
package import Jobs

/// `receipt.json` of a result: what happened to a file, and what its answers depend on.
package struct Receipt: Hashable, Codable, Sendable {
    package static let schema = "taxod.receipt/1"

    /// The file that was dropped.
    package struct File: Hashable, Codable, Sendable {
        package let name: String
        package let bytes: Int?
        package let sha256: String?
        package let folder: Query.Task?
        /// The vocabulary whose folder it was dropped into, as the folder spells it.
        package let vocabulary: String?
        /// Whether it was dropped into the folder of vocabularies; absent if not.
        package let asVocabulary: Bool?

        package init(_ facts: JobFacts) {
            name = facts.name
            bytes = facts.bytes
            sha256 = facts.sha256 ?? facts.outcome?.sha256
            folder = facts.taskHint
            vocabulary = facts.vocabularyHint
            asVocabulary = facts.asVocabulary ? true : nil
        }
    }

    /// Counts of the lines of `results.jsonl` by status, and of proposals.
    package struct Counts: Hashable, Codable, Sendable {
        package var queries = 0
        package var proposed = 0
        package var none = 0
        package var errors = 0
        package var proposals = 0
        package var problems = 0
        /// Names given that stand for a concept of the vocabulary, and those that do not.
        package var matched = 0
        package var unmatched = 0
        /// Queries of a cancelled job that were never asked.
        package var notAsked = 0

        package init() {}

        /// Reads the counts, also those of earlier versions, which had fewer.
        package init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            func count(_ key: CodingKeys) throws -> Int {
                try values.decodeIfPresent(Int.self, forKey: key) ?? 0
            }
            queries = try count(.queries)
            proposed = try count(.proposed)
            none = try count(.none)
            errors = try count(.errors)
            proposals = try count(.proposals)
            problems = try count(.problems)
            matched = try count(.matched)
            unmatched = try count(.unmatched)
            notAsked = try count(.notAsked)
        }
    }

    package struct Times: Hashable, Codable, Sendable {
        package let received: Timestamp
        package let staged: Timestamp
        /// From the claim to the staging, including waiting times and interruptions.
        package let milliseconds: Int
    }

    package let schema: String
    package let job: JobID
    package let retryOf: JobID?
    /// The result's folder, relative to the outbox.
    package let result: String
    package let file: File
    /// `true` if an operator cancelled the job before every query was answered; absent if not.
    package let cancelled: Bool?
    package let kind: LoadOutcome.Kind?
    /// How the file was read, and how to force another reading.
    package let reading: String?
    package let vocabulary: LoadOutcome.Vocabulary?
    /// What the answers depend on; a job with the same bytes and the same basis is a duplicate.
    package let basis: String?
    /// Models, settings and arithmetic, from the first answer that has any.
    package let provenance: Provenance?
    package let counts: Counts
    package let times: Times
    package let notes: [String]
    /// The head of the audit chain when this was written: it fixes all earlier lines.
    package let audit: AuditHead?
    /// Version of taxod.
    package let taxod: String
}
