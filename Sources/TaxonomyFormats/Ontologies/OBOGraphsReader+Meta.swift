import Contract
import Taxonomy

extension OBOGraphsReader {
    private enum Property {
        static let replacedBy: Set<String> = ["IAO:0100001"]
        static let consider: Set<String> = ["oboInOwl:consider", "consider"]
        static let alternative: Set<String> = ["oboInOwl:hasAlternativeId", "hasAlternativeId"]
        static let deprecated: Set<String> = ["owl:deprecated", "deprecated"]
    }

    /// Reads what a node says besides its name.
    mutating func read(
        _ meta: JSONValue,
        into record: inout VocabularyBuilder.Record
    ) throws(SubmissionError) {
        guard let members = meta.object else {
            try fault(meta.line, record.identifier, "found \(meta.kind), expected “meta”")
            return
        }
        for (key, value) in members {
            switch key {
            case "definition":
                if value.object?.contains(where: { $0.key == "xrefs" }) == true {
                    unused.count("sources of definitions")
                }
                if let text = text(of: value) {
                    if record.definition == nil { record.definition = text }
                } else {
                    try fault(value.line, record.identifier, "found a definition without “val”")
                }
            case "synonyms":
                for synonym in value.array ?? [] { try readSynonym(synonym, into: &record) }
            case "xrefs":
                for other in value.array ?? [] {
                    builder.lineCount += 1
                    if let text = text(of: other) {
                        record.add(crossReference: text)
                    } else {
                        try fault(other.line, record.identifier, "found an xref without “val”")
                    }
                }
            case "deprecated":
                if case .bool(let isObsolete) = value.content {
                    record.isObsolete = record.isObsolete || isObsolete
                } else {
                    let found = value.text.map { Text.cut($0, to: 40) } ?? value.kind
                    try fault(
                        value.line,
                        record.identifier,
                        "found “\(found)”, expected true or false"
                    )
                }
            case "basicPropertyValues":
                for property in value.array ?? [] { try readProperty(property, into: &record) }
            case "comments", "subsets":
                for _ in value.array ?? [] { unused.count(String(key.dropLast())) }
            case "version": unused.count(key)
            default: unused.count(unknown: key, line: value.line)
            }
        }
    }

    private mutating func readSynonym(
        _ synonym: JSONValue,
        into record: inout VocabularyBuilder.Record
    ) throws(SubmissionError) {
        builder.lineCount += 1
        guard let text = text(of: synonym) else {
            try fault(synonym.line, record.identifier, "found a synonym without “val”")
            return
        }
        let predicate = synonym.object?.last { $0.key == "pred" }?.value.text ?? ""
        switch Self.lastStep(of: predicate) {
        case "hasExactSynonym": record.add(synonym: text)
        case "hasNarrowSynonym": record.add(loose: .narrow, text)
        case "hasBroadSynonym": record.add(loose: .broad, text)
        // As in OBO, a synonym without a scope is a related one.
        case "hasRelatedSynonym", "hasSynonym", "": record.add(loose: .related, text)
        default:
            try fault(
                synonym.line,
                record.identifier,
                "found the scope “\(Text.cut(predicate, to: 40))”, expected hasExactSynonym, "
                    + "hasNarrowSynonym, hasBroadSynonym or hasRelatedSynonym"
            )
        }
    }

    private mutating func readProperty(
        _ property: JSONValue,
        into record: inout VocabularyBuilder.Record
    ) throws(SubmissionError) {
        builder.lineCount += 1
        let predicate = property.object?.last { $0.key == "pred" }?.value.text ?? ""
        let name = Self.short(predicate, identifiers)
        let isUsed =
            Property.replacedBy.contains(name) || Property.consider.contains(name)
            || Property.alternative.contains(name) || Property.deprecated.contains(name)
        guard isUsed else {
            unused.count(name.isEmpty ? "property without “pred”" : Text.cut(name, to: 60))
            return
        }
        guard let text = text(of: property) else {
            try fault(property.line, record.identifier, "found a property without “val”")
            return
        }
        if Property.replacedBy.contains(name) {
            record.add(replacement: identifier(text))
        } else if Property.consider.contains(name) {
            record.add(consider: identifier(text))
        } else if Property.alternative.contains(name) {
            record.add(alternativeIdentifiers: [identifier(text)])
        } else {
            record.isObsolete = record.isObsolete || text.lowercased() == "true"
        }
    }

    /// The cleaned text of `{"val": "…"}`; `nil` if there is none.
    private func text(of value: JSONValue) -> String? {
        let found = value.object?.last { $0.key == "val" }?.value.text ?? value.text
        guard let found else { return nil }
        let text = Text.clean(found)
        return text.isEmpty ? nil : text
    }

    private static func short(_ predicate: String, _ identifiers: CompactIdentifier) -> String {
        for (space, prefix) in [
            ("http://www.geneontology.org/formats/oboInOwl#", "oboInOwl:"),
            ("http://www.w3.org/2002/07/owl#", "owl:"),
        ] where predicate.hasPrefix(space) {
            return prefix + predicate.dropFirst(space.count)
        }
        return identifiers.compact(predicate)
    }

    private static func lastStep(of predicate: String) -> Substring {
        predicate.split { $0 == "/" || $0 == "#" || $0 == ":" }.last ?? ""
    }
}
