import Contract
import Taxonomy

/// New terms of one file that are probably the same, by the rules of ``NameIndex``: one name, a
/// synonym of the other, another spelling, a misspelling.
struct BatchDuplicates {
    /// For each term the positions of those that are probably the same, ascending.
    let all: [[Int]]
    /// The same without those of which only a synonym says so: “oil refinery” may be a synonym of
    /// “petroleum oil refinery” and its parent as well.
    let equal: [[Int]]

    /// Maximum number of terms that are told for one.
    private static let most = 8

    /// Compares the terms.
    ///
    /// The names are looked up among those of the vocabulary, too, because only there it shows
    /// whether a word is a misspelled one or another word.
    ///
    /// - Parameters:
    ///   - terms: The new terms.
    ///   - names: What names mean in the vocabulary.
    ///   - isHidden: Whether a concept may not be seen.
    init(
        of terms: [Query.BatchTerm],
        beside names: NameIndex,
        excluding isHidden: @Sendable (Concept.Index) -> Bool
    ) {
        var all = terms.map { _ in Set<Int>() }
        var equal = all
        func join(_ places: [Int]) {
            let first = places.prefix(Self.most + 1)
            for place in places {
                equal[place].formUnion(first.filter { $0 != place })
                all[place].formUnion(first.filter { $0 != place })
            }
        }
        // A file may hold the same line fifty thousand times: each name is looked up once.
        let groups = Dictionary(grouping: terms.indices) { Term.key(terms[$0].name) }
        for places in groups.values where places.count > 1 { join(places) }
        let identified = Dictionary(grouping: terms.indices) { terms[$0].identifier.lowercased() }
        for places in identified.values where places.count > 1 { join(places) }
        let single = groups.values.map { $0[0] }.sorted()
        for (place, found) in zip(single, Self.found(single, terms, names, isHidden)) {
            for (other, isName) in found where other != place {
                for (one, two) in [(place, other), (other, place)] {
                    if all[one].count < Self.most { all[one].insert(two) }
                    if isName, equal[one].count < Self.most { equal[one].insert(two) }
                }
            }
        }
        self.all = all.map { $0.sorted() }
        self.equal = equal.map { $0.sorted() }
    }

    /// For each of the single terms the others that its name means.
    private static func found(
        _ single: [Int],
        _ terms: [Query.BatchTerm],
        _ names: NameIndex,
        _ isHidden: @Sendable (Concept.Index) -> Bool
    ) -> [[(place: Int, isName: Bool)]] {
        let known = names.taxonomy.concepts
        // No identifier that the vocabulary may have begins with a control character.
        let added = single.map { place in
            Concept(
                identifier: "\u{1}\(place)",
                name: terms[place].name,
                synonyms: terms[place].synonyms
            )
        }
        let concepts = known + added
        guard
            single.count > 1,
            let both = try? Taxonomy(concepts: concepts, parents: concepts.map { _ in [] })
        else { return single.map { _ in [] } }
        let index = NameIndex(both)
        return parallelMap(single.count) { position in
            let own = known.count + position
            let found = index.match(terms[single[position]].name) {
                $0 == own || $0 < known.count && isHidden($0)
            }
            let isAmbiguous = found.match.kind == .ambiguous
            let others = found.index == nil && !isAmbiguous ? [] : found.match.candidates ?? []
            let further = others.prefix(most).compactMap {
                both.index(ofIdentifier: $0.identifier)
            }
            return ([found.index].compactMap(\.self) + further)
                .filter { $0 >= known.count }
                .map { (single[$0 - known.count], $0 == found.index ? found.isName : isAmbiguous) }
        }
    }
}
