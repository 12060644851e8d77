import CLibXML2
import Contract

/// HTML's references to characters, such as `&ouml;` and `&#39;`, which exports of web pages keep.
struct CharacterReferences {
    private var changed = 0
    private var first: (before: String, after: String)?

    /// What was read differently, for the receipt; `nil` if nothing was.
    var note: String? {
        guard let first else { return nil }
        let rest = changed > 1 ? ", and \(changed - 1) more texts alike" : ""
        return """
            “\(Text.cut(first.before))” was read as “\(Text.cut(first.after))”\(rest): HTML writes \
            characters so
            """
    }

    /// The entries with the references in their texts read as characters.
    mutating func resolved(_ entries: [ListFile.Entry]) -> [ListFile.Entry] {
        entries.map { entry in
            var entry = entry
            switch entry.content {
            case .names(let items): entry.content = .names(items.map { resolved($0) })
            case .terms(let items): entry.content = .terms(items.map { resolved($0) })
            case .audit(let items): entry.content = .audit(items.map { resolved($0) })
            case .seeds(let items, let parent):
                entry.content = .seeds(
                    items.map { resolved($0) },
                    parent: parent.map { resolved($0) }
                )
            case .tree(let edges):
                entry.content = .tree(
                    edges.map {
                        Query.Edge(child: resolved($0.child), parent: resolved($0.parent))
                    }
                )
            case .fault: break
            }
            return entry
        }
    }

    private mutating func resolved(_ item: ListFile.Item) -> ListFile.Item {
        var item = item
        item.name = resolved(item.name)
        item.synonyms = item.synonyms.map { resolved($0) }
        item.definition = item.definition.map { resolved($0) }
        item.parents = item.parents.map { resolved($0) }
        return item
    }

    private mutating func resolved(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "&")), let after = Self.characters(in: text) else {
            return text
        }
        changed += 1
        if first == nil { first = (text, after) }
        return after
    }

    /// The longest reference that is looked up; the longest name of HTML 4 has 8 letters.
    private static let longest = 12

    /// The text with its references replaced; `nil` if it has none.
    static func characters(in text: String) -> String? {
        var result = ""
        var rest = text[...]
        var isChanged = false
        while let start = rest.firstIndex(of: "&") {
            result += rest[..<start]
            let body = rest[rest.index(after: start)...]
            let end = body.prefix(longest).firstIndex(of: ";")
            if let end, let scalar = scalar(body[..<end]) {
                result.unicodeScalars.append(scalar)
                rest = body[body.index(after: end)...]
                isChanged = true
            } else {
                result.append("&")
                rest = body
            }
        }
        return isChanged ? Text.clean(result + rest) : nil
    }

    private static func scalar(_ name: Substring) -> Unicode.Scalar? {
        if name.hasPrefix("#x") || name.hasPrefix("#X") {
            return UInt32(name.dropFirst(2), radix: 16).flatMap(Unicode.Scalar.init)
        }
        if name.hasPrefix("#") { return UInt32(name.dropFirst()).flatMap(Unicode.Scalar.init) }
        // libxml2 has the table of HTML 4, but not XML's own apostrophe.
        if name == "apos" { return "'" }
        guard let entity = htmlEntityLookup(String(name)) else { return nil }
        return Unicode.Scalar(entity.pointee.value)
    }
}
