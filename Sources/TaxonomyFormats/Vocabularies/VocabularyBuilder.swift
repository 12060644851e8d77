import Contract
import Taxonomy

/// Collects the records of a vocabulary and builds its graph.
///
/// A fault in a single record is reported and costs only that record or edge. The file is refused
/// if it has no concept, if its edges form a cycle, or if more than 20 % of its records are faulty.
struct VocabularyBuilder {
    /// The largest accepted share of faulty records, in per cent.
    private static let badPercent = 20

    let fileName: String
    let kind: VocabularyFile.Kind
    let limits: ReadLimits
    let rules: VocabularyRules.Book
    /// The name that the file gives the vocabulary, such as `envo`.
    var declaredName: String?

    private var concepts: [Concept] = []
    private var lines: [Int] = []
    private var parentIdentifiers: [[String]] = []
    private var isKnown: [String: Concept.Index] = [:]
    private var supplementary: [SupplementaryRecord] = []
    private var problems: [RecordProblem] = []
    private var warnings: [RecordProblem] = []
    private var recordCount = 0
    private var badRecords: Set<String> = []

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

        mutating func add(synonyms more: [String]) {
            synonyms += more.prefix(max(0, Self.longestList - synonyms.count))
        }

        mutating func add(parents more: [String]) {
            parentIdentifiers += more.prefix(max(0, Self.longestList - parentIdentifiers.count))
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
    }

    /// Adds a record, or reports why it was skipped.
    ///
    /// - Throws: `fileTooLarge` or `tooManyBadRecords` as soon as the file is certain to be
    ///   refused.
    mutating func add(_ record: Record) throws(SubmissionError) {
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
        if let problem = problem(with: record) {
            note(problem)
            return
        }
        isKnown[record.identifier] =
            kind == .meshSupplementary ? supplementary.count : concepts.count
        let synonyms = synonyms(of: record)
        if kind == .meshSupplementary {
            supplementary.append(
                SupplementaryRecord(
                    identifier: record.identifier,
                    name: record.name,
                    synonyms: synonyms,
                    definition: record.definition,
                    mappedTo: record.mappedTo,
                    recordClass: record.recordClass,
                    line: record.line
                )
            )
            return
        }
        concepts.append(
            Concept(
                identifier: record.identifier,
                name: record.name,
                synonyms: synonyms,
                definition: record.definition,
                treeNumbers: record.treeNumbers,
                alternativeIdentifiers: record.alternativeIdentifiers,
                looseSynonyms: record.looseSynonyms,
                crossReferences: record.crossReferences
            )
        )
        parentIdentifiers.append(record.parentIdentifiers)
        lines.append(record.line)
    }

    /// Why a record is skipped; `nil` if it can be used.
    private func problem(with record: Record) -> RecordProblem? {
        let shown = record.identifier.isEmpty ? Text.cut(record.name) : Text.cut(record.identifier)
        func problem(_ code: String, _ message: String) -> RecordProblem {
            RecordProblem(line: record.line, identifier: shown, code: code, message: message)
        }
        if record.identifier.isEmpty {
            return problem("missing-identifier", "the record has no identifier and was skipped")
        }
        if record.name.isEmpty {
            return problem("missing-name", "the record has no name and was skipped")
        }
        guard record.name.utf8.count <= limits.nameBytes,
            record.identifier.utf8.count <= limits.nameBytes
        else {
            return problem(
                "name-too-long",
                """
                a name of \(record.name.utf8.count) bytes, the limit is \(limits.nameBytes); \
                the record was skipped
                """
            )
        }
        if let first = isKnown[record.identifier] {
            let line = kind == .meshSupplementary ? supplementary[first].line : lines[first]
            return problem(
                "duplicate-identifier",
                "line \(line) defines this identifier already; the later record was skipped"
            )
        }
        return nil
    }

    /// Builds the vocabulary from the records.
    ///
    /// - Throws: `noConcepts`, `cyclicParents`, `tooManyBadRecords`.
    consuming func finish(sha256: String) throws(SubmissionError) -> VocabularyFile {
        var parents: [[Concept.Index]]
        var orphans: Set<Concept.Index> = []
        let recordConcepts = concepts.count
        if kind == .mesh {
            parents = meshParents(orphans: &orphans)
        } else {
            parents = namedParents(orphans: &orphans)
        }
        if badRecords.count * 100 > recordCount * Self.badPercent {
            throw tooManyBad()
        }
        guard !concepts.isEmpty || !supplementary.isEmpty else {
            throw SubmissionError(
                .noConcepts,
                at: .init(file: fileName),
                "found \(recordCount) records and no concept"
            )
        }
        let taxonomy = try graph(parents)
        // A concept without a parent is a root if it has children; without children it is an
        // orphan.
        for index in 0..<recordConcepts
        where parents[index].isEmpty && taxonomy.children[index].isEmpty && concepts.count > 1 {
            orphans.insert(index)
        }
        var counts = VocabularyCounts()
        counts.records = recordCount
        counts.concepts = recordConcepts
        counts.categories = concepts.count - recordConcepts
        counts.edges = taxonomy.edgeCount
        counts.severalParents = taxonomy.parents.count { $0.count > 1 }
        counts.roots = taxonomy.roots.count
        counts.orphans = orphans.count
        counts.supplementary = supplementary.count
        counts.problems = problems.count
        counts.warnings = warnings.count
        return VocabularyFile(
            fileName: fileName,
            kind: kind,
            sha256: sha256,
            taxonomy: taxonomy,
            supplementary: supplementary,
            orphans: orphans.sorted(),
            problems: problems,
            warnings: warnings,
            counts: counts
        )
    }

    // MARK: Edges

    /// The parents of MEDIC's concepts, which name them by identifier.
    private mutating func namedParents(orphans: inout Set<Concept.Index>) -> [[Concept.Index]] {
        var parents = [[Concept.Index]](repeating: [], count: concepts.count)
        for (index, identifiers) in parentIdentifiers.enumerated() {
            for identifier in identifiers {
                let parent = isKnown[identifier]
                if let parent, parent != index {
                    parents[index].append(parent)
                    continue
                }
                let isSelf = parent == index
                note(
                    RecordProblem(
                        line: lines[index],
                        identifier: concepts[index].identifier,
                        code: isSelf ? "self-parent" : "dangling-parent",
                        message: isSelf
                            ? "the record names itself as its parent; the edge was dropped"
                            : """
                            “\(Text.cut(identifier))” is named as a parent but no record defines \
                            it; the edge was dropped
                            """
                    )
                )
            }
            if parents[index].isEmpty, !identifiers.isEmpty { orphans.insert(index) }
        }
        return parents
    }

    /// The parents of MeSH's concepts, which tree numbers tell.
    ///
    /// The parent has the tree number without its last segment or, if no record has that one, the
    /// longest shorter prefix that a record has. Top descriptors get the concept of their category
    /// as parent.
    private mutating func meshParents(orphans: inout Set<Concept.Index>) -> [[Concept.Index]] {
        var byTreeNumber: [Substring: Concept.Index] = [:]
        for (index, concept) in concepts.enumerated() {
            for number in concept.treeNumbers { byTreeNumber[number[...]] = index }
        }
        var parents = [[Concept.Index]](repeating: [], count: concepts.count)
        var categories: [Character: Concept.Index] = [:]
        for index in parents.indices {
            for number in concepts[index].treeNumbers {
                var above = number[...]
                var steps = 0
                var parent: Concept.Index?
                while parent == nil, let dot = above.utf8.lastIndex(of: UInt8(ascii: ".")) {
                    above = above[..<dot]
                    steps += 1
                    parent = byTreeNumber[above]
                }
                let isTop = steps == 0
                if parent == nil, let letter = number.first {
                    parent = categories[letter] ?? addCategory(letter, to: &categories)
                    steps += 1
                }
                if steps > 1, !isTop {
                    let place = parent.map { concepts[$0].name } ?? ""
                    warnings.append(
                        RecordProblem(
                            line: lines[index],
                            identifier: concepts[index].identifier,
                            code: "missing-tree-parent",
                            message: """
                                no record has the tree number above \(Text.cut(number)); the \
                                concept hangs under “\(place)”
                                """
                        )
                    )
                }
                if let parent, parent != index { parents[index].append(parent) }
            }
            if parents[index].isEmpty { orphans.insert(index) }
        }
        for _ in parents.count..<concepts.count { parents.append([]) }
        return parents
    }

    private mutating func addCategory(
        _ letter: Character,
        to categories: inout [Character: Concept.Index]
    ) -> Concept.Index {
        let index = concepts.count
        concepts.append(MeSHCategory.concept(letter))
        lines.append(0)
        categories[letter] = index
        return index
    }

    private func graph(_ parents: [[Concept.Index]]) throws(SubmissionError) -> Taxonomy {
        do throws(TaxonomyError) {
            return try Taxonomy(concepts: concepts, parents: parents)
        } catch {
            switch error {
            case .repeatedIdentifier(let identifier):
                throw SubmissionError(
                    .unknownVocabularyShape,
                    at: .init(file: fileName),
                    "a record has the identifier “\(Text.cut(identifier))” of a MeSH category"
                )
            case .cycle(let identifiers):
                let first = identifiers.first ?? ""
                let shown = identifiers.prefix(20) + [identifiers.count > 20 ? "…" : first]
                throw SubmissionError(
                    .cyclicParents,
                    at: .init(file: fileName, line: isKnown[first].map { lines[$0] }),
                    "found a cycle, each a child of the next: "
                        + shown.map { Text.cut($0) }.joined(separator: " → ")
                )
            }
        }
    }

    // MARK: Faults

    mutating func note(_ problem: RecordProblem) {
        problems.append(problem)
        badRecords.insert(problem.identifier + "\t" + String(problem.line))
    }

    private func tooManyBad() -> SubmissionError {
        let examples = problems.prefix(3).map {
            "line \($0.line): \($0.identifier): \($0.message) [\($0.code)]"
        }
        return SubmissionError(
            .tooManyBadRecords,
            at: .init(file: fileName, line: problems.first?.line),
            """
            \(badRecords.count) of \(recordCount) records are faulty, at most \(Self.badPercent) % \
            may be; the first: \(examples.joined(separator: "; "))
            """
        )
    }

    /// The record's synonyms without duplicates, without its name and without names that are too
    /// long.
    private mutating func synonyms(of record: Record) -> [String] {
        var seen: Set<String> = [record.name]
        var kept: [String] = []
        for synonym in record.synonyms where !synonym.isEmpty {
            guard synonym.utf8.count <= limits.nameBytes else {
                warnings.append(
                    RecordProblem(
                        line: record.line,
                        identifier: record.identifier,
                        code: "synonym-too-long",
                        message: "a synonym of \(synonym.utf8.count) bytes was left out"
                    )
                )
                continue
            }
            if seen.insert(synonym).inserted { kept.append(synonym) }
        }
        return kept
    }
}
