package import FoundationEssentials

/// Everything about the method that a user may set; part of an answer's identity.
package struct MethodSettings: Hashable, Codable, Sendable {
    /// How the language model is asked.
    package enum PromptFamily: String, Hashable, Codable, Sendable, CaseIterable {
        /// The nearest known pairs `child -> parent`, then the query; the default for small models.
        case nearestPairs = "nearest-pairs"
        /// The instructions of the paper.
        case paper
    }

    /// How much each part counts in the score of a sibling.
    package struct SiblingWeights: Hashable, Codable, Sendable {
        /// What names, definitions and predicted parents say.
        package var ranker = 1.0
        /// Agreement of the concept's parents with those of the seeds, 0 to 1.
        package var structure = 8.0
        /// Share of the seed orders whose continuation named the concept, 0 to 1.
        package var votes = 0.1
        /// Gain in log-likelihood per token, in standard deviations over what was rated.
        package var languageModel = 0.15
        /// Share of the likelihood without the seeds that is taken off for the gain.
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

    /// Concepts that retrieval hands to the language model; the paper's k.
    package var candidates = 20
    package var promptFamily = PromptFamily.nearestPairs
    /// Known pairs shown before the query.
    package var knownPairs = 8
    /// Parents listed in an answer at most.
    package var maximumParents = 5

    package var siblings = SiblingWeights()
    /// Orders of the seeds that are tried at most; fewer if further ones bring nothing new.
    package var seedOrders = 12
    /// Whether all n! orders are tried for up to four seeds.
    package var allSeedOrders = false
    /// Seeds shown in one order at most.
    package var seedsPerOrder = 12
    /// Names among which the model may write.
    package var pool = 200
    /// Names written for one order at most.
    package var namesPerOrder = 12
    package var maximumTokens = 96
    /// 0 writes the likeliest names; the orders make the variety, as in the paper.
    package var temperature = 0.0
    /// Siblings listed in an answer at most.
    package var maximumSiblings = 50

    /// Siblings sought for the children of one node of a seed tree, at most.
    package var childrenPerNode = 30
    /// Below this confidence a given name is unknown.
    package var matchThreshold = 0.72
    package var seed: UInt64 = 20_240_213

    package init() {}

    /// Reads settings; a key that is absent keeps its default.
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

    /// What the settings' hash is computed over: JSON with sorted keys.
    package var canonicalBytes: Data {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return try encoder.encode(self)
        }
    }

    /// Version of the method, raised when the same input may give another answer.
    package static let methodVersion = "4"
}
