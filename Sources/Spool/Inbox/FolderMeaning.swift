package import Contract

/// What a folder of the inbox says about the files in it.
///
/// A folder named after a task, after a loaded vocabulary, or `vocabulary`; letter case does not
/// matter. The first two can stand in each other: `MEDIC/place` and `place/MEDIC` say the same.
package struct FolderMeaning: Hashable, Sendable {
    /// The task of its files.
    package var task: Query.Task?
    /// The vocabulary that its files ask, as the folder spells it.
    package var vocabulary: String?
    /// Whether tables in it are vocabularies.
    package var isVocabularies = false

    package init() {}

    /// The meaning of the inbox itself.
    static let inbox = FolderMeaning()

    /// The meaning of a folder within one of this meaning; `nil` if its name says nothing more.
    ///
    /// `vocabularies` are the names of the loaded ones, in lower case.
    func within(_ name: [UInt8], vocabularies: Set<String>) -> FolderMeaning? {
        guard !isVocabularies else { return nil }
        let text = String(decoding: name, as: UTF8.self)
        let word = text.lowercased()
        var meaning = self
        switch word {
        case "expand", "place", "grow":
            guard task == nil else { return nil }
            meaning.task = Query.Task(rawValue: word)
        case "vocabulary", "vocabularies":
            guard self == .inbox else { return nil }
            meaning.isVocabularies = true
        default:
            guard vocabulary == nil, vocabularies.contains(word) else { return nil }
            meaning.vocabulary = text
        }
        return meaning
    }

    /// What a person can do about a folder that says nothing.
    static func remedy(vocabularies: [String]) -> String {
        let loaded = vocabularies.isEmpty ? "" : ", \(vocabularies.joined(separator: ", "))"
        return """
            its files are not taken; folders that count are expand, place, grow and vocabulary, and \
            those named after a loaded vocabulary\(loaded.isEmpty ? "" : " (\(loaded.dropFirst(2)))"); \
            spool.subfolders takes the files of every folder
            """
    }
}
