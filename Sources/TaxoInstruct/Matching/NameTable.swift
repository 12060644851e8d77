import Taxonomy

/// Names with what they belong to, found by equal spelling.
///
/// For names that are not a concept's own terms: those of obsolete concepts, and loose synonyms.
struct NameTable: Sendable {
    private var byKey: [String: [Int]] = [:]
    private var bySpelling: [NameKey: [Int]] = [:]

    /// Adds a name of the item with this number; numbers ascend.
    mutating func add(_ name: String, of number: Int) {
        func insert(into list: inout [Int]) {
            if list.last != number { list.append(number) }
        }
        for text in Set([name, Term.natural(name)]) {
            let key = Term.key(text)
            if !key.isEmpty { insert(into: &byKey[key, default: []]) }
        }
        // An acronym has no spelling but its own.
        guard !Acronym.isAcronym(name) else { return }
        for form in SpellingIndex.forms(of: name) where !form.tokens.isEmpty {
            for key in [form.key, form.joinedKey] { insert(into: &bySpelling[key, default: []]) }
        }
    }

    /// The items that have one of the readings as a name, from the least changed reading on.
    func numbers(of readings: NameReadings) -> [Int] {
        guard !byKey.isEmpty else { return [] }
        for text in readings.texts {
            for term in [text, Term.natural(text)] {
                if let found = byKey[Term.key(term)] { return found }
            }
            guard !Acronym.isAcronym(text) else { continue }
            for form in SpellingIndex.forms(of: text) {
                if let found = bySpelling[form.key] ?? bySpelling[form.joinedKey] { return found }
            }
        }
        return []
    }
}
