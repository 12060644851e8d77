package import Contract
import Jobs

/// The rules about names in an inbox.
package enum SubmissionName {
    /// Whether a name is never looked at: hidden, ours, or a writer's or editor's own.
    package static func isIgnored(_ name: [UInt8]) -> Bool {
        guard let first = name.first, first != UInt8(ascii: "."), first != UInt8(ascii: "_") else {
            return true
        }
        return hasSuffix(name, [".tmp", ".part", ".partial", ".filepart", ".sha256", "~", ".swp"])
    }

    /// Whether a name says that a vocabulary or a list is meant.
    package static func looksLikeSubmission(_ name: [UInt8]) -> Bool {
        hasSuffix(name, [".xml", ".gz", ".json", ".jsonl", ".ndjson", ".txt", ".csv", ".tsv"])
    }

    /// Whether a vocabulary is meant; those are taken before lists.
    package static func looksLikeVocabulary(_ name: [UInt8]) -> Bool {
        hasSuffix(name, [".xml", ".xml.gz"])
    }

    /// The task that a folder in the inbox asks for.
    package static func task(ofFolder name: [UInt8]) -> Query.Task? {
        switch String(decoding: name, as: UTF8.self) {
        case "expand": .expand
        case "place": .place
        case "grow": .grow
        default: nil
        }
    }

    /// The name that the file bears from its claim on.
    ///
    /// The name as dropped, if it is one line of UTF-8 that leaves room for suffixes; else a safe
    /// one.
    package static func claimed(_ name: [UInt8]) -> String {
        guard name.count <= 200, let text = String(validating: name, as: UTF8.self),
            !text.unicodeScalars.contains(where: isUnfit)
        else { return SafeName(String(decoding: name, as: UTF8.self)).description }
        return text
    }

    /// Control and format characters, such as line feeds and reversed writing.
    private static func isUnfit(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }

    private static func hasSuffix(_ name: [UInt8], _ suffixes: [String]) -> Bool {
        let lower = name.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        return suffixes.contains { suffix in
            lower.count > suffix.utf8.count
                && lower.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
        }
    }
}
