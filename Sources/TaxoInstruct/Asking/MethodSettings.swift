package import FoundationEssentials

/// The settings of the method that a user may change; part of an answer's identity.
package struct MethodSettings: Hashable, Codable, Sendable {
    /// The prompt format.
    package enum PromptFamily: String, Hashable, Codable, Sendable, CaseIterable {
        /// The nearest known pairs `child -> parent`, followed by the query; the default for small
        /// models.
        case nearestPairs = "nearest-pairs"
        /// The paper's instruction prompts.
        case paper
    }

    /// The weight of each component of a sibling's score.
    package struct SiblingWeights: Hashable, Codable, Sendable {
        /// The ranker's score, from names, definitions and predicted parents.
        package var ranker = 1.0
        /// Agreement of the candidate's parents with those of the seeds, 0 to 1.
        package var structure = 8.0
        /// Share of the seed orders under which the model wrote the candidate, 0 to 1.
        package var votes = 0.1
        /// Gain in log-likelihood per token from the seeds, standardised over the rated candidates.
        package var languageModel = 0.15
        /// Share of the log-likelihood without the seeds that is subtracted to obtain the gain.
        package var prior = 1.0

        package init() {}

        package init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            func read(_ key: CodingKeys, into value: inout Double) throws {
                if let given = try values.decodeIfPresent(Double.self, forKey: key) {
                    value = given
                }
            }
            try read(.ranker, into: &ranker)
            try read(.structure, into: &structure)
            try read(.votes, into: &votes)
            try read(.languageModel, into: &languageModel)
            try read(.prior, into: &prior)
        }
    }

    /// Number of candidates that retrieval passes to the language model; k in the paper.
    package var candidates = 20
    package var promptFamily = PromptFamily.nearestPairs
    /// Number of known pairs shown before the query.
    package var knownPairs = 8
    /// Maximum number of parents in an answer.
    package var maximumParents = 5

    package var siblings = SiblingWeights()
    /// Maximum number of seed orders tried; sampling stops earlier once orders bring nothing new.
    package var seedOrders = 12
    /// Whether all n! orders are tried when there are at most four seeds.
    package var allSeedOrders = false
    /// Maximum number of seeds shown in one order.
    package var seedsPerOrder = 12
    /// Size of the pool of names to which generation is constrained.
    package var pool = 200
    /// Maximum number of names generated for one order.
    package var namesPerOrder = 12
    package var maximumTokens = 96
    /// Sampling temperature; 0 decodes greedily.
    ///
    /// Variety then comes from the seed orders, as in the paper.
    package var temperature = 0.0
    /// Maximum number of siblings in an answer.
    package var maximumSiblings = 50

    /// Maximum number of siblings sought for the children of one node of a seed tree.
    package var childrenPerNode = 30
    /// A given name is taken for a misspelled one from this probability on.
    package var matchThreshold = Misspelling.threshold
    package var seed: UInt64 = 20_240_213

    package init() {}

    /// Decodes settings; a missing key keeps its default.
    package init(from decoder: any Decoder) throws {
        self.init()
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func read<Value: Decodable>(_ key: CodingKeys, into value: inout Value) throws {
            if let given = try values.decodeIfPresent(Value.self, forKey: key) { value = given }
        }
        try read(.candidates, into: &candidates)
        try read(.promptFamily, into: &promptFamily)
        try read(.knownPairs, into: &knownPairs)
        try read(.maximumParents, into: &maximumParents)
        try read(.siblings, into: &siblings)
        try read(.seedOrders, into: &seedOrders)
        try read(.allSeedOrders, into: &allSeedOrders)
        try read(.seedsPerOrder, into: &seedsPerOrder)
        try read(.pool, into: &pool)
        try read(.namesPerOrder, into: &namesPerOrder)
        try read(.maximumTokens, into: &maximumTokens)
        try read(.temperature, into: &temperature)
        try read(.maximumSiblings, into: &maximumSiblings)
        try read(.childrenPerNode, into: &childrenPerNode)
        try read(.matchThreshold, into: &matchThreshold)
        try read(.seed, into: &seed)
    }

    /// The bytes that the settings' hash is computed over: JSON with sorted keys.
    package var canonicalBytes: Data {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return try encoder.encode(self)
        }
    }

    /// Version of the method; raised whenever the same input may give a different answer.
    package static let methodVersion = "6"
}
