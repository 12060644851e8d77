/// One query to the method: a line of the worker's input.
///
/// The JSON keys are spelled as here; a missing key means `nil` or empty.
package struct Query: Hashable, Codable, Sendable {
    /// What is asked.
    package enum Task: String, Hashable, Codable, Sendable, CaseIterable {
        /// Find more of the same kind as ``Query/seeds`` (entity set expansion).
        case expand
        /// Find the parents of ``Query/term`` (taxonomy expansion).
        case place
        /// Grow the tree of ``Query/tree`` (seed-guided taxonomy construction).
        case grow
        /// Judge whether the edges above ``Query/term``, a known concept, are right and complete.
        case audit
    }

    /// A parent edge of a seed tree.
    package struct Edge: Hashable, Codable, Sendable {
        package let child: String
        package let parent: String

        package init(child: String, parent: String) {
            self.child = child
            self.parent = parent
        }
    }

    /// A new term of the same file, as another query of the file carries it.
    package struct BatchTerm: Hashable, Codable, Sendable {
        /// The key of the query that asks about it.
        package let key: String
        /// The identifier by which an answer names it: the file's own, or else the provisional one.
        package let identifier: String
        package let name: String
        package let synonyms: [String]
        package let definition: String?

        package init(
            key: String,
            identifier: String,
            name: String,
            synonyms: [String] = [],
            definition: String? = nil
        ) {
            self.key = key
            self.identifier = identifier
            self.name = name
            self.synonyms = synonyms
            self.definition = definition
        }
    }

    /// Unique within a job and ascending in the order of the file; the answer has the same key.
    package var key: String
    package var task: Task
    /// `expand`: names or identifiers, at least two.
    package var seeds: [String]
    /// `expand`: for each of ``seeds`` the identifier that the file writes beside the name, empty
    /// where it writes none; an array shorter than ``seeds`` stands for empty ones at its end.
    package var seedIdentifiers: [String]
    /// `expand`: the class to which the seeds belong, if the asker named it.
    package var parent: String?
    /// `place`, `audit`: the new term, or the known concept's name.
    package var term: String?
    /// `place`, `audit`: the term's identifier, if it has one.
    package var identifier: String?
    /// `place`: further names of the term.
    package var synonyms: [String]
    /// `place`: what the term means.
    package var definition: String?
    /// `place`: where the definition comes from, such as `PMID:1234567`; handed on to change sets.
    package var references: [String]
    /// `place`: the identifier of the new concept until it gets a final one; derived from the term
    /// and its file.
    package var provisionalIdentifier: String?
    /// `place`: other new terms of the file that may be parents; no two queries of a file may each
    /// be reached from the other through these.
    package var batch: [BatchTerm]
    /// `place`: other new terms of the file that are probably the same.
    package var duplicates: [BatchTerm]
    /// `place`: identifiers of branches below which, or at whose tops, parents must be; empty for
    /// all.
    package var below: [String]
    /// `place`: identifiers of branches in which, tops included, no parent may be.
    package var notBelow: [String]
    /// `place`: how many parents are proposed at most; `nil` for the method's own number.
    package var maximumParents: Int?
    /// `place`: what the source itself maps the term to (`HeadingMappedTo`), or the parents that a
    /// list writes beside it; shown, not scored.
    package var mappedTo: [String]
    /// `grow`: the seed tree's edges.
    package var tree: [Edge]
    /// Identifiers of concepts that the method must not see, nor their edges, when it answers.
    package var hide: [String]

    package init(
        key: String,
        task: Task,
        seeds: [String] = [],
        seedIdentifiers: [String] = [],
        parent: String? = nil,
        term: String? = nil,
        identifier: String? = nil,
        synonyms: [String] = [],
        definition: String? = nil,
        references: [String] = [],
        provisionalIdentifier: String? = nil,
        batch: [BatchTerm] = [],
        duplicates: [BatchTerm] = [],
        below: [String] = [],
        notBelow: [String] = [],
        maximumParents: Int? = nil,
        mappedTo: [String] = [],
        tree: [Edge] = [],
        hide: [String] = []
    ) {
        self.key = key
        self.task = task
        self.seeds = seeds
        self.seedIdentifiers = seedIdentifiers
        self.parent = parent
        self.term = term
        self.identifier = identifier
        self.synonyms = synonyms
        self.definition = definition
        self.references = references
        self.provisionalIdentifier = provisionalIdentifier
        self.batch = batch
        self.duplicates = duplicates
        self.below = below
        self.notBelow = notBelow
        self.maximumParents = maximumParents
        self.mappedTo = mappedTo
        self.tree = tree
        self.hide = hide
    }

    package enum CodingKeys: String, CodingKey {
        case key, task, seeds, seedIdentifiers, parent, term, identifier, synonyms, definition
        case references, provisionalIdentifier, batch, duplicates, below, notBelow, maximumParents
        case mappedTo, tree, hide
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        key = try values.decode(String.self, forKey: .key)
        task = try values.decode(Task.self, forKey: .task)
        seeds = try values.decodeIfPresent([String].self, forKey: .seeds) ?? []
        seedIdentifiers =
            try values.decodeIfPresent([String].self, forKey: .seedIdentifiers) ?? []
        parent = try values.decodeIfPresent(String.self, forKey: .parent)
        term = try values.decodeIfPresent(String.self, forKey: .term)
        identifier = try values.decodeIfPresent(String.self, forKey: .identifier)
        synonyms = try values.decodeIfPresent([String].self, forKey: .synonyms) ?? []
        definition = try values.decodeIfPresent(String.self, forKey: .definition)
        references = try values.decodeIfPresent([String].self, forKey: .references) ?? []
        provisionalIdentifier =
            try values.decodeIfPresent(String.self, forKey: .provisionalIdentifier)
        batch = try values.decodeIfPresent([BatchTerm].self, forKey: .batch) ?? []
        duplicates = try values.decodeIfPresent([BatchTerm].self, forKey: .duplicates) ?? []
        below = try values.decodeIfPresent([String].self, forKey: .below) ?? []
        notBelow = try values.decodeIfPresent([String].self, forKey: .notBelow) ?? []
        maximumParents = try values.decodeIfPresent(Int.self, forKey: .maximumParents)
        mappedTo = try values.decodeIfPresent([String].self, forKey: .mappedTo) ?? []
        tree = try values.decodeIfPresent([Edge].self, forKey: .tree) ?? []
        hide = try values.decodeIfPresent([String].self, forKey: .hide) ?? []
    }
}
