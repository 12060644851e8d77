extension TermMatch {
    /// Names that a summary spells out for each kind; the rest are only counted.
    private static let shownNames = 5

    /// Whether a concept was taken.
    package var isKnown: Bool { kind != .unknown && kind != .ambiguous }

    /// How a list's names were matched, in one sentence for a person.
    ///
    ///     12 of 15 names are known, 2 of them by spelling (“cardia arrests” → Heart Arrest, …);
    ///     1 is not taken, because it is not certain what is meant (“ATS”: …); 2 are unknown (…).
    ///
    /// - Parameter matches: One for each name given; a repeated name counts once.
    /// - Returns: `nil` if there is no match.
    package static func summary(of matches: [TermMatch]) -> String? {
        var seen: Set<String> = []
        let matches = matches.filter { seen.insert($0.given).inserted }
        guard !matches.isEmpty else { return nil }
        let known = matches.count(where: \.isKnown)
        var parts = [
            "\(known) of \(matches.count) \(matches.count == 1 ? "name" : "names") "
                + "\(known == 1 ? "is" : "are") known"
        ]
        let spelled = matches.filter { $0.kind == .spelling || $0.kind == .nearest }
        if !spelled.isEmpty {
            let names = shown(spelled) { "“\($0.given)” → \($0.name ?? "")" }
            parts[0] += ", \(spelled.count) of them by spelling (\(names))"
        }
        let several = matches.filter { $0.kind == .ambiguous }
        if !several.isEmpty {
            let names = shown(several) { match in
                let meanings = match.candidates?.prefix(shownNames).map(\.name) ?? []
                return "“\(match.given)”: \(meanings.joined(separator: " or "))"
            }
            parts.append(
                "\(several.count) \(several.count == 1 ? "is" : "are") not taken, because it is not "
                    + "certain what is meant (\(names))"
            )
        }
        let unknown = matches.filter { $0.kind == .unknown }
        if !unknown.isEmpty {
            let names = shown(unknown) { "“\($0.given)”" }
            parts.append("\(unknown.count) \(unknown.count == 1 ? "is" : "are") unknown (\(names))")
        }
        return parts.joined(separator: "; ") + "."
    }

    private static func shown(_ matches: [TermMatch], _ text: (TermMatch) -> String) -> String {
        var texts = matches.prefix(shownNames).map(text)
        if matches.count > shownNames { texts.append("and \(matches.count - shownNames) more") }
        return texts.joined(separator: ", ")
    }
}
