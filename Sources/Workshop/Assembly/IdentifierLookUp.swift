package import Contract
package import Jobs
package import Settings
package import Taxonomy
package import TaxonomyFormats

extension Configuration {
    /// The ranges of identifiers for accepted terms, by the vocabulary's name.
    ///
    /// - Returns: What gives the range of a vocabulary, or `nil` if it has none.
    /// - Throws: `CommandError` if a configured range is none.
    package func identifierRanges() throws(CommandError)
        -> @Sendable (_ vocabulary: String) -> IdentifierRange?
    {
        for (name, values) in vocabularies {
            guard let identifiers = values.identifiers else { continue }
            do { _ = try identifiers.range() } catch {
                throw .misconfigured("“vocabularies.\(name).identifiers”: \(error)")
            }
        }
        return { name in
            vocabulary(named: name).identifiers.flatMap { try? $0.range() }
        }
    }
}

extension UsedIdentifiers {
    /// Looks up which identifiers the concepts of a vocabulary have, in all stored versions, also
    /// alternative ones and those of obsolete concepts.
    ///
    /// - Parameters:
    ///   - vocabulary: The vocabulary's name.
    ///   - store: Where its versions are.
    ///   - versions: The versions that the ledger knows.
    ///   - range: The range of which used numbers are wanted.
    ///   - own: Identifiers that a file gives to new terms.
    /// - Throws: `SubmissionError` if a version cannot be read.
    package init(
        of vocabulary: String,
        in store: TaxonomyStore,
        versions: Set<String>,
        range: IdentifierRange?,
        own: [Curie]
    ) throws(SubmissionError) {
        self.init(versions: versions, range: range)
        if range == nil, own.isEmpty { return }
        let wanted = Set(own.map(\.key))
        let prefix = range?.prefix.lowercased()
        var numbers: Set<Int> = []
        func note(_ text: String) {
            guard let curie = Curie(text) else { return }
            if wanted.contains(curie.key) { self.own.insert(curie.key) }
            guard let range, let number = curie.number, (range.first...range.last).contains(number),
                curie.prefix.lowercased() == prefix
            else { return }
            numbers.insert(number)
        }
        for info in try store.loaded() where info.name.lowercased() == vocabulary.lowercased() {
            let taxonomy = try store.open(version: info.version).taxonomy
            for concept in taxonomy.concepts {
                note(concept.identifier)
                concept.alternativeIdentifiers.forEach(note)
            }
            for concept in taxonomy.obsolete { note(concept.identifier) }
            self.versions.insert(info.version)
        }
        self.numbers = NumberSet(numbers)
    }
}

extension Taxonomy {
    /// What is wrong with an identifier that somebody names as a parent.
    package enum ParentFault: Error, Hashable, Sendable {
        case unknown
        /// It is the name of concepts with these identifiers.
        case name([String])
        /// Several concepts have it.
        case several([String])
        /// The concept is obsolete; these replace it, or are to be considered.
        case obsolete([String])
    }

    /// The identifier, spelled as in the vocabulary, of the concept that somebody names as a parent.
    package func parent(named text: String) throws(ParentFault) -> String {
        let found = indices(ofAnyIdentifier: text).map { concepts[$0].identifier }
        if found.count == 1 { return found[0] }
        if found.count > 1 { throw .several(found) }
        let key = Curie(text)?.key ?? text.lowercased()
        if let old = obsolete.first(where: { Curie($0.identifier)?.key == key }) {
            throw .obsolete(old.replacedBy.isEmpty ? old.consider : old.replacedBy)
        }
        let named = indices(ofTerm: text).map { concepts[$0].identifier }
        throw named.isEmpty ? .unknown : .name(named)
    }
}
