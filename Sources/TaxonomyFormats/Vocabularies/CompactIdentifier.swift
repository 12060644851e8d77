/// Shortens the addresses (IRIs) of classes to identifiers with a prefix, as curators write them.
///
///     CompactIdentifier().compact("http://purl.obolibrary.org/obo/SYMP_0000001")  // SYMP:0000001
///     CompactIdentifier().compact("http://edamontology.org/data_0006")            // EDAM_data:0006
///     CompactIdentifier().compact("http://example.org/a")                         // unchanged
///
/// An address of no known or declared space stays as it is. Works on bytes, because large files hold
/// millions of addresses.
struct CompactIdentifier {
    private typealias Bytes = UnsafeBufferPointer<UInt8>

    private static let colon = UInt8(ascii: ":")
    private static let hash = UInt8(ascii: "#")
    private static let slash = UInt8(ascii: "/")
    private static let underscore = UInt8(ascii: "_")

    private static let http = Array("http://".utf8)
    private static let https = Array("https://".utf8)
    private static let obo = Array("purl.obolibrary.org/obo/".utf8)
    /// Spaces whose local parts are `PREFIX_NUMBER`, or to which a prefix belongs.
    private static let known: [(space: [UInt8], prefix: String)] = [
        ("edamontology.org/", "EDAM_"), ("www.ebi.ac.uk/efo/", ""), ("www.orpha.net/ORDO/", ""),
        ("id.nlm.nih.gov/mesh/", "MESH:"),
    ].map { (Array($0.utf8), $1) }

    /// Declared spaces, the longest first.
    private var declared: [(space: [UInt8], prefix: String)] = []

    init() {}

    /// Takes a prefix that the file declares, such as `dc` for `http://purl.org/dc/elements/1.1/`.
    ///
    /// An empty prefix, or one with a character that would make the identifier ambiguous, counts
    /// for nothing.
    mutating func declare(_ prefix: String, for space: String) {
        let space = Array(space.utf8)
        guard !prefix.isEmpty, !space.isEmpty, declared.count < 1_000,
            !prefix.contains(where: { $0 == ":" || $0 == "/" || $0.isWhitespace }),
            !declared.contains(where: { $0.space == space })
        else { return }
        let place = declared.firstIndex { $0.space.count < space.count }
        declared.insert((space, prefix), at: place ?? declared.count)
    }

    /// The identifier with prefix for an address; the text itself if it is none or of no known space.
    func compact(_ address: String) -> String {
        var text = address
        return text.withUTF8 { identifier(for: $0) } ?? address
    }

    private func identifier(for address: Bytes) -> String? {
        guard let rest = Self.afterScheme(address) else { return nil }
        if let local = Self.rest(of: rest, behind: Self.obo) {
            return Self.identifier(ofOBO: local)
        }
        for (space, prefix) in Self.known {
            guard let local = Self.rest(of: rest, behind: space), Self.isPlain(local) else {
                continue
            }
            if prefix.utf8.last == Self.colon { return prefix + Self.text(local) }
            return Self.parted(local).map { prefix + $0 }
        }
        for (space, prefix) in declared {
            guard let local = Self.rest(of: address, behind: space), Self.isPlain(local) else {
                continue
            }
            return "\(prefix):\(Self.text(local))"
        }
        return nil
    }

    /// The part of an identifier that says which collection it belongs to: `CL` of `CL:0000001`, the
    /// address without its last step of an address; empty if it has none.
    static func prefix(of identifier: String) -> Substring {
        let utf8 = identifier.utf8
        guard let colon = utf8.firstIndex(of: Self.colon) else { return "" }
        if utf8[colon...].starts(with: [Self.colon, slash, slash]) {
            let end = utf8.lastIndex { $0 == slash || $0 == hash } ?? colon
            return identifier[...end]
        }
        return identifier[..<colon]
    }

    /// What stands behind `http://` or `https://`; `nil` if the text does not begin so.
    private static func afterScheme(_ address: Bytes) -> Bytes? {
        rest(of: address, behind: http) ?? rest(of: address, behind: https)
    }

    private static func rest(of bytes: Bytes, behind space: [UInt8]) -> Bytes? {
        guard bytes.count >= space.count, bytes.starts(with: space) else { return nil }
        return Bytes(rebasing: bytes[space.count...])
    }

    /// Whether a local part can stand behind a prefix.
    private static func isPlain(_ local: Bytes) -> Bool {
        !local.isEmpty && !local.contains { $0 == slash || $0 == hash || $0 <= 0x20 }
    }

    private static func text(_ bytes: Bytes) -> String { String(decoding: bytes, as: UTF8.self) }

    /// The identifier for what stands behind the address of OBO (OBO 1.4, section 5.9).
    ///
    /// `SYMP_0000001` is `SYMP:0000001`, `TEMP#_x` is `TEMP:x`, and `go#regulates` is `regulates`.
    private static func identifier(ofOBO local: Bytes) -> String? {
        if let mark = local.firstIndex(of: hash) {
            let name = Bytes(rebasing: local[(mark + 1)...])
            guard name.first == underscore else { return name.isEmpty ? nil : text(name) }
            let prefix = Bytes(rebasing: local[..<mark])
            return name.count > 1 ? "\(text(prefix)):\(text(name).dropFirst())" : nil
        }
        return local.contains(slash) ? nil : parted(local)
    }

    /// `PREFIX:LOCAL` for `PREFIX_LOCAL`; `nil` if the text has no such parts.
    private static func parted(_ bytes: Bytes) -> String? {
        guard let mark = bytes.lastIndex(of: underscore), mark > 0, mark + 1 < bytes.count else {
            return nil
        }
        return String(unsafeUninitializedCapacity: bytes.count) { output in
            _ = output.initialize(from: bytes)
            output[mark] = colon
            return bytes.count
        }
    }
}
