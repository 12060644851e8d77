import Synchronization

/// Finds concepts by any identifier that they have, however it is written.
///
/// Built on first use, in some hundredths of a second for MEDIC. The vocabulary's own identifiers
/// count before alternative ones, then those of obsolete concepts, cross references to other
/// collections, and tree numbers.
final class IdentifierIndex: Sendable {
    private let tables = Mutex<Tables?>(nil)

    private struct Tables {
        var own: [String: [Concept.Index]] = [:]
        var alternative: [String: [Concept.Index]] = [:]
        var treeNumbers: [String: [Concept.Index]] = [:]
        var crossReferences: [String: [Concept.Index]] = [:]
        /// Positions in ``Taxonomy/obsolete``.
        var obsolete: [String: Int] = [:]
    }

    /// The concepts with this identifier; several if it is an alternative one of several, or a cross
    /// reference.
    func indices(of text: String, in taxonomy: Taxonomy, isBeside: Bool) -> [Concept.Index] {
        let written = WrittenIdentifier(text)
        let small = text.lowercased()
        return tables.withLock { tables in
            let made = tables ?? Self.tables(of: taxonomy)
            tables = made
            if let found = made.own[small] { return found }
            guard let written else { return [] }
            if let found = made.own[written.key] ?? made.alternative[written.key] { return found }
            // NLM writes `D006333` and CTD `MESH:D006333`, also in extracts with shorter numbers.
            let isMeSH = written.key.hasPrefix("mesh:")
            let other = isMeSH ? String(written.key.dropFirst(5)) : "mesh:" + written.key
            if isMeSH || !written.hasPrefix, let found = made.own[other] { return found }
            // The identifier of an obsolete concept is no longer that of a current one.
            if made.obsolete[small] != nil || made.obsolete[written.key] != nil { return [] }
            if let found = made.crossReferences[written.key] { return found }
            // Numbers of other collections have these shapes too: “C34” is a code of ICD-10.
            if !isBeside, written.isBareOMIM {
                let key = "omim:" + written.key
                if let found = made.own[key] ?? made.alternative[key] { return found }
            }
            let isPlain = !written.key.contains(".")
            if isBeside, isPlain { return [] }
            return made.treeNumbers[written.key] ?? []
        }
    }

    /// The position of the obsolete concept with this identifier; `nil` if there is none, or a
    /// current one has it.
    func obsolete(of text: String, in taxonomy: Taxonomy) -> Int? {
        guard !taxonomy.obsolete.isEmpty, indices(of: text, in: taxonomy, isBeside: false).isEmpty
        else { return nil }
        return tables.withLock { tables in
            let made = tables ?? Self.tables(of: taxonomy)
            return made.obsolete[text.lowercased()]
                ?? WrittenIdentifier(text).flatMap { made.obsolete[$0.key] }
        }
    }

    private static func tables(of taxonomy: Taxonomy) -> Tables {
        var tables = Tables()
        func add(
            _ index: Concept.Index,
            _ key: String,
            to table: WritableKeyPath<Tables, [String: [Concept.Index]]>
        ) {
            if tables[keyPath: table][key]?.contains(index) != true {
                tables[keyPath: table][key, default: []].append(index)
            }
        }
        for (index, concept) in taxonomy.concepts.enumerated() {
            let own = concept.identifier
            add(index, own.lowercased(), to: \.own)
            if let key = WrittenIdentifier(own)?.key { add(index, key, to: \.own) }
            for other in concept.alternativeIdentifiers {
                if let key = WrittenIdentifier(other)?.key { add(index, key, to: \.alternative) }
            }
            for number in concept.treeNumbers { add(index, number.lowercased(), to: \.treeNumbers) }
            for other in concept.crossReferences {
                // Without a prefix it would mean any collection.
                guard let written = WrittenIdentifier(other), written.key.contains(":") else {
                    continue
                }
                add(index, written.key, to: \.crossReferences)
            }
        }
        for (position, concept) in taxonomy.obsolete.enumerated() {
            let own = concept.identifier
            for key in [own.lowercased()] + [WrittenIdentifier(own)?.key].compactMap(\.self)
            where tables.obsolete[key] == nil {
                tables.obsolete[key] = position
            }
        }
        return tables
    }
}

extension Taxonomy {
    /// The obsolete concept with this identifier, however it is written; `nil` if there is none, or
    /// a current concept has it.
    package func obsolete(ofAnyIdentifier identifier: String) -> ObsoleteConcept? {
        guard index(ofIdentifier: identifier) == nil else { return nil }
        return identifiers.obsolete(of: identifier, in: self).map { obsolete[$0] }
    }
}
