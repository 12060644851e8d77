package import Contract
package import Settings
package import TaxoInstruct
package import TaxonomyFormats

/// Decides which loaded vocabulary answers a list, and which queries the list becomes.
///
/// One door for the inbox, `taxod read` and `taxod expand`: a list is read alike wherever it comes
/// from.
package struct ListIntake {
    /// The vocabulary that answers a list.
    package struct Answering {
        package let info: VocabularyInfo
        package let names: NameIndex
        /// Why it is this one, where the list itself decided; `nil` otherwise.
        let note: String?

        package init(info: VocabularyInfo, names: NameIndex, note: String? = nil) {
            self.info = info
            self.names = names
            self.note = note
        }
    }

    /// Names of a list that are looked up to find its vocabulary; more say no more.
    private static let sample = 2_000

    private let configuration: Configuration
    private var store: TaxonomyStore { configuration.store }
    private var configured: String? { configuration.vocabulary }

    package init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    /// Whether only a list's names can tell which vocabulary answers.
    ///
    /// It is not open where there is no vocabulary: that fault is told when one is opened.
    ///
    /// - Throws: `SubmissionError` if the store cannot be read.
    package var isOpen: Bool {
        get throws {
            let loaded = try store.loaded()
            let choice = try? VocabularyRule.choice(
                named: nil,
                configured: configured,
                loaded: loaded
            )
            if case .several? = choice { return true }
            return false
        }
    }

    /// The vocabulary that answers a list.
    ///
    /// It is the one that the list names, else the given one, else the configured default, else
    /// the only one that is loaded. If several are, it is the one that knows at least half of the
    /// list's names and twice as many as any other.
    ///
    /// - Parameters:
    ///   - list: The list.
    ///   - named: As its folder or an option names it.
    /// - Returns: The vocabulary with its names.
    /// - Throws: `SubmissionError`; `severalVocabularies` if nothing decides.
    package func answering(_ list: ListFile, named: String?) throws -> Answering {
        let choice = try VocabularyRule.choice(
            named: list.vocabulary ?? named,
            configured: configured,
            loaded: try store.loaded(),
            file: list.fileName
        )
        switch choice {
        case .one(let info):
            return Answering(
                info: info,
                names: NameIndex(try store.open(version: info.version).taxonomy),
                note: nil
            )
        case .several(let open):
            return try knowing(list, among: open)
        }
    }

    /// The queries of a list for the vocabulary that answers it.
    ///
    /// - Throws: `SubmissionError` if no entry can be asked.
    package func plan(
        for list: ListFile,
        folder: Query.Task?,
        _ answering: Answering
    ) throws(SubmissionError) -> QueryPlan {
        var plan = try TaskRule.queries(
            from: list,
            folder: folder,
            names: answering.names,
            vocabularyName: answering.info.name,
            vocabularyAliases: VocabularyRule.aliases(of: answering.info),
            scope: configuration.vocabulary(named: answering.info.name).scope
        )
        if let note = answering.note { plan.notes.insert(note, at: 0) }
        return plan
    }

    /// What the names of a list's queries are in the vocabulary, in the order of the queries.
    package func matches(of plan: QueryPlan, _ answering: Answering) -> [TermMatch] {
        plan.queries.flatMap { query -> [TermMatch] in
            switch query.task {
            case .expand:
                query.seeds.indices.map { place in
                    let identifiers = query.seedIdentifiers
                    let identifier = place < identifiers.count ? identifiers[place] : ""
                    return answering.names.match(
                        query.seeds[place],
                        identifier: identifier.isEmpty ? nil : identifier
                    ).match
                }
            case .place, .audit:
                query.term.map { [answering.names.match($0, identifier: query.identifier).match] }
                    ?? []
            case .grow:
                ListFile.names(of: query.tree).map { answering.names.match($0).match }
            }
        }
    }

    /// The vocabulary that clearly knows most names of a list.
    private func knowing(_ list: ListFile, among open: [VocabularyInfo]) throws -> Answering {
        let items = Array(list.items.prefix(Self.sample))
        let counted = try open.map { info in
            let names = NameIndex(try store.open(version: info.version).taxonomy)
            return (info: info, names: names, known: items.count { names.match($0).isKnown })
        }.sorted { $0.known > $1.known }
        let of = items.count == 1 ? "the 1 name" : "the \(items.count) names"
        let best = counted[0]
        let second = counted[1].known
        guard best.known > 0, best.known * 2 >= items.count, best.known >= second * 2 else {
            let shares = counted.map { "\($0.info.name) (knows \($0.known) of \(of))" }
            let folders = counted.map { "Inbox/\($0.info.name)" }
            throw SubmissionError(
                .severalVocabularies,
                at: .init(file: list.fileName),
                """
                the list names no vocabulary, and several are loaded: \
                \(shares.joined(separator: ", "))
                """,
                remedy: """
                    Drop it into \(folders.joined(separator: " or ")), name the vocabulary in the \
                    file ({"vocabulary": "\(best.info.name)", …}), or set “vocabulary” in the \
                    configuration; the list waits until then.
                    """
            )
        }
        let others = counted.dropFirst().map { "\($0.info.name) knows \($0.known)" }
        return Answering(
            info: best.info,
            names: best.names,
            note: """
                Asked of \(best.info.name), which knows \(best.known) of \(of); \
                \(others.joined(separator: ", ")). To ask another, drop the file into \
                Inbox/NAME, where NAME is that vocabulary.
                """
        )
    }
}

extension ListFile {
    /// All names of the list, those of trees included.
    var items: [Item] {
        entries.flatMap { entry -> [Item] in
            switch entry.content {
            case .names(let items), .terms(let items), .seeds(let items, _), .audit(let items):
                items
            case .tree(let edges):
                Self.names(of: edges).map { Item(name: $0, line: entry.line) }
            case .fault:
                []
            }
        }
    }

    /// The names of a tree's nodes, each once, in the order of the edges.
    static func names(of edges: [Query.Edge]) -> [String] {
        var seen: Set<String> = []
        return edges.flatMap { [$0.parent, $0.child] }
            .filter { !$0.isEmpty && seen.insert($0).inserted }
    }
}
