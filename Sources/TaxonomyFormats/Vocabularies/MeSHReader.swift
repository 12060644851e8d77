import Contract

/// Reads NLM's XML of descriptors and supplementary records, as published from 2006 to 2026.
///
/// Over those years only elements that are not used here changed. Terms come from the term lists
/// and, for extracts whose term lists were removed, from the names of the record's concepts. The
/// definition is the scope note of the preferred concept, or the note of a supplementary record.
final class MeSHReader: XMLHandler {
    private enum Place {
        static let descriptorSet: XMLPaths.Place = 1
        static let supplementalSet: XMLPaths.Place = 2
        static let record: XMLPaths.Place = 3
        static let identifier: XMLPaths.Place = 4
        static let recordName: XMLPaths.Place = 5
        static let name: XMLPaths.Place = 6
        static let treeNumberList: XMLPaths.Place = 7
        static let treeNumber: XMLPaths.Place = 8
        static let conceptList: XMLPaths.Place = 9
        static let concept: XMLPaths.Place = 10
        static let conceptName: XMLPaths.Place = 11
        static let conceptNameString: XMLPaths.Place = 12
        static let scopeNote: XMLPaths.Place = 13
        static let termList: XMLPaths.Place = 14
        static let term: XMLPaths.Place = 15
        static let termString: XMLPaths.Place = 16
        static let note: XMLPaths.Place = 17
        static let mappedList: XMLPaths.Place = 18
        static let mapped: XMLPaths.Place = 19
        static let mappedDescriptor: XMLPaths.Place = 20
        static let mappedIdentifier: XMLPaths.Place = 21
    }

    let paths = XMLPaths(
        [
            .init(XMLPaths.document, "DescriptorRecordSet", Place.descriptorSet),
            .init(XMLPaths.document, "SupplementalRecordSet", Place.supplementalSet),
            .init(Place.descriptorSet, "DescriptorRecord", Place.record),
            .init(Place.supplementalSet, "SupplementalRecord", Place.record),
            .init(Place.record, "DescriptorUI", Place.identifier),
            .init(Place.record, "SupplementalRecordUI", Place.identifier),
            .init(Place.record, "DescriptorName", Place.recordName),
            .init(Place.record, "SupplementalRecordName", Place.recordName),
            .init(Place.recordName, "String", Place.name),
            .init(Place.record, "TreeNumberList", Place.treeNumberList),
            .init(Place.treeNumberList, "TreeNumber", Place.treeNumber),
            .init(Place.record, "ConceptList", Place.conceptList),
            .init(Place.conceptList, "Concept", Place.concept),
            .init(Place.concept, "ConceptName", Place.conceptName),
            .init(Place.conceptName, "String", Place.conceptNameString),
            .init(Place.concept, "ScopeNote", Place.scopeNote),
            .init(Place.concept, "TermList", Place.termList),
            .init(Place.termList, "Term", Place.term),
            .init(Place.term, "String", Place.termString),
            .init(Place.record, "Note", Place.note),
            .init(Place.record, "HeadingMappedToList", Place.mappedList),
            .init(Place.mappedList, "HeadingMappedTo", Place.mapped),
            .init(Place.mapped, "DescriptorReferredTo", Place.mappedDescriptor),
            .init(Place.mappedDescriptor, "DescriptorUI", Place.mappedIdentifier),
        ],
        capturing: [
            Place.identifier, Place.name, Place.treeNumber, Place.conceptNameString,
            Place.scopeNote, Place.termString, Place.note, Place.mappedIdentifier,
        ]
    )

    private(set) var builder: VocabularyBuilder
    private var record = VocabularyBuilder.Record()
    private var isPreferredConcept = false
    /// Whether the file is a translation, whose names stand before the English ones.
    private var isTranslated = false

    init(fileName: String, kind: VocabularyFile.Kind, limits: ReadLimits) {
        builder = VocabularyBuilder(fileName: fileName, kind: kind, limits: limits)
    }

    func begin(
        _ place: XMLPaths.Place,
        attributes: XMLAttributes,
        line: Int
    ) throws(SubmissionError) {
        switch place {
        case Place.descriptorSet, Place.supplementalSet:
            let language = attributes.value(of: "LanguageCode")?.lowercased() ?? "eng"
            isTranslated = language != "eng" && language != "en"
        case Place.record:
            record = VocabularyBuilder.Record()
            record.line = line
            // Without the attribute the record is a chemical (supp2014.dtd: default "1").
            record.recordClass = attributes.value(of: "SCRClass").flatMap { Int($0) } ?? 1
        case Place.concept:
            isPreferredConcept = attributes.value(of: "PreferredConceptYN") == "Y"
        default: break
        }
    }

    func end(_ place: XMLPaths.Place, text: UnsafeBufferPointer<UInt8>) throws(SubmissionError) {
        switch place {
        case Place.identifier: if record.identifier.isEmpty { record.identifier = Text.clean(text) }
        case Place.name:
            let names = names(text)
            if record.name.isEmpty, let name = names.first {
                record.name = name
                record.add(synonyms: Array(names.dropFirst()))
            }
        case Place.treeNumber: record.add(treeNumbers: [Text.clean(text)])
        case Place.conceptNameString, Place.termString: record.add(synonyms: names(text))
        case Place.scopeNote:
            if isPreferredConcept || record.definition == nil {
                record.definition = definition(text)
            }
        case Place.note: record.definition = definition(text)
        case Place.mappedIdentifier:
            let identifier = Text.clean(text).drop { $0 == "*" }
            if !identifier.isEmpty, record.mappedTo.count < 100,
                !record.mappedTo.contains(String(identifier))
            {
                record.mappedTo.append(String(identifier))
            }
        case Place.record: try builder.add(record)
        default: break
        }
    }

    /// The names in a text: one or, in a translation that writes “Krankheit[Disease]”, two.
    private func names(_ text: UnsafeBufferPointer<UInt8>) -> [String] {
        let name = Text.clean(text)
        guard isTranslated, name.last == "]" else { return [name] }
        // The English name may itself end with brackets.
        var depth = 0
        var open = name.endIndex
        for index in name.indices.reversed() {
            if name[index] == "]" { depth += 1 }
            if name[index] == "[" { depth -= 1 }
            if depth == 0 {
                open = index
                break
            }
        }
        guard open > name.startIndex, open < name.endIndex else { return [name] }
        let own = Text.clean(String(name[..<open]))
        let english = Text.clean(String(name[name.index(after: open)...].dropLast()))
        return own.isEmpty || english.isEmpty ? [name] : [own, english]
    }

    private func definition(_ text: UnsafeBufferPointer<UInt8>) -> String? {
        let definition = Text.clean(text)
        return definition.isEmpty ? nil : definition
    }
}
