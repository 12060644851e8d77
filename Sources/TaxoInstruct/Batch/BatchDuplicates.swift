import Contract
import Taxonomy

/// Finds new terms of one file that are probably the same, by the rules of ``NameIndex``: one name,
/// a synonym of the other, another spelling, a misspelling.
enum BatchDuplicates {
    /// For each term the positions of those that are probably the same, ascending.
    ///
    /// The names are looked up among those of the vocabulary, too, because only there it shows
    /// whether a word is a misspelled one or another word.
    static func groups(
        of terms: [Query.BatchTerm],
        beside names: NameIndex,
        excluding isHidden: @Sendable (Concept.Index) -> Bool
    ) -> [[Int]] {
        guard terms.count > 1 else { return terms.map { _ in [] } }
        let known = names.taxonomy.concepts
        // No identifier that the vocabulary may have begins with a control character.
        let added = terms.indices.map { place in
            Concept(
                identifier: "\u{1}\(place)",
                name: terms[place].name,
                synonyms: terms[place].synonyms
            )
        }
        guard
            let both = try? Taxonomy(
                concepts: known + added,
                parents: (known + added).map { _ in [] }
            )
        else { return terms.map { _ in [] } }
        let index = NameIndex(both)
        let found = parallelMap(terms.count) { place -> [Int] in
            let own = known.count + place
            let found = index.match(terms[place].name) {
                $0 == own || $0 < known.count && isHidden($0)
            }
            let candidates = found.match.candidates ?? []
            let meant =
                [found.index].compactMap(\.self)
                + (found.index == nil && found.match.kind != .ambiguous ? [] : candidates)
                .compactMap { both.index(ofIdentifier: $0.identifier) }
            return meant.filter { $0 >= known.count }.map { $0 - known.count }
        }
        var groups = terms.map { _ in Set<Int>() }
        for same in Dictionary(grouping: terms.indices, by: { terms[$0].identifier.lowercased() })
            .values
        {
            for place in same { groups[place].formUnion(same.filter { $0 != place }) }
        }
        for (place, others) in found.enumerated() {
            for other in others where other != place {
                groups[place].insert(other)
                groups[other].insert(place)
            }
        }
        return groups.map { $0.sorted() }
    }
}
