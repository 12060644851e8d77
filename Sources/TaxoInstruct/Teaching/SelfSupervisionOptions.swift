package import Inference

/// Which training rows ``SelfSupervision`` makes from a taxonomy, and how many.
package struct SelfSupervisionOptions: Hashable, Codable, Sendable {
    /// The source of the wrong candidates.
    package enum Candidates: String, Hashable, Codable, Sendable, CaseIterable {
        /// Concepts that retrieval finds for the query, as at inference.
        case hard
        /// Concepts drawn at random from the whole taxonomy.
        case random
    }

    /// Tasks to make rows for.
    package var tasks: [TrainingExample.Task] = TrainingExample.Task.allCases
    /// Number of concepts drawn as placement queries; `nil` takes all that have a parent.
    package var concepts: Int?
    /// Number of wrong candidates beside the right ones.
    package var candidates = 12
    package var kind = Candidates.hard
    /// Share of placement rows without a right candidate; their answer is ``Prompts/none``.
    package var noneShare = 0.1
    /// Whether placement rows include the ranker's scores, so that the model learns what the ranker
    /// does not know.
    package var besideRanker = false
    /// Share of placement rows that query a synonym instead of the name.
    package var synonymShare = 0.2
    /// Share of placement rows whose query includes synonyms, which help to find its nearest known
    /// pairs; curators' lists often lack them.
    package var furtherNamesShare = 0.5
    /// Number of set-expansion rows for each drawn concept.
    package var expandShare = 0.3
    /// Share of the set-expansion rows that score siblings against other concepts, as sibling
    /// ranking does, instead of writing a list.
    package var listwiseExpandShare = 0.5
    /// Share of the set-expansion rows that do not name the class.
    package var namelessShare = 0.25
    package var findParentShare = 0.15
    package var findChildrenShare = 0.1
    /// Maximum number of members in one answer.
    package var listedMembers = 12
    package var seed: UInt64 = 1

    package init() {}
}
