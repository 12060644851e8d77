package import Contract

/// A list as it was read: names, objects and trees, before they become queries.
package struct ListFile: Sendable {
    /// A name with the details that the file gives.
    package struct Item: Hashable, Sendable {
        package var name: String
        package var identifier: String?
        package var synonyms: [String]
        package var definition: String?
        /// Where the definition comes from, such as `PMID:1234567`.
        package var references: [String]
        /// Parents that the file writes beside the name: shown beside the answer, never scored.
        package var parents: [String]
        /// Line in the file, counted from 1.
        package var line: Int

        package init(
            name: String,
            identifier: String? = nil,
            synonyms: [String] = [],
            definition: String? = nil,
            references: [String] = [],
            parents: [String] = [],
            line: Int
        ) {
            self.name = name
            self.identifier = identifier
            self.synonyms = synonyms
            self.definition = definition
            self.references = references
            self.parents = parents
            self.line = line
        }
    }

    /// What an entry holds; its shape alone may leave the task open.
    package enum Content: Hashable, Sendable {
        /// Bare names: a seed set or new terms, as the workshop's `TaskRule` decides.
        case names([Item])
        /// Names given as seeds.
        case seeds([Item], parent: String?)
        /// Names given as terms to place.
        case terms([Item])
        /// Edges given as a tree.
        case tree([Query.Edge])
        /// Known concepts whose edges are to be judged again; all concepts if empty.
        case audit([Item])
        /// The reason why the entry cannot be asked.
        case fault(SubmissionError)
    }

    /// One query, or several of one kind.
    package struct Entry: Hashable, Sendable {
        package var content: Content
        /// The task, if the file names one.
        package var task: Query.Task?
        /// The vocabulary, if the file names one.
        package var vocabulary: String?
        /// Identifiers of concepts that the method must not see.
        package var hide: [String]
        /// Where its terms may be placed, as far as the file says so.
        package var scope: PlacingScope
        /// Line in the file, counted from 1.
        package var line: Int

        package init(
            _ content: Content,
            task: Query.Task? = nil,
            vocabulary: String? = nil,
            hide: [String] = [],
            scope: PlacingScope = PlacingScope(),
            line: Int
        ) {
            self.content = content
            self.task = task
            self.vocabulary = vocabulary
            self.hide = hide
            self.scope = scope
            self.line = line
        }

        /// Whether nothing but the content is given.
        var isBare: Bool {
            task == nil && vocabulary == nil && hide.isEmpty && scope.isEmpty
        }
    }

    /// A column of a table, as it was understood.
    package struct Column: Hashable, Codable, Sendable {
        /// The header cell; empty where there is none.
        package let title: String
        /// What the cells are taken for, such as `name` or `definition`; `nil` if they are not used.
        package let field: String?

        package init(title: String, field: String?) {
            self.title = title
            self.field = field
        }
    }

    /// The format in which the bytes were read.
    package enum Format: String, Hashable, Codable, Sendable {
        case json
        case jsonLines = "json-lines"
        case text
        case csv
        case tsv
        case xlsx
    }

    /// The name of the file, for messages.
    package let fileName: String
    package let format: Format
    /// SHA-256 of the file's bytes on disk, lower-case hexadecimal.
    package let sha256: String
    package let entries: [Entry]
    /// The first vocabulary that an entry names.
    package let vocabulary: String?
    /// Whether the file asks to be answered again even if it was answered before.
    package let force: Bool
    /// The formats of change sets that the file asks for; `nil` if it says nothing.
    package let formats: [String]?
    /// The columns of a table, in their order; empty for other formats.
    package let columns: [Column]
    /// Remarks for the receipt, such as repeated names.
    package let notes: [String]

    package init(
        fileName: String,
        format: Format,
        sha256: String,
        entries: [Entry],
        force: Bool = false,
        formats: [String]? = nil,
        columns: [Column] = [],
        notes: [String] = []
    ) {
        self.fileName = fileName
        self.format = format
        self.sha256 = sha256
        self.entries = entries
        vocabulary = entries.lazy.compactMap(\.vocabulary).first
        self.force = force
        self.formats = formats
        self.columns = columns
        self.notes = notes
    }
}
