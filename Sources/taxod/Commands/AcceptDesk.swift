import Contract
import Foundation
import Jobs
import Ledger
import Settings
import Taxonomy
import TaxonomyFormats
import Workshop

/// A job whose terms are accepted, and what is needed to name them.
struct AcceptDesk {
    let job: JobRecord
    let configuration: Configuration
    let vocabulary: String
    let terms: [PlacedTerm]
    let range: @Sendable (_ vocabulary: String) -> IdentifierRange?
    private let known: AcceptPlan.Known
    private let names: [String: String]

    /// - Throws: ``CommandError`` if the job has no published answers, or a range is none.
    init(_ job: JobRecord, reader: LedgerReader, configuration: Configuration) async throws {
        guard let (vocabulary, known) = try await reader.acceptable(job.id) else {
            throw CommandError.refused(
                "job \(job.id.short) has no published answers: it is \(job.state.name.rawValue)."
            )
        }
        self.job = job
        self.configuration = configuration
        self.vocabulary = vocabulary
        self.known = known
        terms = known.terms
        range = try configuration.identifierRanges()
        names = Dictionary(terms.map { ($0.key, $0.name) }) { first, _ in first }
    }

    /// Makes a request of what a person named.
    func request(
        _ decision: AcceptRequest.Decision,
        queries: [String],
        parents: [String],
        actor: String
    ) async throws -> AcceptRequest {
        let range = range(vocabulary)
        let used =
            decision == .withdraw
            ? UsedIdentifiers()
            : try UsedIdentifiers(
                of: vocabulary,
                in: configuration.store,
                versions: known.versions,
                range: range,
                own: terms.compactMap(\.own)
            )
        return AcceptRequest(
            id: JobID(at: Timestamp(Date())),
            decision: decision,
            job: job.id,
            queries: queries.isEmpty ? nil : try queries.map(key),
            parents: parents.isEmpty ? nil : try identifiers(parents),
            actor: actor,
            used: used
        )
    }

    /// The key of the query that a person names by it, by its term or by its identifier.
    private func key(_ text: String) throws -> String {
        if names[text] != nil { return text }
        let word = Term.key(text)
        let found = terms.filter {
            $0.isNamed(text) || (!word.isEmpty && Term.key($0.name) == word)
        }
        // A rebuilt ledger may hold acceptances of a job whose answers are gone.
        if found.isEmpty, isAccepted(text) { return text }
        guard found.count == 1 else {
            throw CommandError.refused(
                found.isEmpty
                    ? "job \(job.id.short) asks for no place of “\(text)”: give a term or a key such "
                        + "as \(terms.first?.key ?? "q000001")."
                    : "“\(text)” may be \(found.map(\.key).joined(separator: ", ")): give the key."
            )
        }
        return found[0].key
    }

    private func isAccepted(_ key: String) -> Bool {
        known.accepted.contains { $0.acceptance.job == job.id && $0.acceptance.key == key }
    }

    /// Checks parents against the vocabulary's version that answered, and against accepted terms.
    private func identifiers(_ parents: [String]) throws -> [String] {
        let accepted = Set(known.accepted.compactMap(\.acceptance.identifier))
        var others: [String] = []
        for parent in parents where !accepted.contains(parent) {
            if !terms.contains(where: { $0.isNamed(parent) }) { others.append(parent) }
        }
        if others.isEmpty { return parents }
        let version = job.facts.outcome?.vocabulary?.version ?? ""
        guard let taxonomy = try? configuration.store.open(version: version).taxonomy else {
            FileHandle.standardError.write(
                Data(
                    """
                    the version \(version.prefix(12)) of \(vocabulary) is not loaded, so nothing \
                    could check \(others.joined(separator: ", ")).

                    """.utf8
                )
            )
            return parents
        }
        return try parents.map { parent in
            guard others.contains(parent) else { return parent }
            do throws(Taxonomy.ParentFault) {
                return try taxonomy.parent(named: parent)
            } catch {
                throw CommandError.refused(words(error, parent))
            }
        }
    }

    private func words(_ fault: Taxonomy.ParentFault, _ parent: String) -> String {
        func list(_ identifiers: [String]) -> String { identifiers.joined(separator: ", ") }
        switch fault {
        case .unknown:
            return
                "“\(parent)” is no identifier of \(vocabulary), nor of a new term of this file or "
                + "an accepted one."
        case .name(let found):
            return "“\(parent)” is a name: give its identifier, \(list(found))."
        case .several(let found):
            return "“\(parent)” may be \(list(found)): give one of these."
        case .obsolete(let instead):
            return "“\(parent)” is obsolete in \(vocabulary)"
                + (instead.isEmpty ? "." : "; instead there is \(list(instead)).")
        }
    }

    /// The query with its term.
    func named(_ key: String?) -> String {
        guard let key else { return "a term" }
        return names[key].map { "\(key) “\($0)”" } ?? key
    }

    /// Says why a request is refused, or a term left out.
    func words(_ refusal: AcceptRefusal) -> String {
        let term = named(refusal.query)
        let identifier = refusal.identifier ?? ""
        return switch refusal.code {
        case .notPublished: "job \(job.id.short) has no published answers."
        case .notPlaced: "job \(job.id.short) asks for no place of \(term)."
        case .answeredByError:
            "\(term) was answered by an error; `taxod retry` asks again."
        case .inVocabulary: "\(vocabulary) has \(term) already."
        case .noParent: "no parent is proposed for \(term): choose with --parents."
        case .parentNotAccepted:
            "the parent of \(term), \(named(identifier)), is a new term that is not accepted: accept "
                + "it as well, or choose other parents with --parents."
        case .cycle: "\(term) would be above itself: choose other parents with --parents."
        case .identifierTaken:
            "\(term) has \(identifier) in its file, which another term or concept has: correct the "
                + "file and drop it again."
        case .rangeExhausted:
            "\(refusal.needed ?? 0) identifiers are needed, and of \(identifier) only "
                + "\(refusal.free ?? 0) are free: enlarge vocabularies.\(vocabulary).identifiers. "
                + "Nothing was accepted."
        case .rangeDiffers:
            "the daemon gives identifiers from \(identifier), which this configuration does not say: "
                + "give both the same, and let the daemon read it (`systemctl reload taxod`)."
        case .newVersion:
            "a version of \(vocabulary) was loaded just now: try again."
        case .hasChildren:
            "\(named(identifier)) is accepted below \(term): withdraw it first, or choose other "
                + "parents for it."
        case .notAccepted: "\(term) is not accepted."
        }
    }
}

/// What became of each term, for a person or a program.
struct AcceptReport: Encodable {
    private struct Line: Encodable {
        let key: String
        let term: String?
        let identifier: String?
        let parents: [String]
        let change: AcceptPlan.Change
        /// The job in which the term got its identifier, if that is another one.
        let firstJob: JobID?
    }

    private struct LeftOut: Encodable {
        let key: String?
        let code: AcceptRefusal.Code
        let message: String
    }

    private let schema = "taxod.accept/1"
    private let job: JobID
    private let vocabulary: String
    /// Whether it is done, or waits for a daemon.
    private let done: Bool
    private let terms: [Line]
    private let leftOut: [LeftOut]
    /// Acceptances of other terms that got a final identifier in place of a provisional one.
    private let alsoChanged: Int

    init(_ plan: AcceptPlan, isDone: Bool, desk: AcceptDesk, reader: LedgerReader) async throws {
        let held = Dictionary(
            uniqueKeysWithValues: try await reader.acceptances(of: [desk.job.id]).map {
                ($0.key, $0)
            }
        )
        let first = try await reader.firstJobs(of: held.values.compactMap(\.identifier))
        job = desk.job.id
        vocabulary = desk.vocabulary
        done = isDone
        terms = plan.entries.map { entry in
            // What the ledger says counts: another request may have come in between.
            let now = held[entry.acceptance.key]
            let planned = entry.acceptance
            let identifier =
                now?.identifier ?? (entry.change == .withdrawn ? planned.identifier : nil)
            let origin = identifier.flatMap { first[$0] }
            return Line(
                key: planned.key,
                term: entry.name,
                identifier: identifier,
                parents: now?.parents ?? planned.parents,
                change: entry.change,
                firstJob: origin == desk.job.id ? nil : origin
            )
        }
        leftOut = plan.leftOut.map {
            LeftOut(key: $0.query, code: $0.code, message: desk.words($0))
        }
        alsoChanged = plan.consequences.count
    }

    func print(json: Bool) throws {
        if json {
            FileHandle.standardOutput.write(try CanonicalJSON.readableData(of: self))
            return
        }
        for line in terms {
            var text = line.key.padded(to: 9) + (line.identifier ?? "-").padded(to: 20)
            text += (line.term ?? "") + "  under " + line.parents.joined(separator: ", ")
            var remarks: [String] = []
            if line.change != .accepted { remarks.append(line.change.rawValue) }
            if let job = line.firstJob { remarks.append("as in job \(job.short)") }
            if !remarks.isEmpty { text += " (\(remarks.joined(separator: ", ")))" }
            Swift.print(text)
        }
        for term in leftOut { Swift.print("left out: \(term.message)") }
        Swift.print(summary)
    }

    private var summary: String {
        let counts = [AcceptPlan.Change.accepted, .changed, .unchanged, .withdrawn]
            .map { change in (terms.count { $0.change == change }, change.rawValue) }
            .filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        var text = counts.isEmpty ? "nothing to do" : counts.joined(separator: ", ")
        if !leftOut.isEmpty { text += ", \(leftOut.count) left out" }
        if alsoChanged > 0 {
            text += "; \(alsoChanged) other acceptances name the final identifiers now"
        }
        return done ? text + "." : "the request waits until a taxod carries it out; then: \(text)."
    }
}
