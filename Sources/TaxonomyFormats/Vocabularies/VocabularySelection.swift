import Taxonomy

extension VocabularyBuilder {
    /// What becomes of each record: a concept, an obsolete one, or one that is left out.
    struct Selection {
        enum Standing: Equatable {
            case concept(Concept.Index)
            case obsolete
            /// The class of another ontology.
            case leftOut
            case nameless
        }

        /// The records that become concepts, in the order of the file.
        var concepts: [Int] = []
        /// For each record, what becomes of it.
        var standings: [Standing] = []
        /// Prefixes in small letters whose classes are read; `nil` stands for all.
        var read: Set<String>?
        /// Classes that are left out, by prefix.
        var leftOut: [Substring: Int] = [:]

        /// Whether classes with the identifier's prefix are read.
        func reads(_ prefix: Substring) -> Bool { read?.contains(prefix.lowercased()) ?? true }
    }

    /// Decides what becomes of the records.
    ///
    /// An ontology holds classes of others that it imports; they are read only if the operator
    /// names their prefixes. Its own prefix is the name that it declares, with or without an
    /// underscore and more behind it (`EDAM_data`), else the one that two thirds of the classes
    /// have. If no prefix has so many, nothing tells imports from own classes, and all are read.
    mutating func selection() -> Selection {
        var selection = Selection()
        selection.standings.reserveCapacity(records.count)
        if kind == .ontology { selection.read = readPrefixes() }
        var last: (prefix: Substring, isRead: Bool) = ("", selection.reads(""))
        for index in records.indices {
            if selection.read != nil {
                let prefix = CompactIdentifier.prefix(of: records[index].identifier)
                // Classes of one prefix mostly stand together.
                if prefix != last.prefix { last = (prefix, selection.reads(prefix)) }
                guard last.isRead else {
                    selection.leftOut[prefix, default: 0] += 1
                    selection.standings.append(.leftOut)
                    continue
                }
            }
            if records[index].isObsolete {
                selection.standings.append(.obsolete)
            } else if records[index].name.isEmpty {
                let record = records[index]
                note(problem(record, "missing-name", Self.nameless), of: record)
                selection.standings.append(.nameless)
            } else {
                selection.standings.append(.concept(selection.concepts.count))
                selection.concepts.append(index)
            }
        }
        return selection
    }

    /// The prefixes whose classes are read, in small letters; `nil` for all.
    private mutating func readPrefixes() -> Set<String>? {
        let named = rules.rules(for: ownName).prefixes.map { $0.lowercased() }
        if named.contains("*") { return nil }
        var counts: [Substring: Int] = [:]
        // A copy of each record would take more time than all else here.
        for index in records.indices where !records[index].isObsolete {
            counts[CompactIdentifier.prefix(of: records[index].identifier), default: 0] += 1
        }
        let present = Set(counts.keys.map { $0.lowercased() })
        for prefix in named where !present.contains(prefix) {
            notes.append("no class has the configured prefix \(Text.cut(prefix))")
        }
        if let name = declaredName?.lowercased() {
            let own = present.filter { $0 == name || $0.hasPrefix(name + "_") }
            if !own.isEmpty { return own.union(named) }
        }
        let all = counts.values.reduce(0, +)
        guard counts.count > 1 else { return nil }
        let first = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }
        if let first, first.value * 3 >= all * 2 {
            return Set([first.key.lowercased()] + named)
        }
        notes.append(
            """
            the classes have \(counts.count) prefixes, none of them two thirds of the classes, and \
            the file does not say which is its own, so that all were read
            """
        )
        return nil
    }

    /// The obsolete concepts, in the order of the file.
    func obsolete(_ selection: Selection) -> [ObsoleteConcept] {
        records.indices.filter { selection.standings[$0] == .obsolete }.map { index in
            let record = records[index]
            return ObsoleteConcept(
                identifier: record.identifier,
                name: record.name.isEmpty ? record.identifier : record.name,
                replacedBy: record.replacedBy,
                consider: record.consider
            )
        }
    }

    /// Tells what of an ontology was set aside.
    mutating func addNotes(_ selection: Selection, _ edges: Edges) {
        let obsolete = selection.standings.count { $0 == .obsolete }
        if obsolete > 0 {
            notes.append(
                """
                \(obsolete) obsolete concepts are no candidates; their names and what replaces them \
                are kept
                """
            )
        }
        guard isOntology else { return }
        if !selection.leftOut.isEmpty || edges.outside > 0 {
            notes.append(
                """
                left out \(leftOutClasses(selection)) and \(edges.outside) edges to classes that \
                are not read; name the prefixes in vocabularies.\(Text.cut(ownName)).prefixes to \
                read them, too
                """
            )
        }
        let unused = edges.unusedRelations.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        if !unused.isEmpty {
            let shown = unused.prefix(5).map { "\(Text.cut($0.key, to: 60)) (\($0.value))" }
            let more = unused.count > 5 ? " and \(unused.count - 5) others" : ""
            notes.append(
                """
                relations that are no edges to a parent: \(shown.joined(separator: ", "))\(more); \
                name those that shall be in vocabularies.\(Text.cut(ownName)).relations
                """
            )
        }
        for relation in edges.missingRelations {
            notes.append("no record has the configured relation \(Text.cut(relation))")
        }
    }

    func leftOutClasses(_ selection: Selection) -> String {
        let counts = selection.leftOut.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let all = counts.reduce(0) { $0 + $1.value }
        guard all > 0 else { return "no class" }
        let shown = counts.prefix(8).map { prefix, count in
            "\(prefix.isEmpty ? "no prefix" : Text.cut(String(prefix), to: 60)) \(count)"
        }
        let more = counts.count > 8 ? ", \(counts.count - 8) more prefixes" : ""
        return "\(all) classes of other ontologies (\(shown.joined(separator: ", "))\(more))"
    }
}
