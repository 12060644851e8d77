/// Finds the name that an ontology or thesaurus gives itself in its address.
///
///     http://purl.obolibrary.org/obo/symp.owl            symp
///     http://purl.obolibrary.org/obo/cl/cl-basic.owl     cl
///     http://snomed.info/sct/900000000000207008          sct
///     http://www.orpha.net/version4.2                    orpha
enum DeclaredName {
    private static let endings: Set<Substring> = [
        "owl", "rdf", "ttl", "obo", "json", "nt", "xml", "skos", "ofn", "omn",
    ]

    /// The name; `nil` if the address gives none.
    static func of(_ address: String?) -> String? {
        guard let address, let mark = address.firstRange(of: "://") else { return nil }
        let parts = address[mark.upperBound...].split { $0 == "/" || $0 == "#" || $0 == "?" }
        guard let host = parts.first else { return nil }
        let path = parts.dropFirst()
        if host == "purl.obolibrary.org", path.first == "obo", path.count > 1 {
            return name(path[path.startIndex + 1])
        }
        for part in path.reversed() {
            if let name = name(part) { return name }
        }
        let labels = host.prefix { $0 != ":" }.split(separator: ".").drop { $0 == "www" }
        return labels.count > 1 ? name(labels[labels.endIndex - 2]) : nil
    }

    /// The part of an address without its ending; `nil` for numbers, dates and versions.
    private static func name(_ part: Substring) -> String? {
        var part = part
        if let dot = part.lastIndex(of: "."), endings.contains(part[part.index(after: dot)...]) {
            part = part[..<dot]
        }
        let isVersion = part.wholeMatch(of: /(?:v|version|release)?[\d.\-_]*/.ignoresCase()) != nil
        let isPlain = part.allSatisfy {
            $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0))
        }
        return isVersion || !isPlain || part.utf8.count > 60 ? nil : String(part)
    }
}
