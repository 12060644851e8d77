import CRaptor2
import Contract

/// Keeps what the statements of a file say about classes and concepts.
///
/// Statements come in any order. Those with one subject usually stand together: what they say is
/// kept only once the subject turned out to be a class, a concept or something without a type, so
/// that individuals, axioms about axioms and lists cost no memory.
final class TripleCollector: RaptorDelegate {
    /// A node of the file, by its place in ``nodes``.
    typealias Node = Int32

    /// A text that belongs to a node.
    struct Value {
        let property: RDFTerm
        /// The place of the language in ``languages``; 0 without one.
        let language: UInt16
        let text: String
    }

    /// A reference from one node to another.
    struct Link {
        let property: RDFTerm
        let target: Node
    }

    struct Marks: OptionSet {
        let rawValue: UInt8
        static let owlClass = Marks(rawValue: 1)
        static let concept = Marks(rawValue: 2)
        static let relation = Marks(rawValue: 4)
        static let other = Marks(rawValue: 8)
        static let obsolete = Marks(rawValue: 16)
        static let root = Marks(rawValue: 32)
    }

    /// All that the file says about a node, as far as it is read.
    struct Draft {
        /// -1 until it is known that the node is of interest.
        var node: Node = -1
        var line: Int
        var marks: Marks = []
        var values: [Value] = []
        var links: [Link] = []
    }

    /// No node of a real vocabulary says more.
    private static let longestList = 20_000
    private static let mostProperties = 20_000
    private static let keptReports = 1_000

    let fileName: String
    let limits: ReadLimits
    private let world: RaptorWorld
    /// The line of the statement being read, where the parser does not know it.
    var line: Int?
    /// Whether the parser is told prefixes again that were used already.
    var isRepeating = false
    /// Why the file is refused, once it is.
    private(set) var fault: SubmissionError?
    /// The faults that the parser told since they were last taken, and how many there were.
    var reports: [(line: Int, message: String)] = []
    private(set) var reportCount = 0

    private(set) var statements = 0
    /// Addresses of nodes, and names of blank ones behind `_:`.
    private(set) var nodes: [String] = []
    private var nodeByName: [String: Node] = [:]
    /// Names of languages in small letters; the first is that of no language.
    private(set) var languages = [""]
    private var languageByName: [String: UInt16] = [:]
    var drafts: [Draft] = []
    private var draftByNode: [Node: Int] = [:]
    private(set) var relations: [Node: [String]] = [:]
    /// What a restriction restricts, and to which class.
    private(set) var restrictedProperty: [Node: Node] = [:]
    private(set) var restrictedFiller: [Node: Node] = [:]
    /// Labels that are nodes of their own (SKOS-XL).
    private(set) var labelForms: [Node: Value] = [:]
    private(set) var ontology: String?
    private(set) var schemes: [String] = []
    private(set) var imports: [String] = []
    var compact = CompactIdentifier()
    /// Labels of further languages that were dropped, by language.
    var unusedLanguages: [UInt16: Int] = [:]
    /// Texts that are no text but a node.
    private(set) var nodesForTexts = 0
    private var unusedProperties: [OpaquePointer: Int] = [:]

    private var subject: [UInt8] = []
    private var draft: Draft?

    init(fileName: String, limits: ReadLimits, world: RaptorWorld) {
        self.fileName = fileName
        self.limits = limits
        self.world = world
    }

    deinit { for address in unusedProperties.keys { raptor_free_uri(address) } }

    // MARK: What the parser tells

    func report(_ message: String, line: Int, isFatal: Bool) {
        reportCount += 1
        if isFatal, fault == nil {
            fault = SubmissionError(
                .malformedRDF,
                at: .init(file: fileName, line: self.line ?? max(line, 1)),
                message
            )
        }
        if reports.count < Self.keptReports { reports.append((max(line, 1), message)) }
    }

    func declare(prefix: String, for space: String) {
        // Only those that stand before all else are prefixes of the whole file.
        guard drafts.isEmpty, draft == nil else { return }
        // What a program made up (`ns1`, `j.0`) says nothing, and may differ in the next release.
        let isMadeUp = prefix.wholeMatch(of: /(?:ns|j\.|p|_)\d*/) != nil
        if !isMadeUp { compact.declare(prefix, for: space) }
    }

    func take(_ statement: raptor_statement, line: Int) {
        guard fault == nil, !isRepeating, let subject = statement.subject?.pointee,
            let property = statement.predicate?.pointee.value.uri,
            let object = statement.object?.pointee
        else { return }
        statements += 1
        guard let term = world.terms[property] else {
            count(property, of: subject)
            return
        }
        if subject.type == RAPTOR_TERM_TYPE_BLANK {
            takeBlank(subject, term, object)
        } else if subject.type == RAPTOR_TERM_TYPE_URI {
            move(to: subject.value.uri, line: self.line ?? max(line, 1))
            if object.type == RAPTOR_TERM_TYPE_LITERAL {
                take(term, text: object.value.literal)
            } else {
                take(term, node: object)
            }
        }
    }

    /// Ends the last node.
    func finish() { commit() }

    // MARK: Statements

    private func takeBlank(_ subject: raptor_term, _ term: RDFTerm, _ object: raptor_term) {
        switch term {
        case .onProperty, .someValuesFrom:
            guard object.type == RAPTOR_TERM_TYPE_URI else { return }
            let restriction = node(subject)
            let other = node(object)
            guard restrictedProperty.count < limits.records * 4 else {
                refuse("the file holds more than \(limits.records * 4) restrictions")
                return
            }
            if term == .onProperty {
                restrictedProperty[restriction] = other
            } else {
                restrictedFiller[restriction] = other
            }
        case .literalForm:
            if object.type == RAPTOR_TERM_TYPE_LITERAL {
                keepForm(object.value.literal, of: node(subject))
            }
        default: break
        }
    }

    private func take(_ term: RDFTerm, text literal: raptor_term_literal_value) {
        switch term {
        case .deprecated:
            guard let text = text(literal) else { return }
            if ["true", "1"].contains(text.lowercased()) { draft?.marks.insert(.obsolete) }
        case .literalForm:
            keepForm(literal, of: node(named: subjectName))
        case .label, .prefLabel, .preferredName, .altLabel, .hiddenLabel, .alternativeLabel,
            .alternativeTerm, .fullSynonym, .exactSynonym, .anySynonym, .narrowSynonym,
            .broadSynonym, .relatedSynonym, .definition, .skosDefinition, .oldDefinition,
            .efoDefinition, .thesaurusDefinition, .scopeNote, .identifier, .shorthand, .notation,
            .alternativeIdentifier, .crossReference, .replacedBy, .oldReplacedBy, .isReplacedBy,
            .consider, .exactMatch, .closeMatch, .relatedMatch:
            guard let text = text(literal), let count = draft?.values.count,
                count < Self.longestList
            else { return }
            draft?.values.append(
                Value(property: term, language: language(literal), text: text)
            )
        default: break
        }
    }

    private func take(_ term: RDFTerm, node object: raptor_term) {
        let isBlank = object.type == RAPTOR_TERM_TYPE_BLANK
        let meaning = isBlank ? nil : object.value.uri.flatMap { world.terms[$0] }
        switch term {
        case .type: take(type: meaning, object)
        case .subClassOf:
            draft?.marks.insert(.owlClass)
            switch meaning {
            case .thing: draft?.marks.insert(.root)
            case .deprecatedClass, .obsoleteClass: draft?.marks.insert(.obsolete)
            default: link(term, object)
            }
        case .broader, .narrower, .broaderTransitive:
            draft?.marks.insert(.concept)
            if !isBlank { link(term, object) }
        case .topConceptOf: draft?.marks.formUnion([.concept, .root])
        case .replacedBy, .oldReplacedBy, .isReplacedBy, .consider, .exactMatch, .closeMatch,
            .relatedMatch, .crossReference, .alternativeIdentifier:
            if !isBlank { link(term, object) }
        case .xlPrefLabel, .xlAltLabel, .xlHiddenLabel: link(term, object)
        case .imports:
            if !isBlank, imports.count < 1_000, let name = address(object) { imports.append(name) }
        case .definition, .skosDefinition, .oldDefinition, .efoDefinition, .scopeNote, .label,
            .prefLabel, .altLabel:
            nodesForTexts += 1
        default: break
        }
    }

    private func take(type meaning: RDFTerm?, _ object: raptor_term) {
        switch meaning {
        case .owlClass, .rdfsClass: draft?.marks.insert(.owlClass)
        case .deprecatedClass: draft?.marks.formUnion([.owlClass, .obsolete])
        case .concept: draft?.marks.insert(.concept)
        case .ontology:
            draft?.marks.insert(.other)
            if ontology == nil { ontology = subjectName }
        case .conceptScheme:
            draft?.marks.insert(.other)
            if schemes.count < 1_000 { schemes.append(subjectName) }
        case .objectProperty, .annotationProperty: draft?.marks.formUnion([.other, .relation])
        default: draft?.marks.insert(.other)
        }
    }

    private func link(_ term: RDFTerm, _ object: raptor_term) {
        guard let count = draft?.links.count, count < Self.longestList else { return }
        draft?.links.append(Link(property: term, target: node(object)))
    }

    private func keepForm(_ literal: raptor_term_literal_value, of node: Node) {
        guard labelForms.count < limits.records * 4 else {
            refuse("the file holds more than \(limits.records * 4) labels")
            return
        }
        guard let text = text(literal) else { return }
        labelForms[node] = Value(
            property: .literalForm,
            language: language(literal),
            text: text
        )
    }

    // MARK: Subjects

    private func move(to address: OpaquePointer?, line: Int) {
        var length = 0
        guard let start = raptor_uri_as_counted_string(address, &length) else { return }
        let bytes = UnsafeBufferPointer(start: start, count: length)
        if draft != nil, subject.count == length, subject.elementsEqual(bytes) { return }
        commit()
        subject.removeAll(keepingCapacity: true)
        subject.append(contentsOf: bytes)
        draft = Draft(line: line)
    }

    private var subjectName: String { String(decoding: subject, as: UTF8.self) }

    /// Keeps what was said about the subject if it is, or may be, a class or a concept.
    private func commit() {
        guard var ended = draft else { return }
        draft = nil
        let isWanted = !ended.marks.isDisjoint(with: [.owlClass, .concept])
        if ended.marks.contains(.relation), !isWanted {
            let names = ended.values.filter {
                $0.property == .label || $0.property == .identifier || $0.property == .shorthand
            }
            if relations.count < 100_000 {
                relations[node(named: subjectName), default: []] += names.map(\.text)
            }
            return
        }
        if ended.marks.contains(.other), !isWanted { return }
        if !isWanted, ended.values.isEmpty, ended.links.isEmpty, ended.marks.isEmpty { return }
        prune(&ended)
        ended.node = node(named: subjectName)
        if let index = draftByNode[ended.node] {
            drafts[index].marks.formUnion(ended.marks)
            let room = max(0, Self.longestList - drafts[index].values.count)
            drafts[index].values += ended.values.prefix(room)
            drafts[index].links += ended.links.prefix(room)
            return
        }
        guard drafts.count < limits.records else {
            refuse("the file describes more than \(limits.records) nodes")
            return
        }
        draftByNode[ended.node] = drafts.count
        drafts.append(ended)
    }

    private func refuse(_ message: String) {
        guard fault == nil else { return }
        fault = SubmissionError(.fileTooLarge, at: .init(file: fileName, line: line), message)
    }

    /// The place of a node's draft; `nil` if nothing is kept of it.
    func draft(of node: Node) -> Int? { draftByNode[node] }

    // MARK: Names

    private func node(_ term: raptor_term) -> Node {
        guard term.type == RAPTOR_TERM_TYPE_BLANK else { return node(named: address(term) ?? "") }
        let blank = term.value.blank
        let bytes = UnsafeBufferPointer(start: blank.string, count: Int(blank.string_len))
        return node(named: "_:" + String(decoding: bytes, as: UTF8.self))
    }

    private func node(named name: String) -> Node {
        if let node = nodeByName[name] { return node }
        let node = Node(nodes.count)
        nodes.append(name)
        nodeByName[name] = node
        return node
    }

    private func address(_ term: raptor_term) -> String? {
        var length = 0
        guard let start = raptor_uri_as_counted_string(term.value.uri, &length) else { return nil }
        return String(decoding: UnsafeBufferPointer(start: start, count: length), as: UTF8.self)
    }

    private func text(_ literal: raptor_term_literal_value) -> String? {
        guard let start = literal.string else { return nil }
        let text = Text.clean(.init(start: start, count: Int(literal.string_len)))
        return text.isEmpty ? nil : text
    }

    private func language(_ literal: raptor_term_literal_value) -> UInt16 {
        guard let start = literal.language else { return 0 }
        let name = String(cString: start).lowercased()
        if name.isEmpty { return 0 }
        if let place = languageByName[name] { return place }
        // Further ones than any file has are all the last one.
        guard languages.count < 5_000 else { return UInt16(languages.count - 1) }
        let place = UInt16(languages.count)
        languages.append(name)
        languageByName[name] = place
        return place
    }

    // MARK: What is not used

    private func count(_ property: OpaquePointer, of subject: raptor_term) {
        guard subject.type == RAPTOR_TERM_TYPE_URI else { return }
        if let count = unusedProperties[property] {
            unusedProperties[property] = count + 1
        } else if unusedProperties.count < Self.mostProperties {
            // Held, so that no other address comes to lie in its place.
            unusedProperties[raptor_uri_copy(property)] = 1
        }
    }

    /// How often properties stand in the file that are not read, the most frequent first.
    func countsOfUnused() -> [(property: String, count: Int)] {
        unusedProperties.map { address, count in
            let name = raptor_uri_as_string(address).map { String(cString: $0) } ?? ""
            return (compact.compact(name), count)
        }
        .sorted { ($1.count, $0.property) < ($0.count, $1.property) }
    }
}
