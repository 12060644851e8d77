/// What an operator decides about reading an ontology.
package struct VocabularyRules: Hashable, Codable, Sendable {
    /// Prefixes of the classes that are read besides the ontology's own, such as `UBERON`.
    ///
    /// `*` stands for all. Letter case does not matter.
    package var prefixes: [String]
    /// Relations that count as edges to a parent besides `is_a`, by identifier or name, such as
    /// `part_of` or `BFO:0000050`.
    package var relations: [String]

    package init(prefixes: [String] = [], relations: [String] = []) {
        self.prefixes = prefixes
        self.relations = relations
    }

    /// Own classes and `is_a` only.
    package static let standard = VocabularyRules()

    /// The rules of several vocabularies; which one a file is, is often known only once it was read.
    package struct Book: Hashable, Sendable {
        private let byName: [String: VocabularyRules]
        private let otherwise: VocabularyRules
        private let forced: VocabularyRules?

        /// - Parameters:
        ///   - byName: Rules by the name of the vocabulary; letter case does not matter.
        ///   - otherwise: Rules for all other vocabularies.
        ///   - name: The name under which the file will be loaded, if that is settled already.
        package init(
            _ byName: [String: VocabularyRules],
            otherwise: VocabularyRules = .standard,
            for name: String? = nil
        ) {
            let byName = Dictionary(
                byName.map { ($0.key.lowercased(), $0.value) },
                uniquingKeysWith: { first, _ in first }
            )
            self.byName = byName
            self.otherwise = otherwise
            forced = name.map { byName[$0.lowercased()] ?? otherwise }
        }

        package static let standard = Book([:])

        /// The rules for a file that calls itself by this name.
        package func rules(for name: String) -> VocabularyRules {
            forced ?? byName[name.lowercased()] ?? otherwise
        }
    }
}
