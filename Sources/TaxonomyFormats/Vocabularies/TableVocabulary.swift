import Contract
import Taxonomy

/// Reads a table of concepts: identifiers and names, parents by identifier or name, synonyms and
/// definitions.
///
/// A table is a vocabulary if the caller says so, or if it has identifiers and at least four fifths
/// of its parents are rows of the same table. CTD writes MEDIC as such a table, too; its header
/// stands in a comment.
struct TableVocabulary {
    private static let medicTitles: Set<String> = ["diseasename", "diseaseid", "parentids"]

    private static let looseFields: [(ListField, Concept.LooseSynonym.Scope)] = [
        (.narrowSynonyms, .narrow), (.broadSynonyms, .broad), (.relatedSynonyms, .related),
    ]

    private static let tops: Set<String> = [
        "http://www.w3.org/2002/07/owl#Thing", "owl:Thing",
    ]

    let fileName: String
    let limits: ReadLimits

    /// The vocabulary in a text; `nil` if it is a list.
    ///
    /// - Parameters:
    ///   - bytes: The file, unpacked.
    ///   - ending: The file's ending in lower case.
    ///   - sha256: The hash of the file on disk.
    ///   - asVocabulary: Whether the table is to be a vocabulary; `nil` if its shape decides.
    /// - Returns: The vocabulary, or `nil`.
    /// - Throws: `unknownVocabularyShape` if the caller wants a vocabulary and the text is none.
    func vocabulary(
        inText bytes: [UInt8],
        ending: String,
        sha256: String,
        asVocabulary: Bool?
    ) throws(SubmissionError) -> VocabularyFile? {
        guard asVocabulary != false else { return nil }
        guard !ListReader.isJSON(bytes, named: ending) else {
            if asVocabulary == true { throw shapeless("JSON") }
            return nil
        }
        let text = bytes[(bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)...]
        let separated = SeparatedText(fileName: fileName)
        guard let sample = separated.sample(text, named: ending) else {
            if asVocabulary == true { throw shapeless("one term a line") }
            return nil
        }
        // The first rows tell whether there are the columns; most lists end here.
        let hasColumns = TableConcepts(TableReading(sample, named: ending)).hasColumns
        guard hasColumns || asVocabulary == true else { return nil }
        try Encoding.check(bytes, fileName: fileName)
        guard let table = try separated.table(text, named: ending) else { return nil }
        return try vocabulary(
            from: table,
            ending: ending,
            sha256: sha256,
            asVocabulary: asVocabulary
        )
    }

    /// The vocabulary in a table; `nil` if it is a list.
    ///
    /// - Parameters:
    ///   - table: The table.
    ///   - ending: The file's ending in lower case.
    ///   - sha256: The hash of the file on disk.
    ///   - asVocabulary: Whether the table is to be a vocabulary; `nil` if its shape decides.
    /// - Returns: The vocabulary, or `nil`.
    /// - Throws: `unknownVocabularyShape` if the caller wants a vocabulary and the table is none,
    ///   and the faults of ``VocabularyBuilder``.
    func vocabulary(
        from table: Table,
        ending: String,
        sha256: String,
        asVocabulary: Bool?
    ) throws(SubmissionError) -> VocabularyFile? {
        guard asVocabulary != false else { return nil }
        let reading = TableReading(table, named: ending)
        let concepts = TableConcepts(reading)
        guard concepts.hasColumns else {
            guard asVocabulary == true else { return nil }
            let titles = reading.titles.filter { !$0.isEmpty }.prefix(12)
            throw shapeless(
                titles.isEmpty
                    ? "a table without a header"
                    : "the columns "
                        + titles.map { "“\(Text.cut($0, to: 30))”" }
                        .joined(separator: ", ")
            )
        }
        guard asVocabulary == true || concepts.areVocabulary else { return nil }
        let keys = Set(reading.titles.map(ListField.key))
        let isMEDIC = Self.medicTitles.isSubset(of: keys)
        var builder = VocabularyBuilder(
            fileName: fileName,
            kind: isMEDIC ? .medic : .table,
            limits: limits
        )
        for row in reading.rows {
            try builder.add(record(row, reading, concepts, isMEDIC: isMEDIC))
        }
        var file = try builder.finish(sha256: sha256)
        file.format = "table"
        file.notes = reading.notes + [reason(concepts, isGiven: asVocabulary == true)] + file.notes
        return file
    }

    /// What a row says of its concept.
    private func record(
        _ row: Table.Row,
        _ reading: TableReading,
        _ concepts: TableConcepts,
        isMEDIC: Bool
    ) -> VocabularyBuilder.Record {
        let addresses = CompactIdentifier()
        var record = VocabularyBuilder.Record()
        record.line = row.line
        record.identifier = addresses.compact(
            reading.text(row, reading.column(.identifier)) ?? ""
        )
        let name = reading.fields.firstIndex { $0?.namesRow == true }
        record.name = reading.text(row, name) ?? ""
        record.definition = reading.text(row, reading.column(.definition))
        record.add(synonyms: reading.entries(row, .synonyms))
        for (field, scope) in Self.looseFields {
            for text in reading.entries(row, field) { record.add(loose: scope, text) }
        }
        record.add(
            alternativeIdentifiers: reading.entries(row, .alternativeIdentifiers)
                .map(MEDICReader.plain)
        )
        record.add(crossReferences: reading.entries(row, .crossReferences))
        record.isObsolete = Self.isYes(reading.text(row, reading.column(.obsolete)))
        for other in reading.entries(row, .replacedBy) {
            record.add(replacement: addresses.compact(other))
        }
        // BioPortal writes the class of all things above every root.
        let parents = TableConcepts.parents(row, reading).filter { !Self.tops.contains($0) }
        record.add(parents: parents.map { addresses.compact(concepts.resolve($0) ?? $0) })
        let treeNumbers = reading.titles.firstIndex { ListField.key($0) == "treenumbers" }
        if isMEDIC, let numbers = reading.text(row, treeNumbers) {
            record.add(treeNumbers: numbers.split(separator: "|").map { Text.clean(String($0)) })
        }
        return record
    }

    /// Whether a cell says yes.
    private static func isYes(_ cell: String?) -> Bool {
        let words = ["true", "yes", "y", "1", "t", "x", "obsolete", "deprecated"]
        return cell.map { words.contains($0.lowercased()) } ?? false
    }

    private func reason(_ concepts: TableConcepts, isGiven: Bool) -> String {
        let share = "\(concepts.inside) of its \(concepts.parents) parents are rows of the table"
        return isGiven
            ? "the table was read as a vocabulary because of its folder; \(share)"
            : """
            the table was read as a vocabulary, because it has identifiers and \(share); to have its \
            rows placed as new terms, drop it into Inbox/place
            """
    }

    private func shapeless(_ found: String) -> SubmissionError {
        SubmissionError(
            .unknownVocabularyShape,
            at: .init(file: fileName, line: 1),
            "found \(found), expected a vocabulary",
            remedy: """
                A table that is to be a vocabulary needs a header with the columns id, name and \
                parent; drop a list of terms into Inbox itself or Inbox/place.
                """
        )
    }
}
