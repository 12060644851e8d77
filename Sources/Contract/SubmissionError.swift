/// A fault in a dropped file or a query, reported to the person who can fix it.
///
/// That person reads ``message`` and ``remedy`` in the quarantine note, the operator searches the
/// log for ``code``, and the job runner looks at ``isPermanent`` and nothing else.
package struct SubmissionError: Error, Hashable, Sendable {
    /// A stable name for the fault; it is written to logs and notes and never changes meaning.
    package enum Code: String, Hashable, Codable, Sendable, CaseIterable {
        // The file itself.
        case emptyFile = "empty-file"
        case notARegularFile = "not-a-regular-file"
        case unreadableFile = "unreadable-file"
        case fileTooLarge = "file-too-large"
        case unknownFormat = "unknown-format"
        case wrongEncoding = "wrong-encoding"
        case checksumMismatch = "checksum-mismatch"
        case corruptCompression = "corrupt-compression"
        case compressionBomb = "compression-bomb"
        case changedWhileRead = "changed-while-read"
        // XML.
        case malformedXML = "malformed-xml"
        case entityDeclaration = "entity-declaration"
        case nestingTooDeep = "nesting-too-deep"
        case textTooLong = "text-too-long"
        case malformedRDF = "malformed-rdf"
        case unknownVocabularyShape = "unknown-vocabulary-shape"
        // Vocabularies.
        case noConcepts = "no-concepts"
        case tooManyBadRecords = "too-many-bad-records"
        case shrunkenVocabulary = "shrunken-vocabulary"
        // Lists.
        case malformedJSON = "malformed-json"
        case unknownListShape = "unknown-list-shape"
        case emptyList = "empty-list"
        case unknownTask = "unknown-task"
        case unknownTaxonomy = "unknown-taxonomy"
        // Single queries.
        case seedSetTooSmall = "seed-set-too-small"
        case seedSetTooLarge = "seed-set-too-large"
        case seedsUnknown = "seeds-unknown"
        case nameTooLong = "name-too-long"
        case missingTerm = "missing-term"
        case unknownBranch = "unknown-branch"
        case promptTooLong = "prompt-too-long"
        // Evaluations.
        case adapterSawHidden = "adapter-saw-hidden"
        // The environment.
        case noVocabulary = "no-vocabulary"
        case severalVocabularies = "several-vocabularies"
        case engineUnavailable = "engine-unavailable"
        case workerDied = "worker-died"
        case storageUnavailable = "storage-unavailable"
        case timeLimit = "time-limit"
    }

    /// Where in the file the fault is; lines and columns count from 1, as in editors.
    package struct Location: Hashable, Codable, Sendable, CustomStringConvertible {
        package let file: String
        package let line: Int?
        package let column: Int?

        package init(file: String, line: Int? = nil, column: Int? = nil) {
            self.file = file
            self.line = line
            self.column = column
        }

        package var description: String {
            ([file] + [line, column].compactMap { $0.map(String.init) }).joined(separator: ":")
        }
    }

    package let code: Code
    package let location: Location?
    /// What was found and what was expected, in one sentence.
    package let message: String
    private let ownRemedy: String?

    package init(
        _ code: Code,
        at location: Location? = nil,
        _ message: String,
        remedy: String? = nil
    ) {
        self.code = code
        self.location = location
        self.message = message
        ownRemedy = remedy
    }

    /// What the reader can do about it.
    package var remedy: String { ownRemedy ?? code.remedy }

    /// Whether the same bytes would fail the same way again.
    package var isPermanent: Bool {
        switch code {
        case .changedWhileRead, .noVocabulary, .severalVocabularies, .engineUnavailable,
            .workerDied, .storageUnavailable, .timeLimit:
            false
        default:
            true
        }
    }
}

extension SubmissionError.Code {
    /// The default remedy, for errors that are thrown without one of their own.
    package var remedy: String {
        switch self {
        case .emptyFile: "Write the file again; it arrived with no bytes."
        case .notARegularFile: "Drop a regular file, not a folder, link, pipe or device."
        case .unreadableFile: "Let taxod read the file (`chmod a+r`), then drop it again."
        case .fileTooLarge: "Split the file, or raise the size limit in the configuration."
        case .unknownFormat:
            "Drop a vocabulary (MeSH, MEDIC, OBO, OWL, SKOS, a table) or a list, plain or packed."
        case .wrongEncoding: "Save the file as UTF-8 and drop it again."
        case .checksumMismatch: "Copy the file again, or correct its .sha256 file."
        case .corruptCompression:
            "Unpack the file to check it (`gzip -t`, `xz -t`, `unzip -t`), then copy it again."
        case .compressionBomb: "Unpack the file yourself and look at what it holds."
        case .changedWhileRead: "Nothing to correct: the file is read again once it rests."
        case .malformedXML: "Check the file with `xmllint --noout`, correct it, and drop it again."
        case .malformedRDF:
            "Check the file with `rapper -c -g FILE`, correct it, and drop it again."
        case .entityDeclaration: "Remove the entity declarations; write the characters themselves."
        case .nestingTooDeep: "No vocabulary nests this deep; check which program wrote the file."
        case .textTooLong: "Shorten the text; no name or note of a vocabulary is that long."
        case .unknownVocabularyShape:
            """
            Drop CTD's CTD_diseases.xml (or .csv, .tsv), NLM's MeSH descriptor or supplementary XML, an \
            ontology in OBO, OBO Graphs JSON, OWL or SKOS (RDF/XML, Turtle), or a table with the \
            columns id, name and parent.
            """
        case .noConcepts: "Check that the file is whole; it defines no concept."
        case .tooManyBadRecords: "Correct the records listed, then drop the file again."
        case .shrunkenVocabulary:
            "If the loss is meant, accept it with `taxod load --accept-shrunken`."
        case .malformedJSON: "Check the file with `jq .`, correct it, and drop it again."
        case .unknownListShape: "See the list formats in the README and `Config/list.schema.json`."
        case .emptyList: "Put at least one name into the list."
        case .unknownTask: "Use one of the tasks expand, place, grow or audit."
        case .unknownTaxonomy: "Load that vocabulary first, or name one that is loaded."
        case .seedSetTooSmall:
            "Give at least two seeds; a single one does not say which siblings are meant."
        case .seedSetTooLarge: "Give fewer seeds; a dozen say as much as thousands."
        case .seedsUnknown: "Use names or identifiers of the vocabulary."
        case .nameTooLong: "Shorten the name; no term of a vocabulary is that long."
        case .missingTerm: "Give the query its term."
        case .unknownBranch:
            "Name the branch by its identifier or its exact name, where `below` or `notBelow` is set."
        case .promptTooLong: "Use fewer or shorter names."
        case .adapterSawHidden:
            "Train an adapter that is not shown what is hidden, or use `--adapter none`."
        case .noVocabulary:
            "Drop a vocabulary (MeSH, MEDIC, OBO, OWL, SKOS, a table); the list waits until then."
        case .severalVocabularies:
            "Drop it into Inbox/NAME, name the vocabulary in the file, or configure a default."
        case .engineUnavailable:
            "Run `taxod models verify`; `make models` fetches what is missing."
        case .workerDied: "Nothing to correct in the file; see the log for why the worker ended."
        case .storageUnavailable: "Nothing to correct in the file: it is tried again by itself."
        case .timeLimit: "Raise the time limit in the configuration, or split the query."
        }
    }
}

extension SubmissionError: CustomStringConvertible {
    package var description: String {
        let place = location.map { "\($0): " } ?? ""
        return "\(place)\(message) [\(code.rawValue)]\n\(remedy)"
    }
}
