import Contract
import Taxonomy

/// Collects the records of a vocabulary and builds its graph.
///
/// A fault in a single record or line is reported and costs only that record, edge or line. The file
/// is refused if it has no concept, or if more than 20 % of its records or of its lines are faulty.
struct VocabularyBuilder {
    /// The largest accepted share of faulty records or lines, in per cent.
    private static let badPercent = 20
    /// How many problems and how many warnings are kept; further ones are only counted.
    private static let keptProblems = 100_000
    /// How many faulty lines are read before their share is looked at.
    private static let patience = 10_000

    let fileName: String
    let kind: VocabularyFile.Kind
    let limits: ReadLimits
    let rules: VocabularyRules.Book
    /// The name that the file gives the vocabulary, such as `envo`.
    var declaredName: String?
    /// The format of the file, as the receipt calls it.
    var format = "xml"
    /// Remarks of the reader, for the person who dropped the file.
    var notes: [String] = []
    /// The lines, statements or elements that were read; faulty ones may be a fifth of them.
    var lineCount = 0
    /// The keys of other names and identifiers of relations, by the relation's key.
    private(set) var relationNames: [String: Set<String>] = [:]

    /// The records without those that were skipped.
    var records: [Record] = []
    var known: [String: Int] = [:]
    private var supplementary: [SupplementaryRecord] = []
    private var problems: [RecordProblem] = []
    private var warnings: [RecordProblem] = []
    private var problemCount = 0
    private var warningCount = 0
    private var recordCount = 0
    private var badRecords: Set<Int> = []
    private var badLines = 0

    init(
        fileName: String,
        kind: VocabularyFile.Kind,
        limits: ReadLimits,
        rules: VocabularyRules.Book = .standard
    ) {
        self.fileName = fileName
        self.kind = kind
        self.limits = limits
        self.rules = rules
    }

    /// Whether records may be imported, obsolete or parted, as those of ontologies and thesauri are.
    var isOntology: Bool { kind == .ontology || kind == .skos }

    /// The name under which the vocabulary is loaded unless the operator gives another.
    var ownName: String { declaredName ?? FileNames.stem(fileName) }

    /// Takes other names and identifiers of a relation, by which an operator may name it.
    mutating func name(relation: String, _ others: [String]) {
        let key = RelationRules.key(relation)
        relationNames[key, default: []].formUnion(others.map(RelationRules.key))
    }

    /// Adds a record, or reports why it was skipped.
    ///
    /// - Throws: `fileTooLarge` or `tooManyBadRecords` as soon as the file is certain to be
    ///   refused.
    mutating func add(_ record: consuming Record) throws(SubmissionError) {
        recordCount += 1
        guard recordCount <= limits.records else {
            throw SubmissionError(
                .fileTooLarge,
                at: .init(file: fileName, line: record.line),
                "the file holds more than \(limits.records) records"
            )
        }
        // With this many bad records the file is refused whatever follows.
        if badRecords.count * 100 > limits.records * Self.badPercent { throw tooManyBad() }
        record.ordinal = recordCount
        if let problem = problem(with: record) {
            note(problem, of: record)
            return
        }
        let place = kind == .meshSupplementary ? supplementary.count : records.count
        guard let first = known.updateValue(place, forKey: record.identifier) else {
            keep(record)
            return
        }
        known[record.identifier] = first
        repeated(record, first: first)
    }

    private mutating func keep(_ record: consuming Record) {
        guard kind == .meshSupplementary else {
            records.append(record)
            return
        }
        supplementary.append(
            SupplementaryRecord(
                identifier: record.identifier,
                name: record.name,
                synonyms: synonyms(of: record),
                definition: record.definition,
                mappedTo: record.mappedTo,
                recordClass: record.recordClass,
                line: record.line
            )
        )
    }

    /// Merges a further record of an identifier into the first if an ontology may part them, or
    /// reports that it was skipped.
    private mutating func repeated(_ record: Record, first: Int) {
        let line = kind == .meshSupplementary ? supplementary[first].line : records[first].line
        if isOntology {
            let name = records[first].name
            if name.isEmpty || record.name.isEmpty || name == record.name {
                records[first].merge(record)
                warn(
                    record,
                    "repeated-record",
                    "line \(line) defines this identifier, too; what the records say was put together"
                )
                return
            }
        }
        note(
            problem(
                record,
                "duplicate-identifier",
                "line \(line) defines this identifier already; the later record was skipped"
            ),
            of: record
        )
    }

    /// Why a record is skipped; `nil` if it can be used.
    private func problem(with record: borrowing Record) -> RecordProblem? {
        if record.identifier.isEmpty {
            return problem(
                record,
                "missing-identifier",
                "the record has no identifier and was skipped"
            )
        }
        // Parts of ontologies are left out, or the name stands in another record.
        if record.name.isEmpty, !isOntology {
            return problem(record, "missing-name", Self.nameless)
        }
        guard record.name.utf8.count <= limits.nameBytes,
            record.identifier.utf8.count <= limits.nameBytes
        else {
            return problem(
                record,
                "name-too-long",
                """
                a name of \(record.name.utf8.count) bytes, the limit is \(limits.nameBytes); \
                the record was skipped
                """
            )
        }
        return nil
    }

    static let nameless = "the record has no name and was skipped"

    /// Builds the vocabulary from the records.
    ///
    /// - Throws: `noConcepts`, `tooManyBadRecords`, `unknownVocabularyShape`.
    consuming func finish(sha256: String) throws(SubmissionError) -> VocabularyFile {
        let selection = selection()
        forgetWarnings(ofLeftOut: selection)
        var concepts: [Concept] = []
        concepts.reserveCapacity(selection.concepts.count)
        for index in selection.concepts { concepts.append(concept(records[index])) }
        let recordConcepts = concepts.count
        var edges: Edges
        if kind == .mesh {
            edges = meshEdges(&concepts)
        } else {
            edges = namedEdges(selection)
        }
        breakCycles(in: &edges, of: concepts)
        try checkShares()
        guard !concepts.isEmpty || !supplementary.isEmpty else { throw noConcepts(selection) }
        let taxonomy = try graph(concepts, edges, obsolete: obsolete(selection))
        // A concept without a parent is a root if it has children; without children it is an
        // orphan.
        for index in 0..<recordConcepts
        where taxonomy.parents[index].isEmpty && taxonomy.children[index].isEmpty
            && concepts.count > 1 && !edges.roots.contains(index)
        {
            edges.orphans.insert(index)
        }
        var counts = VocabularyCounts()
        counts.records = recordCount
        counts.concepts = recordConcepts
        counts.categories = concepts.count - recordConcepts
        counts.edges = taxonomy.edgeCount
        counts.severalParents = taxonomy.parents.count { $0.count > 1 }
        counts.roots = taxonomy.roots.count
        counts.orphans = edges.orphans.count
        counts.supplementary = supplementary.count
        counts.problems = problemCount
        counts.warnings = warningCount
        addNotes(selection, edges)
        var file = VocabularyFile(
            fileName: fileName,
            kind: kind,
            sha256: sha256,
            taxonomy: taxonomy,
            supplementary: supplementary,
            orphans: edges.orphans.sorted(),
            problems: problems,
            warnings: warnings,
            counts: counts
        )
        file.notes = notes
        file.declaredName = declaredName
        file.format = format
        return file
    }

    private mutating func concept(_ record: Record) -> Concept {
        let synonyms = synonyms(of: record)
        return Concept(
            identifier: record.identifier,
            name: record.name,
            synonyms: synonyms,
            definition: record.definition,
            treeNumbers: record.treeNumbers,
            alternativeIdentifiers: Self.unique(record.alternativeIdentifiers),
            looseSynonyms: looseSynonyms(of: record, besides: synonyms),
            crossReferences: Self.unique(record.crossReferences)
        )
    }

    private func graph(
        _ concepts: [Concept],
        _ edges: Edges,
        obsolete: [ObsoleteConcept]
    ) throws(SubmissionError) -> Taxonomy {
        do throws(TaxonomyError) {
            return try Taxonomy(concepts: concepts, parents: edges.parents, obsolete: obsolete)
        } catch {
            switch error {
            case .repeatedIdentifier(let identifier):
                throw SubmissionError(
                    .unknownVocabularyShape,
                    at: .init(file: fileName),
                    "a record has the identifier “\(Text.cut(identifier))” of a MeSH category"
                )
            case .cycle(let identifiers):
                preconditionFailure("VocabularyBuilder: the cycle \(identifiers) was not broken")
            }
        }
    }

    // MARK: Faults

    func problem(_ record: borrowing Record, _ code: String, _ message: String) -> RecordProblem {
        RecordProblem(
            line: record.line,
            identifier: Text.cut(record.identifier.isEmpty ? record.name : record.identifier),
            code: code,
            message: message
        )
    }

    /// Reports a fault that costs a record or one of its edges.
    mutating func note(_ problem: RecordProblem, of record: borrowing Record) {
        badRecords.insert(record.ordinal)
        keep(problem)
    }

    /// Reports a line, statement or element that could not be used; the rest of its record is.
    ///
    /// - Throws: `tooManyBadRecords` as soon as a long file is certain to be no vocabulary.
    mutating func noteLine(_ problem: RecordProblem) throws(SubmissionError) {
        badLines += 1
        keep(problem)
        if badLines > Self.patience, badLines * 100 > lineCount * Self.badPercent {
            throw tooManyBad()
        }
    }

    private mutating func keep(_ problem: RecordProblem) {
        problemCount += 1
        if problems.count < Self.keptProblems { problems.append(problem) }
    }

    /// Reports an oddity that costs nothing.
    mutating func warn(_ record: borrowing Record, _ code: String, _ message: String) {
        warn(problem(record, code, message))
    }

    mutating func warn(_ warning: RecordProblem) {
        warningCount += 1
        if warnings.count < Self.keptProblems { warnings.append(warning) }
    }

    /// Oddities of classes that are not read concern nobody.
    private mutating func forgetWarnings(ofLeftOut selection: Selection) {
        guard !selection.leftOut.isEmpty else { return }
        let before = warnings.count
        warnings.removeAll { warning in
            known[warning.identifier].map { selection.standings[$0] == .leftOut } ?? false
        }
        warningCount -= before - warnings.count
    }

    private func checkShares() throws(SubmissionError) {
        if badRecords.count * 100 > recordCount * Self.badPercent
            || badLines * 100 > lineCount * Self.badPercent
        {
            throw tooManyBad()
        }
    }

    private func noConcepts(_ selection: Selection) -> SubmissionError {
        let outside = selection.leftOut.isEmpty ? "" : "; \(leftOutClasses(selection))"
        return SubmissionError(
            .noConcepts,
            at: .init(file: fileName),
            "found \(recordCount) records and no concept\(outside)"
        )
    }

    private func tooManyBad() -> SubmissionError {
        let examples = problems.prefix(3).map {
            "line \($0.line): \($0.identifier): \($0.message) [\($0.code)]"
        }
        let areRecords = badRecords.count * 100 > recordCount * Self.badPercent
        let share =
            areRecords
            ? "\(badRecords.count) of \(recordCount) records"
            : "\(badLines) of \(lineCount) lines"
        return SubmissionError(
            .tooManyBadRecords,
            at: .init(file: fileName, line: problems.first?.line),
            """
            \(share) are faulty, at most \(Self.badPercent) % may be; the first: \
            \(examples.joined(separator: "; "))
            """
        )
    }
}
