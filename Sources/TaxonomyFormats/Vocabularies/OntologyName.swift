/// The short name of an ontology in what it calls itself.
enum OntologyName {
    private static let obo = "purl.obolibrary.org/obo/"
    private static let endings: Set<Substring> = [
        "owl", "obo", "json", "ttl", "rdf", "xml", "ofn", "omn", "owx", "nt", "skos",
    ]

    /// The name in an ontology's address or in the tag `ontology` of OBO, such as `cl` in
    /// `cl/cl-basic` and in `http://purl.obolibrary.org/obo/cl/cl-basic.owl`; `nil` if there is none.
    ///
    /// OBO puts the name first and what is made of it behind; other addresses end with it.
    static func short(_ declared: String) -> String? {
        var text = Text.clean(declared)[...]
        var isOBO = true
        for scheme in ["http://", "https://"] where text.hasPrefix(scheme) {
            text = text.dropFirst(scheme.count)
            isOBO = text.hasPrefix(obo)
            text = isOBO ? text.dropFirst(obo.count) : text.drop { $0 != "/" }
        }
        let steps = text.split { $0 == "/" || $0 == "#" }
            .filter { $0.first?.isNumber == false }
        guard var name = isOBO ? steps.first : steps.last else { return nil }
        while let dot = name.lastIndex(of: "."),
            endings.contains(name[name.index(after: dot)...].lowercased()[...])
        { name = name[..<dot] }
        let isPlain = name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF)
                || byte == 0x2D || byte == 0x2E || byte == 0x5F
        }
        guard isPlain, !name.isEmpty, name.utf8.count <= 100, name.first?.isLetter == true else {
            return nil
        }
        return String(name)
    }
}
