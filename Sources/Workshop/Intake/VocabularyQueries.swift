package import Contract
package import Taxonomy
package import TaxonomyFormats

/// Decides how a vocabulary file relates to the loaded ones and which queries it becomes.
package enum VocabularyQueries {
    /// The largest share of concepts that a new version may lose, in per cent.
    private static let lossPercent = 10
    /// NLM's class for supplementary records of diseases.
    private static let diseaseClass = 3

    /// How a file relates to the vocabularies that are loaded already.
    package enum Role: Hashable, Sendable {
        /// The first of its kind, or an unrelated one that is at least as large: loaded under this
        /// name.
        case vocabulary(name: String)
        /// A new version of this vocabulary, loaded under its name.
        case version(of: VocabularyInfo)
        /// Records to place in this vocabulary; nothing is loaded.
        case contribution(to: VocabularyInfo)
    }

    /// A loaded version with its concepts.
    package struct Loaded: Sendable {
        package let info: VocabularyInfo
        package let taxonomy: Taxonomy

        package init(info: VocabularyInfo, taxonomy: Taxonomy) {
            self.info = info
            self.taxonomy = taxonomy
        }
    }

    /// The loaded version with which ``plan(for:previous:name:audit:acceptsShrunken:)`` compares.
    ///
    /// - Parameters:
    ///   - kind: The kind of the dropped file.
    ///   - name: The name under which to load the file, if the operator gives one.
    ///   - configured: The configuration's default vocabulary.
    ///   - loaded: All versions, newest first.
    /// - Returns: The newest of the same kind, with the given or else preferably the kind's default
    ///   name; for supplementary records the vocabulary named or configured, otherwise MeSH,
    ///   otherwise the only one. `nil` if there is none.
    /// - Throws: For supplementary records, as ``VocabularyRule``.
    package static func counterpart(
        of kind: VocabularyFile.Kind,
        name: String? = nil,
        configured: String? = nil,
        in loaded: [VocabularyInfo]
    ) throws(SubmissionError) -> VocabularyInfo? {
        if kind == .meshSupplementary {
            if loaded.isEmpty { return nil }
            // MeSH's own records belong in MeSH unless the operator says otherwise.
            let own = name == nil && configured == nil ? loaded.filter { $0.kind == .mesh } : []
            if let mesh = own.first(where: { $0.name == VocabularyFile.Kind.mesh.defaultName }) {
                return mesh
            }
            return try VocabularyRule.choose(
                named: name,
                configured: configured,
                loaded: own.isEmpty ? loaded : own
            )
        }
        let same = loaded.filter { $0.kind == kind }
        guard let name else { return same.first { $0.name == kind.defaultName } ?? same.first }
        return same.first { $0.name.lowercased() == name.lowercased() }
    }

    /// Decides the file's role and makes its placement queries.
    ///
    /// A file is a new version of its counterpart if it contains at least half of the counterpart's
    /// identifiers. If it contains fewer, its unknown records are placed in the counterpart, unless
    /// the file has at least as many concepts: then it is loaded under a name of its own.
    ///
    /// A query about a concept that the answering version itself contains (a new one, an orphan)
    /// hides it from the method, which could otherwise simply read the answer.
    ///
    /// - Parameters:
    ///   - file: The file.
    ///   - previous: The opened version that ``counterpart(of:name:configured:in:)`` found.
    ///   - name: The name under which to load it, if the operator gives one.
    ///   - audit: Whether the edges of all concepts are to be judged again as well.
    ///   - acceptsShrunken: Whether to accept a version that loses more than 10 % of the concepts.
    /// - Returns: The file's role and its queries.
    /// - Throws: `shrunkenVocabulary`; `noVocabulary` for supplementary records if none is loaded.
    package static func plan(
        for file: VocabularyFile,
        previous: Loaded?,
        name: String? = nil,
        audit: Bool = false,
        acceptsShrunken: Bool = false
    ) throws(SubmissionError) -> (role: Role, plan: QueryPlan) {
        if file.kind == .meshSupplementary {
            guard let previous else {
                throw SubmissionError(
                    .noVocabulary,
                    at: .init(file: file.fileName),
                    "waiting for a vocabulary: supplementary records are placed in one"
                )
            }
            return (.contribution(to: previous.info), supplementary(file, in: previous))
        }
        guard let previous else {
            let name = name ?? file.kind.defaultName
            return (.vocabulary(name: name), loadPlan(file, name: name, since: nil, audit: audit))
        }
        let before = identifiers(of: previous.taxonomy)
        let now = identifiers(of: file.taxonomy)
        let kept = before.intersection(now).count
        if kept * 2 >= before.count {
            try checkLoss(file, previous: previous, kept: kept, of: before.count, acceptsShrunken)
            let plan = loadPlan(file, name: previous.info.name, since: before, audit: audit)
            return (.version(of: previous.info), plan)
        }
        if now.count >= before.count {
            let name = unrelatedName(of: file, previous: previous.info)
            return (.vocabulary(name: name), loadPlan(file, name: name, since: nil, audit: audit))
        }
        return (.contribution(to: previous.info), contribution(file, to: previous, known: before))
    }

    /// Audit queries for concepts, whose edges are to be judged again.
    package static func audit(
        _ concepts: [Concept.Index],
        in taxonomy: Taxonomy,
        firstNumber: Int = 1
    ) -> [Query] {
        zip(firstNumber..., concepts).map { number, index in
            query(taxonomy.concepts[index], number: number, task: .audit)
        }
    }

    // MARK: Plans

    private static func loadPlan(
        _ file: VocabularyFile,
        name: String,
        since before: Set<String>?,
        audit: Bool
    ) -> QueryPlan {
        let taxonomy = file.taxonomy
        let orphans = Set(file.orphans)
        var queries: [Query] = []
        var newCount = 0
        for index in 0..<file.counts.concepts {
            let concept = taxonomy.concepts[index]
            let isNew = before.map { !$0.contains(concept.identifier) } ?? false
            guard isNew || orphans.contains(index) else { continue }
            if isNew, !orphans.contains(index) { newCount += 1 }
            var query = query(concept, number: queries.count + 1, task: .place)
            query.hide = [concept.identifier]
            query.mappedTo = taxonomy.parents[index].map { taxonomy.concepts[$0].identifier }
            queries.append(query)
        }
        if audit {
            let known = (0..<file.counts.concepts).filter { !taxonomy.parents[$0].isEmpty }
            queries += Self.audit(known, in: taxonomy, firstNumber: queries.count + 1)
        }
        var parts = ["\(file.counts.concepts) concepts and \(file.counts.edges) parent edges"]
        if before != nil {
            parts.append("\(newCount) new \(newCount == 1 ? "concept" : "concepts") to place")
        }
        if !orphans.isEmpty {
            let concepts = orphans.count == 1 ? "concept" : "concepts"
            parts.append("\(orphans.count) \(concepts) without a parent to place")
        }
        if audit { parts.append("the edges of all concepts to judge again") }
        return QueryPlan(
            queries: queries,
            reading: "Read as the vocabulary \(name): \(parts.joined(separator: ", ")).",
            notes: notes(of: file)
        )
    }

    private static func supplementary(_ file: VocabularyFile, in previous: Loaded) -> QueryPlan {
        var plan = QueryPlan(reading: "", notes: notes(of: file))
        for record in file.supplementary where record.recordClass == diseaseClass {
            plan.queries.append(
                Query(
                    key: QueryPlan.key(plan.queries.count + 1),
                    task: .place,
                    term: record.name,
                    identifier: record.identifier,
                    synonyms: record.synonyms,
                    definition: record.definition,
                    mappedTo: record.mappedTo.map { spelled($0, in: previous.taxonomy) }
                )
            )
        }
        let others = file.supplementary.count - plan.queries.count
        plan.reading = """
            Read as \(file.supplementary.count) supplementary records: \(plan.queries.count) \
            diseases to place in \(previous.info.name), \(others) of other classes left out.
            """
        return plan
    }

    private static func contribution(
        _ file: VocabularyFile,
        to previous: Loaded,
        known: Set<String>
    ) -> QueryPlan {
        let taxonomy = file.taxonomy
        var queries: [Query] = []
        for index in 0..<file.counts.concepts {
            let concept = taxonomy.concepts[index]
            guard !known.contains(concept.identifier) else { continue }
            var query = query(concept, number: queries.count + 1, task: .place)
            query.mappedTo = taxonomy.parents[index].map { taxonomy.concepts[$0].identifier }
            queries.append(query)
        }
        let name = previous.info.name
        return QueryPlan(
            queries: queries,
            reading: """
                Read as records for \(name), because it holds less than half of that vocabulary: \
                \(queries.count) new concepts to place, \
                \(file.counts.concepts - queries.count) known already.
                """,
            notes: notes(of: file)
        )
    }

    private static func query(_ concept: Concept, number: Int, task: Query.Task) -> Query {
        Query(
            key: QueryPlan.key(number),
            task: task,
            term: concept.name,
            identifier: concept.identifier,
            synonyms: task == .audit ? [] : concept.synonyms,
            definition: task == .audit ? nil : concept.definition
        )
    }

    // MARK: Comparison

    /// Identifiers of records, without MeSH's categories, which every version would keep.
    private static func identifiers(of taxonomy: Taxonomy) -> Set<String> {
        Set(taxonomy.concepts.lazy.map(\.identifier).filter { !$0.hasPrefix("MeSH:") })
    }

    private static func checkLoss(
        _ file: VocabularyFile,
        previous: Loaded,
        kept: Int,
        of count: Int,
        _ acceptsShrunken: Bool
    ) throws(SubmissionError) {
        let lost = count - kept
        guard lost * 100 > count * lossPercent, !acceptsShrunken else { return }
        throw SubmissionError(
            .shrunkenVocabulary,
            at: .init(file: file.fileName),
            """
            \(lost) of the \(count) concepts of \(previous.info.name) \
            (\(previous.info.version.prefix(8))) are missing, more than \(lossPercent) %
            """
        )
    }

    private static func unrelatedName(of file: VocabularyFile, previous: VocabularyInfo) -> String {
        let stem = FileNames.stem(file.fileName)
        return stem.lowercased() == previous.name.lowercased()
            ? "\(stem)-\(file.sha256.prefix(8))" : stem
    }

    private static func spelled(_ identifier: String, in taxonomy: Taxonomy) -> String {
        taxonomy.index(ofAnyIdentifier: identifier)
            .map { taxonomy.concepts[$0].identifier } ?? identifier
    }

    private static func notes(of file: VocabularyFile) -> [String] {
        var notes = file.notes
        if file.counts.problems > 0 {
            notes.append("\(file.counts.problems) faults of single records, see problems.tsv")
        }
        if file.counts.warnings > 0 {
            let first = file.warnings[0]
            notes.append(
                """
                \(file.counts.warnings) warnings; the first, line \(first.line), \
                \(first.identifier): \(first.message)
                """
            )
        }
        return notes
    }
}
