package import Taxonomy

/// MeSH identifiers as NLM spells them (`D006333`) and as CTD does (`MESH:D006333`).
package enum MeSHIdentifier {
    private static let prefix = "MESH:"

    /// The concept with this identifier in either spelling; `nil` if there is none.
    package static func index(of identifier: String, in taxonomy: Taxonomy) -> Concept.Index? {
        if let index = taxonomy.index(ofIdentifier: identifier) { return index }
        let upper = identifier.uppercased()
        let other =
            upper.hasPrefix(prefix) ? String(upper.dropFirst(prefix.count)) : prefix + upper
        return taxonomy.index(ofIdentifier: other) ?? taxonomy.index(ofIdentifier: upper)
    }
}
