package import Contract

/// An operator's request to accept placed terms of a job, or to withdraw acceptances.
package struct AcceptRequest: Hashable, Codable, Sendable {
    package enum Decision: String, Hashable, Codable, Sendable {
        case accept
        case withdraw
    }

    /// A UUID of its own; requests are carried out in this order, and each only once.
    package let id: JobID
    package let decision: Decision
    package let job: JobID
    /// Keys of the queries; `nil` for all that have a proposed parent, or, to withdraw, for all that
    /// are accepted.
    package let queries: [String]?
    /// Identifiers, or keys of the job's queries, that are accepted as parents of the one query
    /// instead of the proposed ones.
    package let parents: [String]?
    package let actor: String?
    /// What the vocabulary has already.
    package let used: UsedIdentifiers

    package init(
        id: JobID,
        decision: Decision = .accept,
        job: JobID,
        queries: [String]? = nil,
        parents: [String]? = nil,
        actor: String? = nil,
        used: UsedIdentifiers = UsedIdentifiers()
    ) {
        self.id = id
        self.decision = decision
        self.job = job
        self.queries = queries
        self.parents = parents
        self.actor = actor
        self.used = used
    }
}

/// The identifiers of a vocabulary's concepts, as far as new ones could be the same.
///
/// The daemon opens no vocabulary, so the command that leaves a request looks them up.
package struct UsedIdentifiers: Hashable, Codable, Sendable {
    /// The versions of the vocabulary that were looked through, or are no longer stored.
    package var versions: Set<String>
    /// The range of which ``numbers`` are used.
    package var range: IdentifierRange?
    package var numbers: NumberSet
    /// The `Curie.key` of each identifier that the job's file gives to a term and that a concept
    /// has.
    package var own: Set<String>

    package init(
        versions: Set<String> = [],
        range: IdentifierRange? = nil,
        numbers: NumberSet = NumberSet(),
        own: Set<String> = []
    ) {
        self.versions = versions
        self.range = range
        self.numbers = numbers
        self.own = own
    }
}

/// Why a request is not carried out, or one of its terms is left out.
package struct AcceptRefusal: Error, Hashable, Sendable {
    package enum Code: String, Hashable, Codable, Sendable, CaseIterable {
        /// The job is not known or has no published answers.
        case notPublished = "not-published"
        /// The job has no such query, or it asks for something else than a term's place.
        case notPlaced = "not-placed"
        /// The query was answered by an error.
        case answeredByError = "answered-by-error"
        /// The vocabulary has the term already.
        case inVocabulary = "in-vocabulary"
        /// No parent is proposed, and none was chosen.
        case noParent = "no-parent"
        /// A parent is a new term of the same file that is not accepted.
        case parentNotAccepted = "parent-not-accepted"
        /// The term would be above itself.
        case cycle
        /// The file's own identifier of the term belongs to another term or to a concept.
        case identifierTaken = "identifier-taken"
        /// The range has fewer free numbers than terms need.
        case rangeExhausted = "range-exhausted"
        /// The daemon's range is not that for which used numbers were looked up.
        case rangeDiffers = "range-differs"
        /// A version of the vocabulary was loaded after its identifiers were looked up.
        case newVersion = "new-version"
        /// Accepted terms have the term as a parent, so that it cannot be withdrawn.
        case hasChildren = "has-children"
        /// The term is not accepted, so there is nothing to withdraw.
        case notAccepted = "not-accepted"
    }

    package let code: Code
    /// The key of the query.
    package let query: String?
    /// An identifier or key that the fault is about.
    package let identifier: String?
    /// How many identifiers are needed, and how many are free.
    package let needed: Int?
    package let free: Int?

    package init(
        _ code: Code,
        query: String? = nil,
        identifier: String? = nil,
        needed: Int? = nil,
        free: Int? = nil
    ) {
        self.code = code
        self.query = query
        self.identifier = identifier
        self.needed = needed
        self.free = free
    }

    /// The values as the audit log keeps them.
    package var detail: [String: AuditValue] {
        var detail: [String: AuditValue] = ["code": .string(code.rawValue)]
        detail["query"] = query.map { .string($0) }
        detail["identifier"] = identifier.map { .string($0) }
        detail["needed"] = needed.map { .integer($0) }
        detail["free"] = free.map { .integer($0) }
        return detail
    }

    /// Reads what ``detail`` made; `nil` for anything else.
    package init?(detail: [String: AuditValue]) {
        guard case .string(let name)? = detail["code"], let code = Code(rawValue: name) else {
            return nil
        }
        func text(_ key: String) -> String? {
            if case .string(let text)? = detail[key] { text } else { nil }
        }
        func number(_ key: String) -> Int? {
            if case .integer(let number)? = detail[key] { number } else { nil }
        }
        self.init(
            code,
            query: text("query"),
            identifier: text("identifier"),
            needed: number("needed"),
            free: number("free")
        )
    }
}

/// An answer of a published job, as far as accepting its term needs it.
package struct PlacedTerm: Hashable, Sendable {
    /// A parent that the answer proposes or a person chose.
    package struct Parent: Hashable, Sendable {
        package let identifier: String
        /// The key of the query that asks about it, if it is a new term of the same file.
        package let query: String?

        package init(identifier: String, query: String? = nil) {
            self.identifier = identifier
            self.query = query
        }
    }

    package let seq: Int
    package let key: String
    package let name: String
    package let term: TermKey
    package let status: Answer.Status
    /// Whether the vocabulary has the term already.
    package let isKnown: Bool
    /// The identifier that the file gives it, if it has the shape of one and is final.
    package let own: Curie?
    package let provisional: String?
    /// The proposed parents.
    package let parents: [Parent]

    /// - Returns: `nil` unless the answer is to a query for a term's place.
    package init?(_ answer: Answer, seq: Int, vocabulary: String) {
        guard answer.task == .place else { return nil }
        self.seq = seq
        key = answer.key
        name = answer.query
        term = TermKey(vocabulary: vocabulary, name: answer.query)
        status = answer.status
        isKnown = answer.reason?.code == "same-concept"
        let given = answer.identifier.flatMap(Curie.init)
        own = given?.isProvisional == true ? nil : given
        provisional = answer.provisionalIdentifier
        parents = answer.proposals
            .filter { $0.relation == .parent && $0.standing == .proposed }
            .map { Parent(identifier: $0.identifier, query: $0.query) }
    }

    /// Whether answers of the file name it by this text.
    package func isNamed(_ text: String) -> Bool {
        if text == key || text == provisional { return true }
        guard let own else { return false }
        return Curie(text)?.key == own.key
    }
}
