import Taxonomy

extension VocabularyBuilder {
    /// The record's synonyms without duplicates, without its name and without names that are too
    /// long.
    mutating func synonyms(of record: Record) -> [String] {
        var kept: [String] = []
        var seen: Set<String> = []
        for synonym in record.synonyms where !synonym.isEmpty && synonym != record.name {
            guard isShort(synonym, of: record) else { continue }
            // Most records have few synonyms, and a set of them costs more than a look at each.
            if record.synonyms.count > 8 {
                if seen.insert(synonym).inserted { kept.append(synonym) }
            } else if !kept.contains(synonym) {
                kept.append(synonym)
            }
        }
        return kept
    }

    mutating func looseSynonyms(
        of record: Record,
        besides synonyms: [String]
    ) -> [Concept.LooseSynonym] {
        guard !record.looseSynonyms.isEmpty else { return [] }
        let exact = Set(synonyms)
        var seen: Set<Concept.LooseSynonym> = []
        var kept: [Concept.LooseSynonym] = []
        for synonym in record.looseSynonyms where !synonym.text.isEmpty {
            guard synonym.text != record.name, !exact.contains(synonym.text),
                isShort(synonym.text, of: record)
            else { continue }
            if seen.insert(synonym).inserted { kept.append(synonym) }
        }
        return kept
    }

    private mutating func isShort(_ synonym: String, of record: Record) -> Bool {
        guard synonym.utf8.count > limits.nameBytes else { return true }
        warn(
            record,
            "synonym-too-long",
            "a synonym of \(synonym.utf8.count) bytes was left out"
        )
        return false
    }

    static func unique(_ texts: [String]) -> [String] {
        guard texts.count > 1 else { return texts }
        var seen: Set<String> = []
        return texts.filter { seen.insert($0).inserted }
    }
}
