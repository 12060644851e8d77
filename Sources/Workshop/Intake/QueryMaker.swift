package import Contract
package import TaxoInstruct
import Taxonomy
package import TaxonomyFormats

/// Turns entries of a list into queries, which it numbers and checks.
package struct QueryMaker {
    package let fileName: String
    package let names: NameIndex
    package let limits: ReadLimits
    /// Where terms may be placed if their entry does not say so.
    let scope: PlacingScope
    private(set) var plan = QueryPlan(reading: "")
    private var number = 0

    package init(
        fileName: String,
        names: NameIndex,
        limits: ReadLimits,
        scope: PlacingScope = PlacingScope()
    ) {
        self.fileName = fileName
        self.names = names
        self.limits = limits
        self.scope = scope
    }

    /// Makes the queries of an entry for a task; content that does not fit the task is refused.
    package mutating func add(_ entry: ListFile.Entry, as task: Query.Task) {
        switch (task, entry.content) {
        case (_, .fault(let fault)):
            refuse(Query(key: nextKey(), task: task), fault)
        case (.expand, .names(let items)), (.expand, .terms(let items)):
            expand(items, parent: nil, entry)
        case (.expand, .seeds(let items, let parent)):
            expand(items, parent: parent, entry)
        case (.place, .names(let items)), (.place, .terms(let items)),
            (.place, .seeds(let items, _)):
            place(items, entry)
        case (.grow, .tree(let edges)):
            grow(edges, entry)
        case (.expand, .tree(let edges)):
            for (parent, children) in levels(of: edges) {
                let items = children.map { ListFile.Item(name: $0, line: entry.line) }
                expand(items, parent: parent.isEmpty ? nil : parent, entry)
            }
        case (.place, .tree(let edges)):
            var seen: Set<String> = []
            let nodes = edges.flatMap { [$0.parent, $0.child] }
                .filter { !$0.isEmpty && seen.insert($0).inserted }
            place(nodes.map { ListFile.Item(name: $0, line: entry.line) }, entry)
        case (.audit, .audit(let items)), (.audit, .names(let items)), (.audit, .terms(let items)),
            (.audit, .seeds(let items, _)):
            audit(items, entry)
        case (.grow, _), (.audit, .tree), (.expand, .audit), (.place, .audit):
            refuse(
                Query(key: nextKey(), task: task),
                SubmissionError(
                    .unknownListShape,
                    at: location(entry.line),
                    task == .grow
                        ? "found no tree, which the task grow needs"
                        : "found what the task \(task.rawValue) cannot take"
                )
            )
        }
    }

    /// Refuses an entry that names a vocabulary other than the one that answers.
    package mutating func refuse(_ entry: ListFile.Entry, foreign: String, answering: String) {
        refuse(
            Query(key: nextKey(), task: entry.task ?? .expand),
            SubmissionError(
                .unknownTaxonomy,
                at: location(entry.line),
                """
                found the vocabulary “\(Text.cut(foreign))”, but this file is answered by \
                \(answering); a file has one vocabulary
                """,
                remedy: "Put the entries of each vocabulary into a file of their own."
            )
        )
    }

    private mutating func expand(_ items: [ListFile.Item], parent: String?, _ entry: ListFile.Entry)
    {
        let query = Query(
            key: nextKey(),
            task: .expand,
            seeds: items.map(\.name),
            seedIdentifiers: items.contains { $0.identifier != nil && $0.identifier != $0.name }
                ? items.map { $0.identifier ?? "" } : [],
            parent: parent,
            hide: entry.hide
        )
        let names = items.map { (name: $0.name, line: $0.line) }
        ask(query, names: names + (parent.map { [($0, entry.line)] } ?? []))
    }

    private mutating func place(_ items: [ListFile.Item], _ entry: ListFile.Entry) {
        for item in items {
            var query = Query(
                key: nextKey(),
                task: .place,
                term: item.name,
                identifier: item.identifier,
                synonyms: item.synonyms.filter { $0.utf8.count <= limits.nameBytes },
                definition: item.definition,
                references: item.references,
                mappedTo: item.parents,
                hide: entry.hide
            )
            entry.scope.or(scope).apply(to: &query)
            ask(query, names: [(item.name, item.line)])
        }
    }

    private mutating func grow(_ edges: [Query.Edge], _ entry: ListFile.Entry) {
        let query = Query(key: nextKey(), task: .grow, tree: edges, hide: entry.hide)
        let names = edges.flatMap { [$0.child] + ($0.parent.isEmpty ? [] : [$0.parent]) }
        ask(query, names: names.map { ($0, entry.line) })
    }

    private mutating func audit(_ items: [ListFile.Item], _ entry: ListFile.Entry) {
        guard !items.isEmpty else {
            let taxonomy = names.taxonomy
            let all = taxonomy.concepts.indices.filter { !taxonomy.parents[$0].isEmpty }
            let queries = VocabularyQueries.audit(all, in: taxonomy, firstNumber: number + 1)
            number += queries.count
            plan.queries += queries
            return
        }
        for item in items {
            let match = names.match(item)
            guard let index = match.identifier.flatMap(names.taxonomy.index(ofIdentifier:)) else {
                let query = Query(key: nextKey(), task: .audit, term: item.name)
                refuse(
                    shortened(query),
                    SubmissionError(
                        .missingTerm,
                        at: location(item.line),
                        Self.unaudited(match),
                        remedy: "Name a concept of the vocabulary, or use the task place."
                    )
                )
                continue
            }
            number += 1
            plan.queries += VocabularyQueries.audit(
                [index],
                in: names.taxonomy,
                firstNumber: number
            )
        }
    }

    /// Why a name is not audited.
    private static func unaudited(_ match: TermMatch) -> String {
        let word = Text.cut(match.givenIdentifier ?? match.given)
        guard let candidates = match.candidates, !candidates.isEmpty else {
            return "no concept is called “\(word)”; only known ones are audited"
        }
        let meant = candidates.prefix(5).map { "\($0.name) (\($0.identifier))" }
        return "“\(word)” may mean \(meant.joined(separator: " or ")); none is taken"
    }

    private mutating func ask(_ query: Query, names: [(name: String, line: Int)]) {
        for (name, line) in names {
            if name.isEmpty {
                refuse(
                    shortened(query),
                    SubmissionError(.missingTerm, at: location(line), "found an empty name")
                )
                return
            }
            if name.utf8.count > limits.nameBytes {
                refuse(
                    shortened(query),
                    SubmissionError(
                        .nameTooLong,
                        at: location(line),
                        """
                        found a name of \(name.utf8.count) bytes (“\(Text.cut(name, to: 40))”), \
                        the limit is \(limits.nameBytes)
                        """
                    )
                )
                return
            }
        }
        plan.queries.append(query)
    }

    private mutating func refuse(_ query: Query, _ error: SubmissionError) {
        plan.refusals.append(.init(query: query, error: error))
    }

    /// The query with its names cut short, so that a refused query stays small.
    private func shortened(_ query: Query) -> Query {
        var query = query
        query.seeds = query.seeds.prefix(20).map { Text.cut($0) }
        query.parent = query.parent.map { Text.cut($0) }
        query.term = query.term.map { Text.cut($0) }
        query.identifier = query.identifier.map { Text.cut($0) }
        query.synonyms = []
        query.definition = nil
        query.tree = query.tree.prefix(20).map {
            Query.Edge(child: Text.cut($0.child), parent: Text.cut($0.parent))
        }
        return query
    }

    private mutating func nextKey() -> String {
        number += 1
        return QueryPlan.key(number)
    }

    private func location(_ line: Int) -> SubmissionError.Location {
        .init(file: fileName, line: line)
    }

    /// The children of each parent, both in the order of the edges.
    private func levels(of edges: [Query.Edge]) -> [(parent: String, children: [String])] {
        var order: [String] = []
        var children: [String: [String]] = [:]
        for edge in edges {
            if children[edge.parent] == nil { order.append(edge.parent) }
            children[edge.parent, default: []].append(edge.child)
        }
        return order.map { ($0, children[$0] ?? []) }
    }
}
