package import Contract
package import TaxoInstruct
package import TaxonomyFormats

/// Decides which queries a list becomes.
///
/// The task is the one that an entry names; otherwise the folder's (`Inbox/expand`, `Inbox/place`,
/// `Inbox/grow`); otherwise the content decides: a tree is grown, seeds are expanded, terms are
/// placed, and bare names are a seed set if the vocabulary knows at least half of them, else terms.
package enum TaskRule {
    /// Turns a list into queries.
    ///
    /// - Parameters:
    ///   - list: The list.
    ///   - folder: The task of the folder that the file was dropped into, if it has one.
    ///   - names: The names of the vocabulary that will answer.
    ///   - vocabularyName: Its name, for the receipt.
    ///   - vocabularyAliases: Other names by which an entry may refer to it; see
    ///     ``VocabularyRule``.
    ///   - scope: Where terms may be placed if the list does not say so.
    ///   - limits: Limits on the length of names.
    /// - Returns: The queries, the refused ones, and how the list was read.
    /// - Throws: `SubmissionError` if no entry can be asked: the fault of the first one.
    package static func queries(
        from list: ListFile,
        folder: Query.Task?,
        names: NameIndex,
        vocabularyName: String,
        vocabularyAliases: [String] = [],
        scope: PlacingScope = PlacingScope(),
        limits: ReadLimits = .standard
    ) throws(SubmissionError) -> QueryPlan {
        var maker = QueryMaker(
            fileName: list.fileName,
            names: names,
            limits: limits,
            scope: scope
        )
        let answering = Set(([vocabularyName] + vocabularyAliases).map { $0.lowercased() })
        var readings: [String] = []
        // Counts the queries from bare names; sentences of their own explain them.
        var ruled = 0
        var oneLine: String?
        for entry in gathered(list.entries, folder: folder) {
            if let named = entry.vocabulary, !answering.contains(named.lowercased()) {
                maker.refuse(entry, foreign: named, answering: vocabularyName)
                continue
            }
            if entry.task == nil, folder == nil, case .names(let items) = entry.content {
                let matches = items.map { names.match($0) }
                let isSeedSet = matches.count(where: \.isKnown) * 2 >= items.count
                let before = maker.plan.queries.count
                maker.add(entry, as: isSeedSet ? .expand : .place)
                ruled += maker.plan.queries.count - before
                readings.append(sentence(matches, vocabularyName, isSeedSet: isSeedSet))
                oneLine = items.count == 1 ? hint(on: items[0], names) : nil
            } else {
                maker.add(entry, as: entry.task ?? folder ?? task(of: entry.content))
            }
        }
        guard !maker.plan.queries.isEmpty || !maker.plan.refusals.isEmpty else {
            throw SubmissionError(
                .emptyList,
                at: .init(file: list.fileName, line: list.entries.first?.line),
                "nothing in the list can be asked"
            )
        }
        if maker.plan.queries.isEmpty, let first = maker.plan.refusals.first { throw first.error }
        var plan = maker.plan
        if plan.queries.count > ruled {
            let isByFolder = list.entries.allSatisfy { $0.task == nil }
            readings.append(summary(of: plan, list, folder: isByFolder ? folder : nil))
        }
        if !plan.refusals.isEmpty { readings.append("\(plan.refusals.count) refused.") }
        plan.reading = readings.joined(separator: " ")
        plan.notes = list.notes + [oneLine].compactMap(\.self) + plan.notes
        return plan
    }

    /// A note on a single name that looks like several on one line; `nil` if it does not.
    ///
    /// Names have commas of their own, so nothing is split: the note says what to do.
    private static func hint(on item: ListFile.Item, _ names: NameIndex) -> String? {
        guard !names.match(item).isKnown else { return nil }
        let parts = item.name.split { ",;|".contains($0) }.map { Text.cut(String($0)) }
        let known = parts.count { names.match($0).match.isKnown }
        guard parts.count > 1, known * 2 >= parts.count else { return nil }
        return """
            line \(item.line) was read as one name, but \(known) of its \(parts.count) parts are \
            names as well; if it is a list, write one name a line
            """
    }

    /// Merges a file's bare names and terms into one seed set if its folder is for seeds.
    private static func gathered(
        _ entries: [ListFile.Entry],
        folder: Query.Task?
    ) -> [ListFile.Entry] {
        guard folder == .expand else { return entries }
        var seeds: [ListFile.Item] = []
        var first: Int?
        var kept: [ListFile.Entry] = []
        for entry in entries {
            switch entry.content {
            case .names(let items) where entry.task == nil,
                .terms(let items) where entry.task == nil:
                if first == nil {
                    first = kept.count
                    kept.append(entry)
                }
                seeds += items
            default:
                kept.append(entry)
            }
        }
        if let first { kept[first].content = .seeds(seeds, parent: nil) }
        return kept
    }

    private static func task(of content: ListFile.Content) -> Query.Task {
        switch content {
        case .names, .seeds, .fault: .expand
        case .terms: .place
        case .tree: .grow
        case .audit: .audit
        }
    }

    /// How bare names were read, and what the other reading would have done.
    private static func sentence(
        _ matches: [TermMatch],
        _ vocabulary: String,
        isSeedSet: Bool
    ) -> String {
        let count = matches.count
        let known = matches.count(where: \.isKnown)
        let names = count == 1 ? "the 1 name" : "the \(count) names"
        let share = "\(known) of \(names) \(known == 1 ? "is" : "are") known to \(vocabulary)"
        guard isSeedSet else {
            let seeds = known == 0 ? "not one" : "\(known)"
            return """
                Read as new terms to place, because \(share), less than half. As a seed set, \
                \(seeds) would say what kind is meant: for that, drop the file into Inbox/expand or \
                write {"task": "expand", "seeds": […]}.
                """
        }
        let unknown = matches.filter { !$0.isKnown }.map { "“\(Text.cut($0.given, to: 40))”" }
        let shown = unknown.prefix(shownUnknown).joined(separator: ", ")
        let more = unknown.count > shownUnknown ? " and \(unknown.count - shownUnknown) more" : ""
        let left = unknown.isEmpty ? "" : " Not placed: \(shown)\(more)."
        return """
            Read as a seed set, because \(share), at least half.\(left) To have the names placed as \
            new terms instead, drop the file into Inbox/place or write {"task": "place", \
            "terms": […]}.
            """
    }

    /// Unknown names of a seed set that its reading spells out.
    private static let shownUnknown = 8

    /// How entries that say themselves what they are were read.
    private static func summary(
        of plan: QueryPlan,
        _ list: ListFile,
        folder: Query.Task?
    ) -> String {
        let tasks = plan.queries.map(\.task)
        let parts = Query.Task.allCases.compactMap { task -> String? in
            let count = tasks.count { $0 == task }
            return count == 0 ? nil : "\(count) to \(task.rawValue)"
        }
        let isTable = !list.columns.isEmpty
        let why =
            folder.map { "as the folder Inbox/\($0.rawValue) says" }
            ?? (isTable ? "as its columns say" : "as its entries say")
        let other =
            isTable
            ? """
            drop the file into Inbox/expand, Inbox/place or Inbox/grow, or add a column “task” with \
            expand, place, grow or audit.
            """ : "give each object a \"task\": expand, place, grow or audit."
        return
            "Read as \(parts.joined(separator: ", ")), \(why). To force another reading, \(other)"
    }
}
