/// An identifier as people write it: with or without prefix, in any letter case, or as an address.
///
///     WrittenIdentifier("MESH:D003924")?.key                                // "mesh:d003924"
///     WrittenIdentifier("http://purl.obolibrary.org/obo/DOID_9351")?.key    // "doid:9351"
///     WrittenIdentifier("D003924")?.key                                     // "mesh:d003924"
///     WrittenIdentifier("Asthma")                                           // nil
package struct WrittenIdentifier: Hashable, Sendable {
    /// Prefix and local part in small letters, such as `mesh:d003924`; without a prefix the local
    /// part alone.
    package let key: String
    /// Whether the text says by itself which collection is meant.
    package let hasPrefix: Bool

    /// Reads a text that may be an identifier; `nil` if it has not the shape of one.
    package init?(_ text: String) {
        var text = Self.trimmed(text[...])
        if let local = Self.local(ofAddress: text) { text = local }
        // CTD writes “DO:DOID:9351”.
        if let inner = Self.afterPrefix("do:", of: text), inner.lowercased().hasPrefix("doid") {
            text = inner
        }
        guard !text.isEmpty, text.utf8.count <= Self.longest,
            !text.contains(where: { $0.isWhitespace })
        else { return nil }
        if text.first == "#" { text = text.dropFirst() }
        if let parts = Self.parts(of: text) {
            key = parts.prefix + ":" + Self.local(parts.local, of: parts.prefix)
            hasPrefix = true
            return
        }
        let small = text.lowercased()
        if Self.isMeSH(small) {
            key = "mesh:" + small
            hasPrefix = true
        } else {
            guard small.contains(where: \.isNumber) else { return nil }
            key = small
            hasPrefix = false
        }
    }

    private static let longest = 200

    /// A bare number of OMIM: six digits.
    var isBareOMIM: Bool { !hasPrefix && key.utf8.count == 6 && key.allSatisfy(\.isNumber) }

    /// Prefix and local part, parted by a colon or, as in files of OBO, by an underscore.
    private static func parts(of text: Substring) -> (prefix: String, local: Substring)? {
        guard let mark = text.firstIndex(where: { $0 == ":" || $0 == "_" }) else { return nil }
        let local = text[text.index(after: mark)...]
        var prefix = text[..<mark].lowercased()
        guard !prefix.isEmpty, !local.isEmpty,
            prefix.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".") }),
            prefix.first?.isLetter == true, local.contains(where: \.isNumber)
        else { return nil }
        // “MESH:MESH_D003924” and the like repeat the prefix.
        if let inner = parts(of: local),
            names[inner.prefix] ?? inner.prefix == names[prefix] ?? prefix
        {
            return inner
        }
        prefix = names[prefix] ?? prefix
        return (prefix, local)
    }

    private static func local(_ local: Substring, of prefix: String) -> String {
        local.lowercased()
    }

    /// Other names of a prefix.
    private static let names = [
        "msh": "mesh", "mim": "omim", "do": "doid", "omimps": "omim", "hpo": "hp",
        "orpha": "orphanet", "ordo": "orphanet",
    ]

    /// NLM's identifiers of descriptors and supplementary records.
    private static func isMeSH(_ text: String) -> Bool {
        let digits = text.dropFirst()
        guard let first = text.first, first == "d" || first == "c" else { return false }
        return (6...9).contains(digits.utf8.count)
            && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// The identifier within an address on the web; `nil` if the text is no address.
    private static func local(ofAddress text: Substring) -> Substring? {
        let small = text.lowercased()
        guard let scheme = ["https://", "http://"].first(where: small.hasPrefix) else {
            return nil
        }
        var rest = text.dropFirst(scheme.count)
        let host = rest.prefix { $0 != "/" }.lowercased()
        while rest.last == "/" { rest = rest.dropLast() }
        if let equals = rest.lastIndex(of: "="), rest.contains("?") {
            return rest[rest.index(after: equals)...]
        }
        let steps = rest.split { $0 == "/" || $0 == "#" }
        guard steps.count > 1, var last = steps.last else { return text }
        if last.hasSuffix(".html") { last = last.dropLast(5) }
        if host.hasSuffix("omim.org"), last.allSatisfy(\.isNumber) { return "omim:" + last }
        // “identifiers.org/doid/9351” has the prefix as a step of its own.
        if last.contains(where: { $0 == ":" || $0 == "_" }) || isMeSH(last.lowercased()) {
            return last
        }
        return steps.count > 2 ? steps[steps.count - 2] + ":" + last : last
    }

    private static func afterPrefix(_ prefix: String, of text: Substring) -> Substring? {
        text.lowercased().hasPrefix(prefix) ? text.dropFirst(prefix.count) : nil
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let first = text.first, first.isWhitespace || first == "<" { text = text.dropFirst() }
        while let last = text.last, last.isWhitespace || last == ">" { text = text.dropLast() }
        // “OMIM: 143100” and “OMIM 143100”.
        let words = text.split { $0.isWhitespace }
        if words.count == 2, words[1].contains(where: \.isNumber) {
            let prefix =
                words[0].last == ":" || words[0].last == "#" ? words[0].dropLast() : words[0]
            let name = prefix.lowercased()
            if ["mesh", "omim", "mim", "doid", "mondo", "orpha", "hp"].contains(name) {
                return prefix + ":" + words[1].drop { $0 == "#" }
            }
        }
        return text
    }
}
