/// The fields of an object or the columns of a table, with all names they go by.
enum ListField: String, Hashable {
    case task, vocabulary, force, hide, audit, queries
    case seeds, terms, names, tree, children
    case term, name, identifier, synonyms, definition, parent, child
    /// Where a definition comes from, such as `PMID:1234567`.
    case references
    case narrowSynonyms = "narrow synonyms"
    case broadSynonyms = "broad synonyms"
    case relatedSynonyms = "related synonyms"
    /// Identifiers of the same concept in other collections.
    case crossReferences = "cross references"
    case obsolete
    case replacedBy = "replaced by"
    case below
    case notBelow = "not below"
    case maximumParents = "maximum parents"
    case formats
    case parentIdentifier = "parent identifier"
    case alternativeIdentifiers = "alternative identifiers"
    /// Remarks of the people who keep the table; see ``CellKind/isDefinition(_:)``.
    case comment
    /// Recognised but not used: the paper's training fields and gold answers.
    case ignored
    /// Recognised as the title of a column that is not used, such as `Category` or `ORCID`.
    case other

    /// A field's name in lower case, without separators.
    static func key(_ name: String) -> String {
        var key: [UInt8] = []
        key.reserveCapacity(name.utf8.count)
        for byte in name.utf8 {
            switch byte {
            case 0x61...0x7A, 0x30...0x39: key.append(byte)
            case 0x41...0x5A: key.append(byte | 0x20)
            case 0x80...: return name.lowercased().filter { $0.isLetter || $0.isNumber }
            default: break
            }
        }
        return String(decoding: key, as: UTF8.self)
    }

    init?(_ name: String) {
        switch Self.key(name) {
        case "task": self = .task
        case "vocabulary", "taxonomy": self = .vocabulary
        case "force": self = .force
        case "hide": self = .hide
        case "below": self = .below
        case "notbelow": self = .notBelow
        case "maximumparents": self = .maximumParents
        case "formats": self = .formats
        case "audit": self = .audit
        case "queries": self = .queries
        case "seeds", "seed", "seedset", "input": self = .seeds
        case "terms", "newterms": self = .terms
        case "names", "list", "items", "entities": self = .names
        case "tree", "seedtree", "seededges": self = .tree
        case "children": self = .children
        case "term", "newterm", "entity": self = .term
        case "child": self = .child
        case "candidateparents", "output", "gold": self = .ignored
        // The most frequent ones, which need no closer look.
        case "name", "label": self = .name
        case "id", "identifier": self = .identifier
        case "synonyms", "synonym": self = .synonyms
        case "definition", "description": self = .definition
        case "parent": self = .parent
        default:
            guard let field = ColumnWords.field(name) else { return nil }
            self = field
        }
    }

    /// Whether the field holds what a row is about.
    var namesRow: Bool {
        switch self {
        case .term, .name, .terms, .names, .seeds, .child: true
        default: false
        }
    }

    /// Whether the field says which concept a row is about.
    var isKey: Bool { namesRow || self == .identifier }

    /// Whether a row can be used with no other field than this one.
    var isUseful: Bool { namesRow || self == .identifier || self == .definition }
}
