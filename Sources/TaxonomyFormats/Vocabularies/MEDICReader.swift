import Contract

/// Reads CTD's `CTD_diseases.xml`: `RowSet` / `Row`, one element per field, lists joined by “|”.
///
/// The reader tolerates variants: a field may be empty, missing or repeated (the first name counts,
/// lists are concatenated), elements may have attributes, rows may be nested deeper, and the letter
/// case of element names is ignored.
final class MEDICReader: XMLHandler {
    private enum Place {
        static let rowSet: XMLPaths.Place = 1
        static let row: XMLPaths.Place = 2
        static let name: XMLPaths.Place = 3
        static let identifier: XMLPaths.Place = 4
        static let definition: XMLPaths.Place = 5
        static let parents: XMLPaths.Place = 6
        static let treeNumbers: XMLPaths.Place = 7
        static let synonyms: XMLPaths.Place = 8
        static let alternatives: XMLPaths.Place = 9
    }

    let paths = XMLPaths(
        [
            .init(XMLPaths.document, "RowSet", Place.rowSet),
            .init(Place.rowSet, "Row", Place.row),
            .init(Place.row, "DiseaseName", Place.name),
            .init(Place.row, "DiseaseID", Place.identifier),
            .init(Place.row, "Definition", Place.definition),
            .init(Place.row, "ParentIDs", Place.parents),
            .init(Place.row, "TreeNumbers", Place.treeNumbers),
            .init(Place.row, "Synonyms", Place.synonyms),
            .init(Place.row, "AltDiseaseIDs", Place.alternatives),
        ],
        capturing: [
            Place.name, Place.identifier, Place.definition, Place.parents, Place.treeNumbers,
            Place.synonyms, Place.alternatives,
        ],
        transparent: [Place.rowSet]
    )

    private(set) var builder: VocabularyBuilder
    private var record = VocabularyBuilder.Record()
    private var hasDiseases = false
    private var rows = 0

    init(fileName: String, limits: ReadLimits) {
        builder = VocabularyBuilder(fileName: fileName, kind: .medic, limits: limits)
    }

    func begin(
        _ place: XMLPaths.Place,
        attributes: XMLAttributes,
        line: Int
    ) throws(SubmissionError) {
        if place == Place.row {
            record = VocabularyBuilder.Record()
            record.line = line
        }
    }

    func end(_ place: XMLPaths.Place, text: UnsafeBufferPointer<UInt8>) throws(SubmissionError) {
        switch place {
        case Place.name: if record.name.isEmpty { record.name = Text.clean(text) }
        case Place.identifier:
            if record.identifier.isEmpty { record.identifier = Text.clean(text) }
            hasDiseases = true
        case Place.definition:
            if record.definition == nil, !text.isEmpty { record.definition = Text.clean(text) }
        case Place.parents: record.add(parents: Text.parts(text))
        case Place.treeNumbers: record.add(treeNumbers: Text.parts(text))
        case Place.synonyms: record.add(synonyms: Text.parts(text))
        case Place.alternatives:
            record.add(alternativeIdentifiers: Text.parts(text).map(Self.plain))
        case Place.row:
            rows += 1
            try builder.add(record)
        case Place.rowSet: try checkShape()
        default: break
        }
    }

    /// The identifier without the mark of its source: CTD writes `DO:DOID:9351`.
    static func plain(_ identifier: String) -> String {
        identifier.hasPrefix("DO:DOID:") ? String(identifier.dropFirst(3)) : identifier
    }

    /// Refuses a `RowSet` without diseases: CTD's files of chemicals and genes are one, too.
    private func checkShape() throws(SubmissionError) {
        guard rows > 0, !hasDiseases else { return }
        throw SubmissionError(
            .unknownVocabularyShape,
            at: .init(file: builder.fileName, line: record.line),
            "found \(rows) rows and in none of them a DiseaseID, expected CTD's diseases"
        )
    }
}
