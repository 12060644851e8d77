package import Taxonomy

/// All terms of a taxonomy as byte strings in flat arrays, for fast comparison.
///
/// Terms are stored consecutively, each concept's name before its synonyms. Keys are those of
/// `Term.key`. Names are also stored in natural order and lower case, because retrieval searches
/// for them within a query.
package struct Lexicon: Sendable {
    /// The concept of each term, `[T]`.
    package let concepts: [Int32]
    /// Offset of each term's key in ``keys``, `[T + 1]`.
    package let starts: [Int32]
    /// UTF-8 of all keys, concatenated without separators.
    package let keys: [UInt8]
    /// Index of the first term of each concept, which is its name, `[C + 1]`.
    package let firstTerms: [Int32]
    /// Offset of each concept's natural name in ``naturals``, `[C + 1]`.
    package let naturalStarts: [Int32]
    /// UTF-8 of all names in natural order and lower case, concatenated.
    package let naturals: [UInt8]

    package init(_ taxonomy: Taxonomy) {
        var concepts: [Int32] = []
        var starts: [Int32] = [0]
        var keys: [UInt8] = []
        var firstTerms: [Int32] = []
        var naturalStarts: [Int32] = [0]
        var naturals: [UInt8] = []
        firstTerms.reserveCapacity(taxonomy.concepts.count + 1)
        for (index, concept) in taxonomy.concepts.enumerated() {
            firstTerms.append(Int32(concepts.count))
            naturals.append(contentsOf: Lexicon.lowered(Term.natural(concept.name)))
            naturalStarts.append(Int32(naturals.count))
            for position in 0...concept.synonyms.count {
                let term = position == 0 ? concept.name : concept.synonyms[position - 1]
                concepts.append(Int32(index))
                keys.append(contentsOf: Term.key(term).utf8)
                starts.append(Int32(keys.count))
            }
        }
        firstTerms.append(Int32(concepts.count))
        self.concepts = concepts
        self.starts = starts
        self.keys = keys
        self.firstTerms = firstTerms
        self.naturalStarts = naturalStarts
        self.naturals = naturals
    }

    package var termCount: Int { concepts.count }

    /// The key of a term.
    package func key(_ term: Int) -> ArraySlice<UInt8> {
        keys[Int(starts[term])..<Int(starts[term + 1])]
    }

    /// Finds the concepts whose natural name occurs within `text`; both are in lower case.
    ///
    /// - Parameter text: UTF-8 as returned by ``lowered(_:)``.
    /// - Returns: The concepts, ascending.
    package func conceptsNamed(within text: [UInt8]) -> [Int] {
        var found: [Int] = []
        text.withUnsafeBufferPointer { text in
            naturals.withUnsafeBufferPointer { naturals in
                for concept in 0..<(naturalStarts.count - 1) {
                    let start = Int(naturalStarts[concept])
                    let end = Int(naturalStarts[concept + 1])
                    guard end > start, end - start <= text.count else { continue }
                    let name = UnsafeBufferPointer(rebasing: naturals[start..<end])
                    if Self.contains(text, name) { found.append(concept) }
                }
            }
        }
        return found
    }

    /// The name of a concept in natural order and lower case.
    package func natural(_ concept: Int) -> ArraySlice<UInt8> {
        naturals[Int(naturalStarts[concept])..<Int(naturalStarts[concept + 1])]
    }

    /// The text in lower case, as UTF-8.
    package static func lowered(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        guard bytes.allSatisfy({ $0 < 0x80 }) else { return Array(text.lowercased().utf8) }
        return bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    }

    private static func contains(
        _ text: UnsafeBufferPointer<UInt8>,
        _ part: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        var start = 0
        while start + part.count <= text.count {
            var length = 0
            while length < part.count, text[start + length] == part[length] { length += 1 }
            if length == part.count { return true }
            start += 1
        }
        return false
    }
}
