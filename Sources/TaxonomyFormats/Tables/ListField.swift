/// The fields of an object or the columns of a table, with all names they go by.
enum ListField: Hashable {
    case task, vocabulary, force, hide, audit, queries
    case seeds, terms, names, tree, children
    case term, name, identifier, synonyms, definition, parent, child
    /// Recognised but not used: the paper's training fields and gold answers.
    case ignored

    /// A field's name in lower case, without separators.
    static func key(_ name: String) -> String {
        name.lowercased().filter { $0.isLetter || $0.isNumber }
    }

    init?(_ name: String) {
        switch Self.key(name) {
        case "task": self = .task
        case "vocabulary", "taxonomy": self = .vocabulary
        case "force": self = .force
        case "hide": self = .hide
        case "audit": self = .audit
        case "queries": self = .queries
        case "seeds", "seed", "seedset", "input": self = .seeds
        case "terms", "newterms": self = .terms
        case "names", "list", "items", "entities": self = .names
        case "tree", "seedtree", "seededges": self = .tree
        case "children": self = .children
        case "term", "newterm", "entity": self = .term
        case "child": self = .child
        case "name", "label", "diseasename", "preferredname", "preferredterm": self = .name
        case "identifier", "id", "ui", "diseaseid", "conceptid": self = .identifier
        case "synonyms", "synonym", "aliases": self = .synonyms
        case "definition", "description", "scopenote", "note": self = .definition
        case "parent", "parentname": self = .parent
        case "candidateparents", "output", "gold": self = .ignored
        default: return nil
        }
    }
}
