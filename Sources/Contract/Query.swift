/// One question to the method: a line of the worker's input.
///
/// JSON with the keys as spelled here; a key that is absent is `nil` or empty.
package struct Query: Hashable, Codable, Sendable {
    /// What is asked.
    package enum Task: String, Hashable, Codable, Sendable, CaseIterable {
        /// More of the same kind as ``Query/seeds`` (entity set expansion).
        case expand
        /// The parents of ``Query/term`` (taxonomy expansion).
        case place
        /// The tree of ``Query/tree`` grown (seed-guided taxonomy construction).
        case grow
        /// Whether the edges above ``Query/term``, a known concept, are right and complete.
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

    /// Unique within a job, in the order of the file; the answer carries it.
    package var key: String
    package var task: Task
    /// `expand`: names or identifiers, at least two.
    package var seeds: [String]
    /// `expand`: the class the seeds belong to, if the asker named it.
    package var parent: String?
    /// `place`, `audit`: the new term, or the known concept's name.
    package var term: String?
    /// `place`, `audit`: the term's identifier, if it has one.
    package var identifier: String?
    /// `place`: further names of the term.
    package var synonyms: [String]
    /// `place`: what the term means.
    package var definition: String?
    /// `place`: where the source itself maps the term (`HeadingMappedTo`); evidence, not scored.
    package var mappedTo: [String]
    /// `grow`: the seed tree's edges.
    package var tree: [Edge]
    /// Identifiers whose concepts and edges the method must not see; for evaluations.
    package var hide: [String]

    package init(
        key: String,
        task: Task,
        seeds: [String] = [],
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
        self.parent = parent
        self.term = term
        self.identifier = identifier
        self.synonyms = synonyms
        self.definition = definition
        self.mappedTo = mappedTo
        self.tree = tree
        self.hide = hide
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        key = try values.decode(String.self, forKey: .key)
        task = try values.decode(Task.self, forKey: .task)
        seeds = try values.decodeIfPresent([String].self, forKey: .seeds) ?? []
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
