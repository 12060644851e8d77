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
        self.mappedTo = mappedTo
        self.tree = tree
        self.hide = hide
    }

    package enum CodingKeys: String, CodingKey {
        case key, task, seeds, seedIdentifiers, parent, term, identifier, synonyms, definition
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
        mappedTo = try values.decodeIfPresent([String].self, forKey: .mappedTo) ?? []
        tree = try values.decodeIfPresent([Edge].self, forKey: .tree) ?? []
        hide = try values.decodeIfPresent([String].self, forKey: .hide) ?? []
    }
}
