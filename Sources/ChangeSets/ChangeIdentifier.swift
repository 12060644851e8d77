import Contract

/// An identifier as change sets write it.
///
///     ChangeIdentifier("MONDO:0005044")               // a CURIE
///     ChangeIdentifier("D006973")                     // MESH:D006973
///     ChangeIdentifier("http://example.org/t#Gout")   // an address
///     ChangeIdentifier("17")                          // bare: no collection is named
///     ChangeIdentifier("see below")                   // nil
package struct ChangeIdentifier: Hashable, Comparable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// `PREFIX:LOCAL`.
        case curie
        /// An address on the web.
        case address
        /// A local part without a prefix.
        case bare
    }

    package let text: String
    package let kind: Kind

    /// Reads an identifier; `nil` if it holds characters that not all formats can carry.
    ///
    /// A bare identifier of MeSH, such as `D006973`, gets MeSH's prefix: NLM's own files leave it
    /// out.
    package init?(_ written: String) {
        guard !written.isEmpty, written.utf8.count <= 200,
            written.utf8.allSatisfy(Self.isPlain)
        else { return nil }
        if written.hasPrefix("http://") || written.hasPrefix("https://") {
            (text, kind) = (written, .address)
        } else if let colon = written.firstIndex(of: ":") {
            let prefix = written[..<colon]
            let local = written[written.index(after: colon)...]
            guard let first = prefix.utf8.first, Self.isLetter(first) || first == 0x5F,
                !prefix.contains(where: { "~+=%/#".contains($0) }), !local.isEmpty,
                !local.hasPrefix("/")
            else { return nil }
            (text, kind) = (written, .curie)
        } else if Self.isMeSH(written) {
            (text, kind) = ("MESH:" + written, .curie)
        } else {
            (text, kind) = (written, .bare)
        }
    }

    /// The part before the colon of a CURIE.
    package var prefix: String? {
        guard kind == .curie else { return nil }
        return text.firstIndex(of: ":").map { String(text[..<$0]) }
    }

    package static func < (left: ChangeIdentifier, right: ChangeIdentifier) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    /// The file's own identifier of a term, if it is a CURIE.
    static func own(of answer: Answer) -> ChangeIdentifier? {
        answer.identifier.flatMap(ChangeIdentifier.init).flatMap { $0.kind == .curie ? $0 : nil }
    }

    /// The identifier of a term that has none of its own: the provisional one of the answer, or one
    /// derived from job, query and term for answers of earlier versions, which have none.
    static func provisional(of answer: Answer, job: String) -> ChangeIdentifier {
        if let given = answer.provisionalIdentifier.flatMap(ChangeIdentifier.init) { return given }
        let digest = Digest.sha256("\(job)\n\(answer.key)\n\(answer.query)").prefix(12)
        return ChangeIdentifier(text: "TAXOD:\(digest)", kind: .curie)
    }

    private init(text: String, kind: Kind) {
        (self.text, self.kind) = (text, kind)
    }

    /// Letters, digits and the marks that occur in identifiers and are safe in every format.
    private static func isPlain(_ byte: UInt8) -> Bool {
        isLetter(byte) || isDigit(byte) || "_.:~+=%/#-".utf8.contains(byte)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// Whether a text is a unique identifier of MeSH: D, C or Q and six to nine digits.
    private static func isMeSH(_ text: String) -> Bool {
        guard let first = text.utf8.first, "DCQ".utf8.contains(first) else { return false }
        let digits = text.utf8.dropFirst()
        return (6...9).contains(digits.count) && digits.allSatisfy(isDigit)
    }
}
