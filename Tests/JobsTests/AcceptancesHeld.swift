import Contract
import Jobs

/// What a ledger would hold, in memory; requests are carried out one after another.
struct AcceptancesHeld {
    /// Answers by job.
    var answers: [JobID: [Answer]] = [:]
    var accepted: [AcceptPlan.Entry] = []
    var reservations: [Reservation] = []
    var versions: Set<String> = []
    private(set) var now = Timestamp(milliseconds: 1_763_000_000_000)

    static let vocabulary = "ENVO"

    func known(of job: JobID) -> AcceptPlan.Known {
        AcceptPlan.Known(
            terms: (answers[job] ?? []).enumerated().compactMap {
                PlacedTerm($1, seq: $0 + 1, vocabulary: Self.vocabulary)
            },
            accepted: accepted,
            book: IdentifierBook(reservations),
            versions: versions
        )
    }

    /// Plans a request and, unless it is refused, applies what it changes.
    @discardableResult
    mutating func carryOut(
        _ request: AcceptRequest,
        _ range: IdentifierRange?
    ) throws(AcceptRefusal) -> AcceptPlan {
        now = now.adding(seconds: 1)
        let plan = try AcceptPlan(request, known: known(of: request.job), range: range, at: now)
        reservations += plan.reservations
        for entry in plan.changes {
            let one = entry.acceptance
            accepted.removeAll { $0.acceptance.job == one.job && $0.acceptance.key == one.key }
            if entry.change != .withdrawn { accepted.append(entry) }
        }
        return plan
    }

    func identifier(_ key: String, of job: JobID) -> String? {
        acceptance(key, of: job)?.identifier
    }

    func acceptance(_ key: String, of job: JobID) -> Acceptance? {
        accepted.map(\.acceptance).first { $0.job == job && $0.key == key }
    }
}

extension Answer {
    /// The answer to a new term, with these proposed parents.
    static func placed(
        _ key: String,
        _ name: String,
        under parents: [String] = ["ENVO:1"],
        batch: [String] = [],
        own: String? = nil,
        status: Answer.Status = .proposed,
        reason: String? = nil
    ) -> Answer {
        let proposals = parents.map { ($0, String?.none) } + batch.map { ("T:\($0)", $0) }
        return Answer(
            key: key,
            task: .place,
            query: name,
            identifier: own,
            provisionalIdentifier: "TAXOD:" + Digest.sha256(name).prefix(12),
            status: status,
            reason: reason.map { Answer.Reason(code: $0, message: "") },
            proposals: proposals.enumerated().map { rank, parent in
                Proposal(
                    rank: rank + 1,
                    relation: .parent,
                    identifier: parent.0,
                    name: parent.0,
                    query: parent.1,
                    standing: .proposed,
                    score: 0.5,
                    evidence: Evidence()
                )
            }
        )
    }
}

/// Random numbers that are the same in every run (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
