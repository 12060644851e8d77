/// Shortens the addresses (IRIs) of classes to identifiers with a prefix, as curators write them.
///
///     CompactIdentifier().compact("http://purl.obolibrary.org/obo/SYMP_0000001")  // SYMP:0000001
///     CompactIdentifier().compact("http://edamontology.org/data_0006")            // EDAM_data:0006
///     CompactIdentifier().compact("http://example.org/a")                         // unchanged
///
/// An address of no known or declared space stays as it is.
struct CompactIdentifier {
    private static let obo = "purl.obolibrary.org/obo/"
    /// Spaces whose local parts are `PREFIX_NUMBER` or to which a prefix belongs.
    private static let known: [(space: String, prefix: String)] = [
        ("edamontology.org/", "EDAM_"), ("www.ebi.ac.uk/efo/", ""), ("www.orpha.net/ORDO/", ""),
        ("id.nlm.nih.gov/mesh/", "MESH:"),
    ]

    /// Declared spaces, the longest first.
    private var declared: [(space: String, prefix: String)] = []

    init() {}

    /// Takes a prefix that the file declares, such as `dc` for `http://purl.org/dc/elements/1.1/`.
    ///
    /// An empty prefix, or one with a character that would make the identifier ambiguous, counts
    /// for nothing.
    mutating func declare(_ prefix: String, for space: String) {
        guard !prefix.isEmpty, !space.isEmpty, declared.count < 1_000,
            !prefix.contains(where: { $0 == ":" || $0 == "/" || $0.isWhitespace }),
            !declared.contains(where: { $0.space == space })
        else { return }
        let place = declared.firstIndex { $0.space.utf8.count < space.utf8.count }
        declared.insert((space, prefix), at: place ?? declared.count)
    }

    /// The identifier with prefix for an address; the text itself if it is none or of no known space.
    func compact(_ address: String) -> String {
        guard let rest = Self.afterScheme(address) else { return address }
        if rest.hasPrefix(Self.obo) {
            return Self.identifier(ofOBO: rest.dropFirst(Self.obo.count)) ?? address
        }
        for (space, prefix) in Self.known where rest.hasPrefix(space) {
            let local = rest.dropFirst(space.count)
            guard !local.isEmpty, !local.contains(where: { $0 == "/" || $0 == "#" }) else { break }
            if prefix.hasSuffix(":") { return prefix + local }
            return Self.parted(local).map { prefix + $0 } ?? address
        }
        for (space, prefix) in declared where address.hasPrefix(space) {
            let local = address.dropFirst(space.count)
            let isPlain = !local.contains { $0 == "/" || $0 == "#" || $0.isWhitespace }
            if !local.isEmpty, isPlain { return "\(prefix):\(local)" }
        }
        return address
    }

    /// The part of an identifier that says which collection it belongs to: `CL` of `CL:0000001`, the
    /// address without its last step of an address; empty if it has none.
    static func prefix(of identifier: String) -> Substring {
        if afterScheme(identifier) != nil {
            guard let end = identifier.utf8.lastIndex(where: { $0 == 0x2F || $0 == 0x23 }) else {
                return ""
            }
            return identifier[...end]
        }
        guard let colon = identifier.utf8.firstIndex(of: UInt8(ascii: ":")) else { return "" }
        return identifier[..<colon]
    }

    /// The text behind `http://` or `https://`; `nil` if it does not begin so.
    private static func afterScheme(_ address: String) -> Substring? {
        for scheme in ["http://", "https://"] where address.hasPrefix(scheme) {
            return address.dropFirst(scheme.count)
        }
        return nil
    }

    /// The identifier for what stands behind the address of OBO (OBO 1.4, section 5.9).
    ///
    /// `SYMP_0000001` is `SYMP:0000001`, `TEMP#_x` is `TEMP:x`, and `go#regulates` is `regulates`.
    private static func identifier(ofOBO local: Substring) -> String? {
        if let hash = local.firstIndex(of: "#") {
            let name = local[local.index(after: hash)...]
            guard !name.isEmpty else { return nil }
            guard name.first == "_" else { return String(name) }
            let inner = name.dropFirst()
            return inner.isEmpty ? nil : "\(local[..<hash]):\(inner)"
        }
        guard !local.contains("/") else { return nil }
        return parted(local)
    }

    /// `PREFIX:LOCAL` for `PREFIX_LOCAL`; `nil` if the text has no such parts.
    private static func parted(_ text: Substring) -> String? {
        guard let mark = text.lastIndex(of: "_") else { return nil }
        let local = text[text.index(after: mark)...]
        guard mark > text.startIndex, !local.isEmpty else { return nil }
        return "\(text[..<mark]):\(local)"
    }
}
