/// The answer to one query: a line of the worker's output and of `results.jsonl`.
package struct Answer: Hashable, Codable, Sendable {
    package enum Status: String, Hashable, Codable, Sendable {
        /// At least one proposal is not in the vocabulary already.
        case proposed
        /// Nothing to propose; ``Answer/reason`` says why.
        case none
        /// The query could not be answered; ``Answer/reason`` says why.
        case error
    }

    /// Why nothing is proposed, or what a reader must know besides the proposals.
    package struct Reason: Hashable, Codable, Sendable {
        /// A stable code, such as `below-threshold`, `same-concept` or `seed-set-too-small`.
        package let code: String
        /// What was found, what was expected, and what to do.
        package let message: String

        package init(code: String, message: String) {
            self.code = code
            self.message = message
        }
    }

    /// The version of this layout; raised when a key is removed or changes its meaning.
    package static let schema = "taxod.answer/1"

    package var schema: String
    /// The key of the query.
    package var key: String
    package var task: Query.Task
    /// What was asked, for a person to read; see ``Query/text``.
    package var query: String
    /// The identifier that the file writes beside the term, handed back as it was written.
    package var identifier: String?
    /// `place`: the identifier of the new concept until it gets a final one.
    package var provisionalIdentifier: String?
    /// `place`: what the file says about the term, for change sets; `nil` where it says nothing.
    package var synonyms: [String]?
    package var definition: String?
    package var references: [String]?
    /// `place`: new terms of the same file that are probably the same as this one.
    package var duplicates: [TermReference]?
    package var status: Status
    package var reason: Reason?
    /// The concept that each given name was resolved to.
    package var matches: [TermMatch]
    /// Best first.
    package var proposals: [Proposal]
    /// Facts about how the answer was found, such as the number of seed orders tried.
    package var notes: [String]
    /// Tokens that the language model read and wrote; `nil` for an error before it was asked.
    package var tokens: Int?
    /// What the answer rests on; `nil` for an error before a vocabulary was chosen.
    package var provenance: Provenance?

    package init(
        key: String,
        task: Query.Task,
        query: String,
        identifier: String? = nil,
        provisionalIdentifier: String? = nil,
        synonyms: [String]? = nil,
        definition: String? = nil,
        references: [String]? = nil,
        duplicates: [TermReference]? = nil,
        status: Status,
        reason: Reason? = nil,
        matches: [TermMatch] = [],
        proposals: [Proposal] = [],
        notes: [String] = [],
        tokens: Int? = nil,
        provenance: Provenance? = nil
    ) {
        schema = Self.schema
        self.key = key
        self.task = task
        self.query = query
        self.identifier = identifier
        self.provisionalIdentifier = provisionalIdentifier
        self.synonyms = synonyms
        self.definition = definition
        self.references = references
        self.duplicates = duplicates
        self.status = status
        self.reason = reason
        self.matches = matches
        self.proposals = proposals
        self.notes = notes
        self.tokens = tokens
        self.provenance = provenance
    }
}

/// A new term of the same file.
package struct TermReference: Hashable, Codable, Sendable {
    /// The key of the query that asks about it.
    package let key: String
    /// The file's own identifier of it, or else the provisional one.
    package let identifier: String
    package let name: String

    package init(key: String, identifier: String, name: String) {
        self.key = key
        self.identifier = identifier
        self.name = name
    }
}

/// The concept that a given name was resolved to.
package struct TermMatch: Hashable, Codable, Sendable {
    package enum Kind: String, Hashable, Codable, Sendable {
        case identifier
        case name
        case synonym
        /// The same name or synonym by the rules of spelling: accents, Greek letters, numerals,
        /// plural, British and American spelling, inversion, an abbreviation in brackets.
        case spelling
        /// The most similar name; ``TermMatch/confidence`` says how sure the match is.
        case nearest
        /// The identifier or name of an obsolete concept; the vocabulary names the one that
        /// replaces it, and that one was taken.
        case replaced
        /// The identifier or name of an obsolete concept that nothing replaces; none is taken.
        /// ``TermMatch/candidates`` are what the vocabulary says to consider.
        case obsolete
        /// It may mean several concepts, or perhaps one; none is taken. See
        /// ``TermMatch/candidates``.
        case ambiguous
        /// No name is similar enough.
        case unknown
    }

    /// A concept that a name may mean.
    package struct Candidate: Hashable, Codable, Sendable {
        package let identifier: String
        package let name: String

        package init(identifier: String, name: String) {
            self.identifier = identifier
            self.name = name
        }
    }

    package let given: String
    /// The identifier that the file writes beside the name, handed back as it was written.
    package let givenIdentifier: String?
    package let kind: Kind
    package let identifier: String?
    package let name: String?
    /// 0 to 1; 1 for an exact match.
    package let confidence: Double
    /// What the name may mean, if nothing was taken; `nil` where there is nothing to say.
    package let candidates: [Candidate]?

    package init(
        given: String,
        givenIdentifier: String? = nil,
        kind: Kind,
        identifier: String?,
        name: String?,
        confidence: Double,
        candidates: [Candidate]? = nil
    ) {
        self.given = given
        self.givenIdentifier = givenIdentifier
        self.kind = kind
        self.identifier = identifier
        self.name = name
        self.confidence = confidence
        self.candidates = candidates
    }
}

/// A concept that stands in a relation to the query.
package struct Proposal: Hashable, Codable, Sendable {
    package enum Relation: String, Hashable, Codable, Sendable {
        /// The named concept is of the same kind as the seeds.
        case sibling
        /// The named concept is a parent of the query.
        case parent
        /// The named concept is placed under ``Proposal/parent``.
        case child
    }

    package enum Standing: String, Hashable, Codable, Sendable {
        /// The vocabulary has this relation already.
        case known
        case proposed
        /// Ranked below the proposals, for a reader to choose from.
        case alternative
        /// The vocabulary has this relation, but the method doubts it (`audit`).
        case doubtful
    }

    package let rank: Int
    package let relation: Relation
    package let identifier: String
    package let name: String
    /// `child` only: the parent under which it is placed.
    package let parent: String?
    /// The key of the query that asks about the named concept, if that is a new term of the same
    /// file.
    package let query: String?
    package let standing: Standing
    /// The score that orders the proposals; higher is better.
    ///
    /// For a parent it is the calibrated probability of being one; otherwise it is comparable only
    /// within an answer.
    package let score: Double
    package let evidence: Evidence

    package init(
        rank: Int,
        relation: Relation,
        identifier: String,
        name: String,
        parent: String? = nil,
        query: String? = nil,
        standing: Standing,
        score: Double,
        evidence: Evidence
    ) {
        self.rank = rank
        self.relation = relation
        self.identifier = identifier
        self.name = name
        self.parent = parent
        self.query = query
        self.standing = standing
        self.score = score
        self.evidence = evidence
    }
}

/// Why a concept was proposed.
package struct Evidence: Hashable, Codable, Sendable {
    /// Names from a root down to the proposed concept.
    package var rootPath: [String]
    /// Known concepts near the query that support the proposal.
    package var nearest: [String]
    /// Parts of the score by name, such as `retrieval`, `languageModel` or `votes`.
    package var parts: [String: Double]

    package init(rootPath: [String] = [], nearest: [String] = [], parts: [String: Double] = [:]) {
        self.rootPath = rootPath
        self.nearest = nearest
        self.parts = parts
    }
}

/// What an answer rests on, by name and hash.
package struct Provenance: Hashable, Codable, Sendable {
    package let vocabulary: String
    /// SHA-256 of the loaded file's bytes, lower-case hexadecimal.
    package let vocabularyVersion: String
    package let model: String
    package let modelSHA256: String
    package let encoder: String
    package let encoderSHA256: String
    /// SHA-256 of the adapter, or `nil` for the base model.
    package let adapterSHA256: String?
    /// The arithmetic and kernels that ran, such as `int8 avx512`.
    package let path: String
    /// SHA-256 of the method's settings.
    package let settingsSHA256: String
    /// Version of the method; raised when the same input may give a different answer.
    package let method: String

    package init(
        vocabulary: String,
        vocabularyVersion: String,
        model: String,
        modelSHA256: String,
        encoder: String,
        encoderSHA256: String,
        adapterSHA256: String?,
        path: String,
        settingsSHA256: String,
        method: String
    ) {
        self.vocabulary = vocabulary
        self.vocabularyVersion = vocabularyVersion
        self.model = model
        self.modelSHA256 = modelSHA256
        self.encoder = encoder
        self.encoderSHA256 = encoderSHA256
        self.adapterSHA256 = adapterSHA256
        self.path = path
        self.settingsSHA256 = settingsSHA256
        self.method = method
    }
}
