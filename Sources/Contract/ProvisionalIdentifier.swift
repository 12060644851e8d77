/// Identifiers of new concepts until they get final ones, such as `TAXOD:3fa85c07b1d2`.
///
/// They depend on the file's bytes and the term alone, so the same file gets the same ones again,
/// in every format and after every restart.
package struct ProvisionalIdentifiers: Sendable {
    package static let prefix = "TAXOD:"

    private let fileSHA256: String
    private var given: Set<String> = []

    /// - Parameter fileSHA256: SHA-256 of the file's bytes.
    package init(fileSHA256: String) { self.fileSHA256 = fileSHA256 }

    /// The identifier of the next of the file's terms, in their order; a term that the file repeats
    /// gets another one each time.
    package mutating func next(for term: String) -> String {
        var number = 1
        while true {
            let parts = [fileSHA256, term] + (number == 1 ? [] : ["\(number)"])
            let digits = Digest.sha256(parts.joined(separator: "\n")).prefix(12)
            if given.insert(String(digits)).inserted { return Self.prefix + digits }
            number += 1
        }
    }
}
