import Taxonomy

extension VocabularyBuilder {
    /// The edges of a vocabulary, by indices of its concepts.
    struct Edges {
        var parents: [[Concept.Index]]
        /// Concepts that are left without a parent though the file gives or should give one.
        var orphans: Set<Concept.Index> = []
        /// Concepts that need neither parent nor child.
        var roots: Set<Concept.Index> = []
        /// The line of each concept, counted from 1; 0 for a category of MeSH.
        var lines: [Int] = []
        /// Edges to classes that are left out.
        var outside = 0
        /// How often relations occur that are no edges, by their identifier.
        var unusedRelations: [String: Int] = [:]
        /// Configured relations that no record has.
        var missingRelations: [String] = []
    }

    /// What a record's parent turns out to be.
    private enum Parent {
        case concept(Concept.Index)
        /// The obsolete or merged concept was replaced by this one.
        case replaced(Concept.Index, identifier: String)
        case outside
        case fault(code: String, message: String)
    }

    // MARK: Parents by identifier

    /// The edges of records that name their parents by identifier.
    mutating func namedEdges(_ selection: Selection) -> Edges {
        var edges = Edges(parents: [])
        edges.parents.reserveCapacity(selection.concepts.count)
        edges.lines = selection.concepts.map { records[$0].line }
        let merged = mergedIdentifiers(selection)
        var relations = RelationRules(rules.rules(for: ownName).relations, names: relationNames)
        for (concept, index) in selection.concepts.enumerated() {
            var parents: [Concept.Index] = []
            var outside = 0
            func add(_ identifier: String, line: Int, to builder: inout VocabularyBuilder) {
                let parent = builder.parent(identifier, selection, merged)
                switch parent {
                case .outside: outside += 1
                case .concept(let found) where found != concept:
                    if !parents.contains(found) { parents.append(found) }
                case .concept, .replaced, .fault:
                    builder.add(parent, called: identifier, line, index, concept, to: &parents)
                }
            }
            let names = records[index].parentIdentifiers
            for (place, identifier) in names.enumerated() {
                add(identifier, line: records[index].line(ofParent: place), to: &self)
            }
            for (relation, target) in records[index].relations {
                if relations.isEdge(relation) {
                    add(target, line: records[index].line, to: &self)
                } else {
                    edges.unusedRelations[relation, default: 0] += 1
                }
            }
            edges.outside += outside
            if records[index].isRoot || outside > 0 { edges.roots.insert(concept) }
            if parents.isEmpty, outside == 0, !names.isEmpty { edges.orphans.insert(concept) }
            edges.parents.append(parents)
        }
        edges.missingRelations = relations.unmatched
        return edges
    }

    /// Adds a parent that was replaced, or reports why an edge is dropped.
    private mutating func add(
        _ parent: Parent,
        called identifier: String,
        _ line: Int,
        _ index: Int,
        _ concept: Concept.Index,
        to parents: inout [Concept.Index]
    ) {
        let record = records[index]
        func problem(_ code: String, _ message: String) -> RecordProblem {
            RecordProblem(
                line: line,
                identifier: Text.cut(record.identifier),
                code: code,
                message: message
            )
        }
        switch parent {
        case .concept(concept), .replaced(concept, _):
            note(
                problem(
                    "self-parent",
                    "the record names itself as its parent; the edge was dropped"
                ),
                of: record
            )
        case .replaced(let index, let new):
            warn(
                problem(
                    "replaced-parent",
                    """
                    “\(Text.cut(identifier))” is named as a parent and was replaced by \
                    “\(Text.cut(new))”; the edge goes there
                    """
                )
            )
            if !parents.contains(index) { parents.append(index) }
        case .concept, .outside: break
        case .fault(let code, let message):
            note(problem(code, "\(message); the edge was dropped"), of: record)
        }
    }

    /// What the parent with this identifier is.
    private func parent(
        _ identifier: String,
        _ selection: Selection,
        _ merged: [String: Int]
    ) -> Parent {
        guard var index = known[identifier] else {
            if let index = merged[identifier], case .concept(let found) = selection.standings[index]
            {
                return .replaced(found, identifier: records[index].identifier)
            }
            if kind == .ontology, !selection.reads(CompactIdentifier.prefix(of: identifier)) {
                return .outside
            }
            return .fault(
                code: "dangling-parent",
                message: "“\(Text.cut(identifier))” is named as a parent but no record defines it"
            )
        }
        var isReplaced = false
        var seen: Set<Int> = []
        while selection.standings[index] == .obsolete {
            let replacements = records[index].replacedBy
            guard seen.insert(index).inserted, replacements.count == 1,
                let next = known[replacements[0]]
            else { return .fault(code: "obsolete-parent", message: obsoleteParent(identifier)) }
            index = next
            isReplaced = true
        }
        switch selection.standings[index] {
        case .concept(let found):
            let new = records[index].identifier
            return isReplaced ? .replaced(found, identifier: new) : .concept(found)
        case .leftOut: return .outside
        case .obsolete, .nameless:
            return .fault(
                code: "dangling-parent",
                message: "“\(Text.cut(identifier))” is named as a parent but its record has no name"
            )
        }
    }

    private func obsoleteParent(_ identifier: String) -> String {
        let record = known[identifier].map { records[$0] }
        let others = (record?.replacedBy ?? []) + (record?.consider ?? [])
        let hint =
            others.isEmpty
            ? "names nothing in its place"
            : "names \(others.prefix(5).map { Text.cut($0) }.joined(separator: ", ")) in its place"
        return
            "“\(Text.cut(identifier))” is named as a parent but is obsolete, and the file \(hint)"
    }

    /// The records that took over another identifier, by that; without those that several did.
    private func mergedIdentifiers(_ selection: Selection) -> [String: Int] {
        guard isOntology else { return [:] }
        var merged: [String: Int] = [:]
        var isShared: Set<String> = []
        for index in selection.concepts {
            for identifier in records[index].alternativeIdentifiers {
                if let other = merged.updateValue(index, forKey: identifier), other != index {
                    isShared.insert(identifier)
                }
            }
        }
        for identifier in isShared { merged[identifier] = nil }
        return merged
    }

    // MARK: Parents by tree number

    /// The edges of MeSH's concepts, which tree numbers tell.
    ///
    /// The parent has the tree number without its last segment or, if no record has that one, the
    /// longest shorter prefix that a record has. Top descriptors get the concept of their category
    /// as parent, which is added to the concepts.
    mutating func meshEdges(_ concepts: inout [Concept]) -> Edges {
        var byTreeNumber: [Substring: Concept.Index] = [:]
        for (index, concept) in concepts.enumerated() {
            for number in concept.treeNumbers { byTreeNumber[number[...]] = index }
        }
        var edges = Edges(parents: [[Concept.Index]](repeating: [], count: concepts.count))
        edges.lines = records.map(\.line)
        var categories: [Character: Concept.Index] = [:]
        for index in edges.parents.indices {
            for number in concepts[index].treeNumbers {
                var above = number[...]
                var steps = 0
                var parent: Concept.Index?
                while parent == nil, let dot = above.utf8.lastIndex(of: UInt8(ascii: ".")) {
                    above = above[..<dot]
                    steps += 1
                    parent = byTreeNumber[above]
                }
                let isTop = steps == 0
                if parent == nil, let letter = number.first {
                    if categories[letter] == nil {
                        categories[letter] = concepts.count
                        concepts.append(MeSHCategory.concept(letter))
                    }
                    parent = categories[letter]
                    steps += 1
                }
                if steps > 1, !isTop {
                    let place = parent.map { concepts[$0].name } ?? ""
                    warn(
                        records[index],
                        "missing-tree-parent",
                        """
                        no record has the tree number above \(Text.cut(number)); the concept hangs \
                        under “\(place)”
                        """
                    )
                }
                if let parent, parent != index { edges.parents[index].append(parent) }
            }
            if edges.parents[index].isEmpty { edges.orphans.insert(index) }
        }
        for _ in edges.parents.count..<concepts.count {
            edges.parents.append([])
            edges.lines.append(0)
        }
        return edges
    }
}
