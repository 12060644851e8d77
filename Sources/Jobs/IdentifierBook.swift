import Contract
import Taxonomy

/// A term of a vocabulary, however its name is spelled.
package struct TermKey: Hashable, Sendable {
    /// In small letters.
    package let vocabulary: String
    /// SHA-256 of the name's `Term.key`: the audit log must not hold names.
    package let sha256: String

    package init(vocabulary: String, sha256: String) {
        self.vocabulary = vocabulary.lowercased()
        self.sha256 = sha256
    }

    package init(vocabulary: String, name: String) {
        let key = Term.key(name)
        self.init(vocabulary: vocabulary, sha256: Digest.sha256(key.isEmpty ? name : key))
    }
}

/// An identifier that was given to a term, and is never given to another.
package struct Reservation: Hashable, Sendable {
    package enum Origin: String, Hashable, Codable, Sendable {
        /// The file that asked about the term gives it.
        case own
        /// It was taken from the vocabulary's range.
        case range
        /// It stands for the term until that gets a final one.
        case provisional
    }

    package let identifier: String
    package let origin: Origin
    package let term: TermKey
    /// Where the term was accepted first under this identifier.
    package let job: JobID
    package let seq: Int
    package let time: Timestamp

    package init(
        identifier: String,
        origin: Origin,
        term: TermKey,
        job: JobID,
        seq: Int,
        time: Timestamp
    ) {
        self.identifier = identifier
        self.origin = origin
        self.term = term
        self.job = job
        self.seq = seq
        self.time = time
    }

    /// Equal for all spellings of the identifier.
    var key: String { Curie(identifier)?.key ?? identifier.lowercased() }
}

/// Every identifier that was ever given, and to which term.
package struct IdentifierBook: Sendable {
    private var byKey: [String: Reservation] = [:]
    /// In the order in which they were given.
    private var byTerm: [TermKey: [Reservation]] = [:]
    /// The numbers of a prefix in small letters.
    private var numbers: [String: NumberSet] = [:]

    /// - Parameter reservations: In the order in which they were given.
    package init(_ reservations: some Sequence<Reservation> = []) {
        for reservation in reservations { add(reservation) }
    }

    /// Enters an identifier, unless it was given before.
    ///
    /// - Returns: Whether it is new.
    @discardableResult
    package mutating func add(_ reservation: Reservation) -> Bool {
        guard byKey[reservation.key] == nil else { return false }
        byKey[reservation.key] = reservation
        byTerm[reservation.term, default: []].append(reservation)
        passOver(reservation.identifier)
        return true
    }

    /// Keeps the number of an identifier from being given, without giving it to a term.
    package mutating func passOver(_ identifier: String) {
        guard let curie = Curie(identifier), let number = curie.number else { return }
        numbers[curie.prefix.lowercased(), default: NumberSet()].insert(number)
    }

    /// Keeps numbers from being given, without giving them to terms.
    package mutating func passOver(_ used: NumberSet, withPrefix prefix: String) {
        numbers[prefix.lowercased(), default: NumberSet()].formUnion(used)
    }

    /// What was reserved under any spelling of this identifier.
    package func reservation(of identifier: String) -> Reservation? {
        byKey[Curie(identifier)?.key ?? identifier.lowercased()]
    }

    /// The identifier that a term has: the first final one that it was given, or else the first
    /// provisional one.
    package func reservation(of term: TermKey) -> Reservation? {
        let all = byTerm[term] ?? []
        return all.first { $0.origin != .provisional } ?? all.first
    }

    /// The lowest number of the range that was never given and is not passed over.
    package func next(in range: IdentifierRange) -> Int? {
        let number = (numbers[range.prefix.lowercased()] ?? NumberSet()).gap(from: range.first)
        return number <= range.last ? number : nil
    }

    /// How many numbers of the range can still be given.
    package func free(in range: IdentifierRange) -> Int {
        let taken = numbers[range.prefix.lowercased()] ?? NumberSet()
        return range.count - taken.count(in: range.first...range.last)
    }
}
