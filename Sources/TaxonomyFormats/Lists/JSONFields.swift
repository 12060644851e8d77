import Contract

/// The members of an object by the fields that their keys stand for.
struct JSONFields {
    private var values: [ListField: JSONValue] = [:]
    private var keys: [ListField: String] = [:]
    /// Keys whose values nothing uses.
    private(set) var unused: [String] = []
    /// Keys of the paper's training files.
    private(set) var ignored: [String] = []

    init(_ members: [(key: String, value: JSONValue)]) {
        for (key, value) in members {
            if key.hasPrefix("_") { continue }
            if case .null = value.content { continue }
            guard let field = ListField(key), field != .other else {
                unused.append(key)
                continue
            }
            if field == .ignored {
                ignored.append(key)
                continue
            }
            guard let first = values[field], let known = keys[field], known != key else {
                // Of repeated keys the last one counts, as usual in JSON.
                values[field] = value
                keys[field] = key
                continue
            }
            if [.synonyms, .parent, .parentIdentifier, .references].contains(field) {
                let all = (first.array ?? [first]) + (value.array ?? [value])
                values[field] = JSONValue(content: .array(all), line: first.line)
            } else {
                unused.append(key)
            }
        }
        for field in [
            ListField.alternativeIdentifiers, .narrowSynonyms, .broadSynonyms, .relatedSynonyms,
            .crossReferences, .obsolete, .replacedBy,
        ] where values[field] != nil {
            if let key = keys[field] { unused.append(key) }
        }
    }

    subscript(field: ListField) -> JSONValue? { values[field] }

    /// Whether a key says how to read the object and is no name in a map.
    func isSetting(_ key: String) -> Bool {
        switch ListField(key) {
        case .task, .vocabulary, .force, .hide, .below, .notBelow, .maximumParents, .formats: true
        default: false
        }
    }

    /// Whether a field says how to answer all that the object holds.
    var hasSettings: Bool {
        [
            .task, .vocabulary, .force, .below, .notBelow, .maximumParents, .formats,
        ].contains { values[$0] != nil }
    }

    /// Where the object's terms may be placed, as far as it says so; or what is wrong with a value.
    var scope: Result<PlacingScope, FieldFault> {
        var scope = PlacingScope()
        scope.below = values[.below].map { JSONText.strings($0).texts }
        scope.notBelow = values[.notBelow].map { JSONText.strings($0).texts }
        if let value = values[.maximumParents] {
            guard let number = value.text.flatMap({ Int($0) }), number > 0 else {
                let found = value.text.map { "“\(Text.cut($0, to: 40))”" } ?? value.kind
                return .failure(
                    FieldFault(
                        message: "found \(found) for maximumParents, expected 1 or more",
                        line: value.line
                    )
                )
            }
            scope.maximumParents = number
        }
        return .success(scope)
    }

    /// Whether a field that names the object holds a text.
    var hasNames: Bool {
        [.term, .name, .child, .identifier].contains { JSONText.text(values[$0]) != nil }
            || list != nil
    }

    /// The names that stand as an array where one name is expected.
    var list: (field: ListField, values: [JSONValue])? {
        for field in [ListField.term, .child, .name] {
            guard let array = values[field]?.array, !array.isEmpty,
                array.allSatisfy({ $0.text != nil || $0.object != nil })
            else { continue }
            return (field, array)
        }
        return nil
    }
}

/// A value that a field cannot take.
struct FieldFault: Error {
    let message: String
    let line: Int
}

/// Texts in the forms that programs give them.
enum JSONText {
    /// Keys under which an object holds the text that it stands for.
    private static let keys = [
        "val", "value", "@value", "label", "lbl", "name", "prefLabel", "text", "term", "synonym",
        "title", "id", "curie", "@id",
    ]

    /// The text of a string, a number, an object with a text, or an array of one; cleaned.
    static func text(_ value: JSONValue?) -> String? {
        guard let value else { return nil }
        if let text = value.text { return Text.clean(text) }
        if let members = value.object {
            for key in keys {
                if let text = members.last(where: { $0.key == key })?.value.text {
                    return Text.clean(text)
                }
            }
        }
        if let array = value.array, array.count == 1, array[0].array == nil {
            return text(array[0])
        }
        return nil
    }

    /// The texts of an array, or the parts of one string separated by “|”, “;” or line ends.
    ///
    /// `isPartial` tells that something in the array has no text.
    static func strings(_ value: JSONValue?) -> (texts: [String], isPartial: Bool) {
        guard let value else { return ([], false) }
        if let array = value.array {
            let given = array.filter { if case .null = $0.content { false } else { true } }
            let texts = given.compactMap { Self.text($0) }
            return (texts.filter { !$0.isEmpty }, texts.count < given.count)
        }
        if let string = value.text {
            let parts = string.split { $0 == "|" || $0 == ";" || $0.isNewline }
            return (parts.map { Text.clean(String($0)) }.filter { !CellKind.isBlank($0) }, false)
        }
        guard let only = text(value) else { return ([], true) }
        return ([only], false)
    }
}

/// What the receipt says once about many objects.
struct JSONRemarks {
    private static let shown = 20
    private var unused: [String] = []
    private var seen: Set<String> = []
    var unnamed = LineNote()
    var promised = LineNote()
    var hasCommentDefinitions = false

    mutating func add(unused keys: [String]) {
        for key in keys where seen.insert(key).inserted { unused.append(key) }
    }

    var notes: [String] {
        var notes: [String] = []
        if !unused.isEmpty {
            let names = unused.prefix(Self.shown).map { "“\(Text.cut($0, to: 40))”" }
            let more = unused.count > Self.shown ? " and \(unused.count - Self.shown) more" : ""
            notes.append("keys not used: \(names.joined(separator: ", "))\(more)")
        }
        if !unnamed.isEmpty {
            notes.append("\(unnamed.text): a value without a name or identifier; not used")
        }
        if !promised.isEmpty {
            notes.append("\(promised.text): a word for an identifier to come; not used as one")
        }
        if hasCommentDefinitions {
            notes.append("comments were read as definitions where they are sentences")
        }
        return notes
    }
}
