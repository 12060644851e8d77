/// Tells a list of names from other text, for a file whose name says nothing.
///
/// Readme files, licences, logs, scripts and the files that editors leave have no ending either. A
/// name is short, ends without a full stop, and holds no address; a table has the same number of
/// tabs in every line.
enum TextShape {
    /// The most words that the middle line of a list has.
    ///
    /// Of MEDIC's names and synonyms, 98 in a hundred have at most eight.
    private static let wordLimit = 8

    /// Whether a text could be a list of names or a table.
    static func isList(_ text: String) -> Bool {
        let raw = text.split(whereSeparator: \.isNewline)
        let lines = raw.map { line in Text.clean(String(line)) }
            .filter { !$0.isEmpty && !$0.hasPrefix("#") }
        guard lines.contains(where: { $0.contains(where: \.isLetter) }) else { return false }
        let tabs = raw.map { $0.count { $0 == "\t" } }
        if let first = tabs.first, first > 0, tabs.allSatisfy({ $0 == first }) { return true }
        let words = lines.map { $0.split(separator: " ").count }.sorted()
        // The rules of a makefile and the blocks of code are indented.
        let others = lines.count { !isName($0) } + raw.count { $0.hasPrefix("\t") }
        return words[words.count / 2] <= wordLimit && others * 5 <= lines.count
    }

    private static func isName(_ line: String) -> Bool {
        if let last = line.last, ".:;,!?{}=\\".contains(last) { return false }
        if line.utf8.count > 200 || line.contains("://") || line.contains("@") { return false }
        // Code, settings and output of programs.
        let marks = [
            " = ", "==", "->", "=>", "();", "&&", "||", "${", "$(", "<<", "--", "](", "**",
        ]
        return !marks.contains { line.contains($0) }
    }
}
