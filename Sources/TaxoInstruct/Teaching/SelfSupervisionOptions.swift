package import Inference

/// Which rows ``SelfSupervision`` makes of a taxonomy, and how many.
package struct SelfSupervisionOptions: Hashable, Codable, Sendable {
    /// What stands beside the right answer.
    package enum Candidates: String, Hashable, Codable, Sendable, CaseIterable {
        /// What retrieval finds for the query, as at use.
        case hard
        /// Concepts drawn from the whole taxonomy.
        case random
    }

    /// Skills that are taught.
    package var tasks: [TrainingExample.Task] = TrainingExample.Task.allCases
    /// Concepts drawn as queries of placement; `nil` takes all that have a parent.
    package var concepts: Int?
    /// Wrong candidates beside the right ones.
    package var candidates = 12
    package var kind = Candidates.hard
    /// Share of placement rows without a right candidate, whose answer is ``Prompts/none``.
    package var noneShare = 0.1
    /// Whether placement rows bring the ranker's scores, so that the model is taught what the
    /// ranker does not know.
    package var besideRanker = false
    /// Share of placement rows whose query is a synonym rather than the name.
    package var synonymShare = 0.2
    /// Share of placement rows whose query comes with its further names, which find its nearest
    /// known pairs; a curator's list often has none.
    package var furtherNamesShare = 0.5
    /// Rows of set expansion for each drawn concept.
    package var expandShare = 0.3
    /// Share of the set-expansion rows that rate siblings against other concepts, as the ranking of
    /// siblings does, instead of writing a list.
    package var listwiseExpandShare = 0.5
    /// Share of the set-expansion rows that do not name the class.
    package var namelessShare = 0.25
    package var findParentShare = 0.15
    package var findChildrenShare = 0.1
    /// Members written in one answer at most.
    package var listedMembers = 12
    package var seed: UInt64 = 1

    package init() {}
}
