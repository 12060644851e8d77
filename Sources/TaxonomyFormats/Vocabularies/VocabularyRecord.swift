import Taxonomy

extension VocabularyBuilder {
    /// A record as it stands in the file, before any check.
    ///
    /// Lists stop growing at a length that no record of a real vocabulary has, which bounds the
    /// memory that a hostile record can take.
    struct Record {
        private static let longestList = 10_000
        private static let longestTreeNumber = 200

        var identifier = ""
        var name = ""
        var synonyms: [String] = []
        var definition: String?
        var treeNumbers: [String] = []
        var alternativeIdentifiers: [String] = []
        var parentIdentifiers: [String] = []
        var mappedTo: [String] = []
        var recordClass = 1
        var line = 0
        var looseSynonyms: [Concept.LooseSynonym] = []
        var crossReferences: [String] = []
        /// Targets of other relations than `is_a`, by the relation's identifier or name.
        var relations: [(relation: String, target: String)] = []
        var isObsolete = false
        var replacedBy: [String] = []
        var consider: [String] = []
        /// Whether the source calls the concept a root, so that it may lack parent and children.
        var isRoot = false
        /// The lines of ``parentIdentifiers``, as far as they are known.
        private(set) var parentLines: [Int] = []
        /// The place of the record among all of the file, counted from 1; the builder sets it.
        var ordinal = 0

        mutating func add(synonyms more: [String]) {
            synonyms += more.prefix(max(0, Self.longestList - synonyms.count))
        }

        mutating func add(synonym: String) {
            if synonyms.count < Self.longestList { synonyms.append(synonym) }
        }

        mutating func add(parents more: [String]) {
            parentIdentifiers += more.prefix(max(0, Self.longestList - parentIdentifiers.count))
        }

        mutating func add(parent: String, line: Int) {
            guard parentIdentifiers.count < Self.longestList else { return }
            while parentLines.count < parentIdentifiers.count { parentLines.append(self.line) }
            parentIdentifiers.append(parent)
            parentLines.append(line)
        }

        mutating func add(alternativeIdentifiers more: [String]) {
            let room = max(0, Self.longestList - alternativeIdentifiers.count)
            alternativeIdentifiers += more.prefix(room)
        }

        mutating func add(treeNumbers more: [String]) {
            // Climbing up from a tree number takes time quadratic in its length.
            let short = more.filter { !$0.isEmpty && $0.utf8.count <= Self.longestTreeNumber }
            treeNumbers += short.prefix(max(0, Self.longestList - treeNumbers.count))
        }

        mutating func add(loose scope: Concept.LooseSynonym.Scope, _ text: String) {
            guard looseSynonyms.count < Self.longestList else { return }
            looseSynonyms.append(Concept.LooseSynonym(scope, text))
        }

        mutating func add(crossReferences more: [String]) {
            crossReferences += more.prefix(max(0, Self.longestList - crossReferences.count))
        }

        mutating func add(crossReference other: String) {
            if crossReferences.count < Self.longestList { crossReferences.append(other) }
        }

        mutating func add(relation: String, to target: String) {
            guard relations.count < Self.longestList else { return }
            relations.append((relation, target))
        }

        mutating func add(replacement: String) {
            if replacedBy.count < Self.longestList { replacedBy.append(replacement) }
        }

        mutating func add(consider other: String) {
            if consider.count < Self.longestList { consider.append(other) }
        }

        /// The line of a parent, or that of the record.
        func line(ofParent index: Int) -> Int {
            index < parentLines.count ? parentLines[index] : line
        }

        /// Takes over what another record of the same identifier says besides this one.
        mutating func merge(_ other: Record) {
            if name.isEmpty { name = other.name }
            if definition == nil { definition = other.definition }
            add(synonyms: other.synonyms)
            for synonym in other.looseSynonyms { add(loose: synonym.scope, synonym.text) }
            add(alternativeIdentifiers: other.alternativeIdentifiers)
            add(crossReferences: other.crossReferences)
            for (index, parent) in other.parentIdentifiers.enumerated() {
                add(parent: parent, line: other.line(ofParent: index))
            }
            for (relation, target) in other.relations { add(relation: relation, to: target) }
            for identifier in other.replacedBy { add(replacement: identifier) }
            for identifier in other.consider { add(consider: identifier) }
            isObsolete = isObsolete || other.isObsolete
            isRoot = isRoot || other.isRoot
        }
    }
}
