/// The load child's report on a file: the first line of its output.
///
/// ``queryCount`` lines follow, one ``LoadedQuery`` each.
package struct LoadOutcome: Hashable, Codable, Sendable {
    package enum Kind: String, Hashable, Codable, Sendable {
        case vocabulary
        case list
        /// The file is at fault or cannot be loaded now; ``LoadOutcome/refusal`` says why.
        case refused
    }

    /// A vocabulary in the store.
    package struct Vocabulary: Hashable, Codable, Sendable {
        package let name: String
        /// SHA-256 of the loaded file's bytes, lower-case hexadecimal.
        package let version: String
        package let kind: String
        package let concepts: Int
        package let edges: Int

        package init(name: String, version: String, kind: String, concepts: Int, edges: Int) {
            self.name = name
            self.version = version
            self.kind = kind
            self.concepts = concepts
            self.edges = edges
        }
    }

    /// A fault in a single record that does not make the file unusable.
    package struct Problem: Hashable, Codable, Sendable {
        package let line: Int?
        package let identifier: String?
        package let code: String
        package let message: String

        package init(line: Int?, identifier: String?, code: String, message: String) {
            self.line = line
            self.identifier = identifier
            self.code = code
            self.message = message
        }
    }

    /// A ``SubmissionError`` as it is passed between processes.
    package struct Refusal: Hashable, Codable, Sendable {
        package let code: SubmissionError.Code
        package let message: String
        package let remedy: String
        package let location: SubmissionError.Location?

        package init(_ error: SubmissionError) {
            code = error.code
            message = error.message
            remedy = error.remedy
            location = error.location
        }

        package var error: SubmissionError {
            SubmissionError(code, at: location, message, remedy: remedy)
        }
    }

    package var kind: Kind
    /// SHA-256 of the bytes that were read, lower-case hexadecimal.
    package var sha256: String
    package var bytes: Int
    /// How the file was read and how to force another reading, as text for a person.
    package var reading: String
    /// The vocabulary that was loaded, or the one that the queries are asked of.
    package var vocabulary: Vocabulary?
    /// Hash of everything besides the file that answers rest on; with ``sha256`` the duplicate key.
    package var basis: String
    /// Whether the work is to be done even if an equal job was published before.
    package var force: Bool
    package var queryCount: Int
    package var problems: [Problem]
    /// The formats of change sets that the result is to hold besides its own files, such as
    /// `robot`; `nil` for none.
    package var formats: [String]?
    package var notes: [String]
    package var refusal: Refusal?

    package init(
        kind: Kind,
        sha256: String,
        bytes: Int,
        reading: String,
        vocabulary: Vocabulary? = nil,
        basis: String = "",
        force: Bool = false,
        queryCount: Int = 0,
        problems: [Problem] = [],
        formats: [String]? = nil,
        notes: [String] = [],
        refusal: Refusal? = nil
    ) {
        self.kind = kind
        self.sha256 = sha256
        self.bytes = bytes
        self.reading = reading
        self.vocabulary = vocabulary
        self.basis = basis
        self.force = force
        self.queryCount = queryCount
        self.problems = problems
        self.formats = formats
        self.notes = notes
        self.refusal = refusal
    }
}

/// A line of the load child's standard error that reports progress.
package struct LoadProgress: Hashable, Codable, Sendable {
    /// What is being done, such as `encoding names`.
    package let step: String
    package let done: Int
    package let total: Int

    package init(step: String, done: Int, total: Int) {
        self.step = step
        self.done = done
        self.total = total
    }
}

/// A line of the load child's output after the first: one query of the file.
package struct LoadedQuery: Hashable, Codable, Sendable {
    package let query: Query
    /// Why the query is answered with an error instead of being asked.
    package let refusal: LoadOutcome.Refusal?

    package init(query: Query, refusal: LoadOutcome.Refusal? = nil) {
        self.query = query
        self.refusal = refusal
    }
}
