import Contract
import Taxonomy

/// Reads an ontology in OBO Graphs JSON, node by node.
///
/// Nodes of the type `CLASS` become records, those of the type `PROPERTY` name relations. Edges may
/// stand before the nodes that they join, and in another graph of the same file, so that they are
/// added at the end.
///
/// Source: The JSON schema of OBO Graphs, version 0.3.
struct OBOGraphsReader {
    private struct Edge {
        let child: String
        let relation: String
        let parent: String
        let line: Int
    }

    private static let isA: Set<String> = ["is_a", "subClassOf", "rdfs:subClassOf"]
    private static let graphKeys: Set<String> = [
        "id", "meta", "nodes", "edges", "graphs", "@context", "equivalentNodesSets",
        "logicalDefinitionAxioms", "domainRangeAxioms", "propertyChainAxioms",
        "allValuesFromEdges", "lbl",
    ]

    private let fileName: String
    private let limits: ReadLimits
    var builder: VocabularyBuilder
    var unused = UnusedParts()
    var identifiers = CompactIdentifier()
    private var records: [VocabularyBuilder.Record] = []
    private var places: [String: Int] = [:]
    private var edges: [Edge] = []
    private var names: [String] = []

    /// - Parameters:
    ///   - fileName: The file's name, for messages.
    ///   - limits: Limits on records, names, texts and nesting.
    ///   - rules: Which imported classes and relations are read.
    init(fileName: String, limits: ReadLimits, rules: VocabularyRules.Book) {
        self.fileName = fileName
        self.limits = limits
        builder = VocabularyBuilder(
            fileName: fileName,
            kind: .ontology,
            limits: limits,
            rules: rules
        )
        builder.format = "obographs"
    }

    /// Whether the file begins as OBO Graphs does.
    static func recognises(_ head: FileHead) -> Bool {
        guard head.content.hasPrefix("{") else { return false }
        if head.content.firstMatch(of: /"graphs"\s*:\s*\[/) != nil { return true }
        let isNode = head.content.contains("\"lbl\"") && head.content.contains("\"nodes\"")
        let isEdge = head.content.contains("\"sub\"") && head.content.contains("\"edges\"")
        return isNode || isEdge
    }

    /// Whether JSON whose beginning does not tell is a graph: `graphs`, or `nodes` and `edges` with
    /// their subjects, among its keys.
    static func isGraph(_ bytes: [UInt8]) -> Bool {
        let keys = ["nodes", "edges", "sub", "pred"].map { Array("\"\($0)\"".utf8) }
        var isMissing = [Bool](repeating: true, count: keys.count)
        for start in bytes.indices where bytes[start] == UInt8(ascii: "\"") {
            for (index, key) in keys.enumerated()
            where isMissing[index] && bytes[start...].starts(with: key) {
                isMissing[index] = false
                if !isMissing.contains(true) { return true }
            }
        }
        return false
    }

    /// Reads the whole file.
    ///
    /// - Parameters:
    ///   - stream: The bytes behind `head`.
    ///   - head: The first bytes.
    ///   - progress: Called with the fraction of bytes read, 0 to 1.
    /// - Returns: The builder with all records.
    /// - Throws: What the stream, ``JSONStream`` and ``VocabularyBuilder`` throw.
    consuming func read(
        _ stream: any ByteStream,
        head: [UInt8],
        progress: (Double) -> Void
    ) throws(SubmissionError) -> VocabularyBuilder {
        let json = JSONStream(stream, head: head, fileName: fileName, limits: limits)
        try readGraph(json, progress)
        try json.finish()
        builder.declaredName = names.lazy.compactMap(OntologyName.short).first
        try addEdges()
        for record in records { try builder.add(record) }
        builder.notes += unused.notes
        return builder
    }

    // MARK: Graphs

    /// Reads the document, which holds graphs, or one graph of it.
    private mutating func readGraph(
        _ json: JSONStream,
        _ progress: (Double) -> Void
    ) throws(SubmissionError) {
        try json.members { key throws(SubmissionError) in
            switch key {
            case "graphs" where try json.isArray():
                try json.elements { () throws(SubmissionError) in try readGraph(json, progress) }
            case "nodes" where try json.isArray():
                try json.elements { () throws(SubmissionError) in
                    try readNode(try json.value())
                    if let share = json.newShare() { progress(share) }
                }
            case "edges" where try json.isArray():
                try json.elements { () throws(SubmissionError) in
                    try readEdge(try json.value())
                    if let share = json.newShare() { progress(share) }
                }
            case "id": if let name = try json.value().text { names.append(name) }
            case "@context": declare(try json.value())
            case "meta": try json.skip()
            default:
                if try json.isArray() {
                    try json.elements { () throws(SubmissionError) in
                        if Self.graphKeys.contains(key) {
                            unused.count(key)
                        } else {
                            unused.count(unknown: key, line: json.line)
                        }
                        try json.skip()
                    }
                } else {
                    unused.count(unknown: key, line: json.line)
                    try json.skip()
                }
            }
        }
    }

    private mutating func declare(_ context: JSONValue) {
        for (prefix, space) in context.object ?? [] {
            if let space = space.text { identifiers.declare(prefix, for: space) }
        }
    }

    // MARK: Nodes

    private mutating func readNode(_ node: JSONValue) throws(SubmissionError) {
        builder.lineCount += 1
        guard let members = node.object else {
            try fault(node.line, "", "found \(node.kind), expected a node")
            return
        }
        var record = VocabularyBuilder.Record()
        record.line = node.line
        var type = "CLASS"
        var meta: JSONValue?
        for (key, value) in members {
            switch key {
            case "id": record.identifier = value.text.map(identifier) ?? ""
            case "lbl": record.name = value.text.map(Text.clean) ?? ""
            case "type": type = value.text?.uppercased() ?? type
            case "meta": meta = value
            case "propertyType": break
            default: unused.count(unknown: key, line: value.line)
            }
        }
        switch type {
        case "CLASS":
            if let meta { try read(meta, into: &record) }
            if let place = places[record.identifier] {
                // The same class in several graphs.
                merge(record, into: place)
            } else {
                guard records.count < limits.records else { return try builder.add(record) }
                if !record.identifier.isEmpty { places[record.identifier] = records.count }
                records.append(record)
            }
        case "PROPERTY":
            if !record.name.isEmpty {
                builder.name(relation: record.identifier, [record.name])
            }
        default: unused.count("nodes of the type \(Text.cut(type, to: 40))")
        }
    }

    private mutating func merge(_ record: VocabularyBuilder.Record, into place: Int) {
        let name = records[place].name
        if name.isEmpty || record.name.isEmpty || name == record.name {
            records[place].merge(record)
        } else {
            // The builder tells of the other name.
            records.append(record)
        }
    }

    // MARK: Edges

    private mutating func readEdge(_ edge: JSONValue) throws(SubmissionError) {
        builder.lineCount += 1
        var parts: [String: String] = [:]
        for (key, value) in edge.object ?? [] {
            switch key {
            case "sub", "subj", "obj", "pred": parts[key] = value.text
            case "meta": unused.count("sources of edges")
            default: unused.count(unknown: key, line: value.line)
            }
        }
        guard let child = parts["sub"] ?? parts["subj"], let parent = parts["obj"] else {
            try fault(edge.line, "", "found an edge without “sub” or “obj”")
            return
        }
        guard edges.count < 8 * limits.records else {
            throw SubmissionError(
                .fileTooLarge,
                at: .init(file: fileName, line: edge.line),
                "the file holds more than \(8 * limits.records) edges"
            )
        }
        edges.append(
            Edge(
                child: identifier(child),
                relation: identifier(parts["pred"] ?? "is_a"),
                parent: identifier(parent),
                line: edge.line
            )
        )
    }

    private mutating func addEdges() throws(SubmissionError) {
        for edge in edges {
            guard let place = places[edge.child] else {
                // Properties and individuals have edges, too.
                unused.count("edges of other nodes than classes")
                continue
            }
            if Self.isA.contains(edge.relation) {
                records[place].add(parent: edge.parent, line: edge.line)
            } else {
                records[place].add(relation: edge.relation, to: edge.parent)
            }
        }
        edges = []
    }

    // MARK: Values

    func identifier(_ text: String) -> String {
        let text = Text.clean(text)
        return text.utf8.contains(UInt8(ascii: "/")) ? identifiers.compact(text) : text
    }

    /// Reports an element that cannot be used.
    mutating func fault(
        _ line: Int,
        _ identifier: String,
        _ message: String
    ) throws(SubmissionError) {
        try builder.noteLine(
            RecordProblem(
                line: line,
                identifier: Text.cut(identifier),
                code: "malformed-element",
                message: "\(message); the element was left out"
            )
        )
    }
}
