import Synchronization

/// Finds concepts by any identifier that they have, however it is written.
///
/// Built on first use, in some hundredths of a second for MEDIC. The vocabulary's own identifiers
/// count before alternative ones, and those before tree numbers.
final class IdentifierIndex: Sendable {
    private let tables = Mutex<Tables?>(nil)

    private struct Tables {
        var own: [String: [Concept.Index]] = [:]
        var alternative: [String: [Concept.Index]] = [:]
        var treeNumbers: [String: [Concept.Index]] = [:]
    }

    /// The concepts with this identifier; several if it is an alternative one of several.
    func indices(of text: String, in concepts: [Concept], isBeside: Bool) -> [Concept.Index] {
        let written = WrittenIdentifier(text)
        let small = text.lowercased()
        return tables.withLock { tables in
            let made = tables ?? Self.tables(of: concepts)
            tables = made
            if let found = made.own[small] { return found }
            guard let written else { return [] }
            if let found = made.own[written.key] ?? made.alternative[written.key] { return found }
            // NLM writes `D006333` and CTD `MESH:D006333`, also in extracts with shorter numbers.
            let isMeSH = written.key.hasPrefix("mesh:")
            let other = isMeSH ? String(written.key.dropFirst(5)) : "mesh:" + written.key
            if isMeSH || !written.hasPrefix, let found = made.own[other] { return found }
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

    private static func tables(of concepts: [Concept]) -> Tables {
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
        for (index, concept) in concepts.enumerated() {
            let own = concept.identifier
            add(index, own.lowercased(), to: \.own)
            if let key = WrittenIdentifier(own)?.key { add(index, key, to: \.own) }
            for other in concept.alternativeIdentifiers {
                if let key = WrittenIdentifier(other)?.key { add(index, key, to: \.alternative) }
            }
            for number in concept.treeNumbers { add(index, number.lowercased(), to: \.treeNumbers) }
        }
        return tables
    }
}
