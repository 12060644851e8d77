import Contract
import Taxonomy

/// Turns what was collected of a file into the records of an ontology or a thesaurus.
struct TripleRecords {
    private typealias Value = TripleCollector.Value
    private typealias Draft = TripleCollector.Draft
    private typealias Node = TripleCollector.Node

    private let collector: TripleCollector
    private var builder: VocabularyBuilder
    private let mark: TripleCollector.Marks
    private let languageCounts: [UInt16: Int]
    /// The identifiers of nodes that were asked for.
    private var identifiers: [Node: String] = [:]
    /// Names that had to be taken in another language than English.
    private var foreignNames: [UInt16: Int] = [:]
    private var severalNames = 0
    private var severalDefinitions = 0
    private var otherParents = 0
    private var isNameless = false

    /// Makes a vocabulary of a file.
    ///
    /// - Parameters:
    ///   - collector: What the file says; its drafts are used up.
    ///   - rules: How ontologies are read.
    /// - Returns: The vocabulary, to be finished.
    /// - Throws: `unknownVocabularyShape` if the file has neither classes nor concepts.
    static func builder(
        of collector: TripleCollector,
        rules: VocabularyRules.Book
    ) throws(SubmissionError) -> VocabularyBuilder {
        var records = try TripleRecords(collector, rules: rules)
        try records.addAll()
        records.addNotes()
        return records.builder
    }

    private init(
        _ collector: TripleCollector,
        rules: VocabularyRules.Book
    ) throws(SubmissionError) {
        let classes = collector.drafts.count { $0.marks.contains(.owlClass) }
        let concepts = collector.drafts.count { $0.marks.contains(.concept) }
        guard classes + concepts > 0 else { throw Self.noVocabulary(collector) }
        let isThesaurus = concepts > classes
        self.collector = collector
        mark = isThesaurus ? .concept : .owlClass
        builder = VocabularyBuilder(
            fileName: collector.fileName,
            kind: isThesaurus ? .skos : .ontology,
            limits: collector.limits,
            rules: rules
        )
        let address = isThesaurus ? collector.schemes.first : nil
        builder.declaredName = (address ?? collector.ontology).flatMap(OntologyName.short)
        builder.lineCount = collector.statements
        languageCounts = collector.languagesOfNames()
        let left = isThesaurus ? classes : concepts
        let both = collector.drafts.count { $0.marks.isSuperset(of: [.owlClass, .concept]) }
        if left > both {
            builder.notes.append(
                isThesaurus
                    ? "\(left - both) classes beside the concepts were left out"
                    : "\(left - both) concepts of SKOS beside the classes were left out"
            )
        }
        let untyped = collector.drafts.count { $0.marks.isDisjoint(with: [.owlClass, .concept]) }
        if untyped > 0 {
            builder.notes.append(
                "\(untyped) nodes that the file does not call classes or concepts were left out"
            )
        }
    }

    private static func noVocabulary(_ collector: TripleCollector) -> SubmissionError {
        let isMeSH =
            collector.nodes.contains { $0.hasPrefix("http://id.nlm.nih.gov/mesh/") }
            || collector.countsOfUnused().contains {
                $0.property.hasPrefix("http://id.nlm.nih.gov/mesh/vocab#")
                    || $0.property.hasPrefix("meshv:")
            }
        return SubmissionError(
            .unknownVocabularyShape,
            at: .init(file: collector.fileName),
            """
            found \(collector.statements) statements of RDF, expected classes (owl:Class) or \
            concepts (skos:Concept) among them
            """,
            remedy: isMeSH
                ? "For MeSH, drop NLM's XML: descYYYY.xml (or .gz, .zip), or suppYYYY.xml."
                : "Drop an ontology in OWL or a thesaurus in SKOS, or a table with identifiers, "
                    + "names and parents."
        )
    }

    // MARK: Records

    private mutating func addAll() throws(SubmissionError) {
        for report in collector.reports {
            try builder.noteLine(
                RecordProblem(
                    line: report.line,
                    identifier: "",
                    code: "malformed-statement",
                    message: Text.cut(report.message, to: 300)
                )
            )
        }
        for (node, names) in collector.relations {
            builder.name(relation: identifier(of: node), names)
        }
        let parents = mark == .concept ? conceptParents() : [:]
        isNameless = !collector.drafts.contains { draft in
            draft.marks.contains(mark) && collector.words(of: draft).contains { $0.property.isName }
        }
        for index in collector.drafts.indices {
            guard collector.drafts[index].marks.contains(mark) else { continue }
            var record = self.record(collector.drafts[index])
            if mark == .concept {
                record.add(parents: (parents[index] ?? []).map { identifier(of: $0) })
            }
            // The texts are in the record now.
            collector.drafts[index].values = []
            try builder.add(record)
        }
    }

    private mutating func record(_ draft: Draft) -> VocabularyBuilder.Record {
        var record = VocabularyBuilder.Record()
        record.line = draft.line
        record.identifier = identifier(of: draft.node)
        record.isObsolete = draft.marks.contains(.obsolete)
        record.isRoot = draft.marks.contains(.root)
        addWords(of: draft, to: &record)
        for value in draft.values { add(value, to: &record) }
        for link in draft.links { add(link, to: &record) }
        return record
    }

    private mutating func addWords(of draft: Draft, to record: inout VocabularyBuilder.Record) {
        let words = collector.words(of: draft)
        let name = self.name(among: words)
        let language = name.map { words[$0].language } ?? 0
        if let name {
            record.name = words[name].text
            if collector.fit(language) == .other { foreignNames[language, default: 0] += 1 }
        } else if isNameless {
            record.name = Self.local(collector.nodes[Int(draft.node)])
        }
        var definition: Int?
        for (index, value) in words.enumerated() where index != name {
            guard collector.fit(value.language) != .other || value.language == language else {
                collector.unusedLanguages[value.language, default: 0] += 1
                continue
            }
            switch value.property {
            case .label, .prefLabel, .preferredName:
                if value.text != record.name {
                    record.add(synonyms: [value.text])
                    if value.property == name.map({ words[$0].property }) { severalNames += 1 }
                }
            case .narrowSynonym: record.add(loose: .narrow, value.text)
            case .broadSynonym: record.add(loose: .broad, value.text)
            // As in OBO, a synonym without a scope is a related one.
            case .relatedSynonym, .anySynonym: record.add(loose: .related, value.text)
            case .scopeNote where mark == .owlClass: break
            case _ where value.property.isDefinition:
                if let first = definition {
                    if words[first].property.rawValue <= value.property.rawValue {
                        if words[first].property == value.property { severalDefinitions += 1 }
                        continue
                    }
                }
                definition = index
            default: record.add(synonyms: [value.text])
            }
        }
        record.definition = definition.map { words[$0].text }
    }

    /// Which of the texts is the name.
    private func name(among words: [Value]) -> Int? {
        var best: (index: Int, rank: [Int])?
        for (index, value) in words.enumerated() where value.property.isName {
            let fit = collector.fit(value.language)
            let isLabel = value.property == (mark == .concept ? .prefLabel : .label)
            let rank = [
                fit == .other ? 1 : 0, isLabel ? 0 : 1, fit.rawValue,
                fit == .other ? -(languageCounts[value.language] ?? 0) : 0,
                fit == .other ? Int(value.language) : 0,
            ]
            if let best, !rank.lexicographicallyPrecedes(best.rank) { continue }
            best = (index, rank)
        }
        return best?.index
    }

    private mutating func add(_ value: Value, to record: inout VocabularyBuilder.Record) {
        switch value.property {
        case .identifier, .notation, .alternativeIdentifier:
            let identifier = collector.compact.compact(value.text)
            if identifier != record.identifier {
                record.add(alternativeIdentifiers: [identifier])
            }
        case .crossReference, .exactMatch, .closeMatch, .relatedMatch:
            record.add(crossReferences: [collector.compact.compact(value.text)])
        case .replacedBy, .oldReplacedBy, .isReplacedBy:
            record.add(replacement: collector.compact.compact(value.text))
            if value.property == .isReplacedBy { record.isObsolete = true }
        case .consider: record.add(consider: collector.compact.compact(value.text))
        default: break
        }
    }

    private mutating func add(
        _ link: TripleCollector.Link,
        to record: inout VocabularyBuilder.Record
    ) {
        switch link.property {
        case .subClassOf where mark == .owlClass: addParent(link.target, to: &record)
        case .alternativeIdentifier:
            record.add(alternativeIdentifiers: [identifier(of: link.target)])
        case .crossReference, .exactMatch, .closeMatch, .relatedMatch:
            record.add(crossReferences: [identifier(of: link.target)])
        case .replacedBy, .oldReplacedBy, .isReplacedBy:
            record.add(replacement: identifier(of: link.target))
            if link.property == .isReplacedBy { record.isObsolete = true }
        case .consider: record.add(consider: identifier(of: link.target))
        default: break
        }
    }

    /// Adds a class as a parent, or a relation if the class is a restriction of one to a class.
    private mutating func addParent(_ node: Node, to record: inout VocabularyBuilder.Record) {
        guard collector.nodes[Int(node)].hasPrefix("_:") else {
            record.add(parents: [identifier(of: node)])
            return
        }
        guard let property = collector.restrictedProperty[node],
            let filler = collector.restrictedFiller[node]
        else {
            otherParents += 1
            return
        }
        record.add(relation: identifier(of: property), to: identifier(of: filler))
    }

    // MARK: Parents of concepts

    /// The broader concepts of each concept, by its draft.
    ///
    /// `broader` and `narrower` count; only a file that has neither is read by
    /// `broaderTransitive`, of which the concepts that lie between are taken.
    private mutating func conceptParents() -> [Int: [Node]] {
        var parents: [Int: [Node]] = [:]
        var unknown = 0
        func add(_ parent: Node, to child: Int) {
            guard parents[child]?.contains(parent) != true else { return }
            parents[child, default: []].append(parent)
        }
        for (index, draft) in collector.drafts.enumerated() {
            for link in draft.links {
                if link.property == .broader { add(link.target, to: index) }
                guard link.property == .narrower else { continue }
                if let child = collector.draft(of: link.target) {
                    add(draft.node, to: child)
                } else {
                    unknown += 1
                }
            }
        }
        if unknown > 0 {
            builder.notes.append("\(unknown) narrower concepts are not described in the file")
        }
        guard parents.isEmpty else { return parents }
        var above: [Node: Set<Node>] = [:]
        for draft in collector.drafts {
            let targets = draft.links.filter { $0.property == .broaderTransitive }.map(\.target)
            if !targets.isEmpty { above[draft.node] = Set(targets.prefix(1_000)) }
        }
        guard !above.isEmpty else { return [:] }
        builder.notes.append(
            "the file has no skos:broader; the nearest concepts of broaderTransitive are the parents"
        )
        for (index, draft) in collector.drafts.enumerated() {
            guard let all = above[draft.node] else { continue }
            let nearest = all.filter { parent in
                parent != draft.node
                    && !all.contains { $0 != parent && above[$0]?.contains(parent) == true }
            }
            parents[index] = nearest.sorted()
        }
        return parents
    }

    // MARK: Identifiers

    private mutating func identifier(of node: Node) -> String {
        if let known = identifiers[node] { return known }
        let address = collector.nodes[Int(node)]
        var identifier = collector.compact.compact(address)
        if identifier == address, mark == .owlClass, let index = collector.draft(of: node),
            let own = collector.drafts[index].values.first(where: { $0.property == .identifier }),
            !own.text.contains(" ")
        {
            identifier = own.text
        }
        identifiers[node] = identifier
        return identifier
    }

    /// The name that the last part of an address gives, such as “Margherita Pizza” for
    /// `MargheritaPizza`; empty if it is a number or code.
    private static func local(_ address: String) -> String {
        guard let part = address.split(whereSeparator: { $0 == "/" || $0 == "#" }).last,
            !part.contains(where: \.isNumber), part.contains(where: \.isLetter)
        else { return "" }
        var name = ""
        for character in part {
            if character.isUppercase, name.last?.isLowercase == true { name.append(" ") }
            name.append(character == "_" ? " " : character)
        }
        return name
    }

    // MARK: What is told

    private mutating func addNotes() {
        if isNameless {
            builder.notes.append(
                "no class or concept of the file has a label; the ends of the addresses are the names"
            )
        }
        for (language, count) in ordered(foreignNames) {
            builder.notes.append(
                """
                \(count) concepts have no name in English or without a language; their names in \
                “\(collector.languages[Int(language)])” are used
                """
            )
        }
        let unused = ordered(collector.unusedLanguages)
        if !unused.isEmpty {
            let shown = unused.prefix(5).map { "\(collector.languages[Int($0.key)]) \($0.value)" }
            builder.notes.append(
                """
                \(unused.reduce(0) { $0 + $1.value }) texts in \(unused.count) further languages \
                were not used (\(shown.joined(separator: ", "))\(unused.count > 5 ? ", …" : ""))
                """
            )
        }
        if severalNames > 0 {
            builder.notes.append(
                "\(severalNames) names of concepts that have several became synonyms"
            )
        }
        if severalDefinitions > 0 {
            builder.notes.append("\(severalDefinitions) second definitions were not used")
        }
        if otherParents > 0 {
            builder.notes.append(
                """
                \(otherParents) superclasses are expressions, not classes, and give no edge
                """
            )
        }
        if collector.nodesForTexts > 0 {
            builder.notes.append(
                "\(collector.nodesForTexts) notes or labels are nodes, not texts, and were not used"
            )
        }
        if !collector.imports.isEmpty {
            builder.notes.append(
                """
                the file imports \(collector.imports.count) others, which are not read: \
                \(collector.imports.prefix(3).map { Text.cut($0) }.joined(separator: ", "))
                """
            )
        }
        if mark == .concept, collector.schemes.count > 1 {
            builder.notes.append(
                "the file holds \(collector.schemes.count) concept schemes; all were read as one"
            )
        }
        addUnusedProperties()
    }

    private mutating func addUnusedProperties() {
        let unused = collector.countsOfUnused()
        guard !unused.isEmpty else { return }
        let shown = unused.prefix(5).map { "\(Text.cut($0.property, to: 60)) \($0.count)" }
        builder.notes.append(
            """
            \(unused.reduce(0) { $0 + $1.count }) statements have properties that are not used \
            (\(shown.joined(separator: ", "))\
            \(unused.count > 5 ? ", and \(unused.count - 5) more properties" : ""))
            """
        )
    }

    private func ordered(_ counts: [UInt16: Int]) -> [(key: UInt16, value: Int)] {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    }
}
