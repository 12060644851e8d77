import Contract
package import Taxonomy

/// The names by which a concept is not called itself: loose synonyms, and those of concepts that
/// are obsolete.
struct LooseNames: Sendable {
    struct Synonym: Sendable {
        let index: Concept.Index
        let scope: Concept.LooseSynonym.Scope
    }

    let synonyms: [Synonym]
    let synonymTable: NameTable
    let obsoleteTable: NameTable

    init(_ taxonomy: Taxonomy) {
        var synonyms: [Synonym] = []
        var synonymTable = NameTable()
        for (index, concept) in taxonomy.concepts.enumerated() {
            for loose in concept.looseSynonyms {
                synonymTable.add(loose.text, of: synonyms.count)
                synonyms.append(Synonym(index: index, scope: loose.scope))
            }
        }
        var obsoleteTable = NameTable()
        for (number, concept) in taxonomy.obsolete.enumerated() {
            for name in Self.names(of: concept) { obsoleteTable.add(name, of: number) }
        }
        self.synonyms = synonyms
        self.synonymTable = synonymTable
        self.obsoleteTable = obsoleteTable
    }

    /// The name of an obsolete concept, and the one that it had before: “obsolete fever” was “fever”.
    private static func names(of concept: ObsoleteConcept) -> [String] {
        let small = concept.name.lowercased()
        for mark in ["obsolete ", "obsolete_", "obsolete: ", "deprecated "]
        where small.hasPrefix(mark) {
            return [concept.name, String(concept.name.dropFirst(mark.count))]
        }
        return [concept.name]
    }
}

extension NameIndex {
    /// A concept of which a name is a narrower, broader or related synonym.
    package struct Hint: Hashable, Sendable {
        package let index: Concept.Index
        package let scope: Concept.LooseSynonym.Scope
    }

    /// The visible concepts that have the name as a loose synonym, narrower synonyms first.
    func hints(
        _ readings: NameReadings,
        _ isHidden: (Concept.Index) -> Bool
    ) -> [Hint] {
        let found = loose.synonymTable.numbers(of: readings).map { loose.synonyms[$0] }
            .filter { !isHidden($0.index) }
        var seen = Set<Concept.Index>()
        return Concept.LooseSynonym.Scope.allCases.flatMap { scope in
            found.filter { $0.scope == scope && seen.insert($0.index).inserted }
                .map { Hint(index: $0.index, scope: scope) }
        }
    }

    /// What obsolete concepts have become: the one concept that replaces them is taken.
    func retired(
        _ obsolete: [ObsoleteConcept],
        _ given: String,
        _ identifier: String?,
        _ isHidden: (Concept.Index) -> Bool
    ) -> Resolution {
        let replacing = taxonomy.replacements(of: obsolete).filter { !isHidden($0) }
        var resolution: Resolution
        if replacing.count == 1 {
            resolution = taken(replacing[0], .replaced, true, given, identifier)
        } else {
            let considered = taxonomy.considered(insteadOf: obsolete)
                .filter { !isHidden($0) && !replacing.contains($0) }
            resolution = untaken(replacing + considered, .obsolete, given, identifier)
        }
        resolution.obsolete = obsolete.first
        return resolution
    }
}

extension Taxonomy {
    /// The concepts that replace obsolete ones, also by way of others that are obsolete; each once.
    fileprivate func replacements(of obsolete: [ObsoleteConcept]) -> [Concept.Index] {
        current(obsolete) { $0.replacedBy }
    }

    /// The concepts that the source says to consider instead of obsolete ones; each once.
    fileprivate func considered(insteadOf obsolete: [ObsoleteConcept]) -> [Concept.Index] {
        current(obsolete) { $0.replacedBy + $0.consider }
    }

    /// The concepts that are reached from obsolete ones.
    private func current(
        _ obsolete: [ObsoleteConcept],
        _ next: (ObsoleteConcept) -> [String]
    ) -> [Concept.Index] {
        var found: [Concept.Index] = []
        var seen = Set(obsolete.map(\.identifier))
        var open = obsolete.flatMap(next)[...]
        while let identifier = open.popFirst() {
            let indices = indices(ofAnyIdentifier: identifier)
            found += indices.filter { !found.contains($0) }
            guard indices.isEmpty, let other = self.obsolete(ofAnyIdentifier: identifier),
                seen.insert(other.identifier).inserted
            else { continue }
            open += next(other)
        }
        return found
    }
}
