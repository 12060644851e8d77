package import Contract
import Jobs

/// The rules for names in an inbox.
package enum SubmissionName {
    /// Whether a name is always ignored: hidden, taxod's own, or an auxiliary file of a writer or
    /// an editor.
    package static func isIgnored(_ name: [UInt8]) -> Bool {
        guard let first = name.first, first != UInt8(ascii: "."), first != UInt8(ascii: "_") else {
            return true
        }
        return hasSuffix(name, [".tmp", ".part", ".partial", ".filepart", ".sha256", "~", ".swp"])
    }

    /// Whether a name looks like that of a vocabulary or a list.
    package static func looksLikeSubmission(_ name: [UInt8]) -> Bool {
        hasSuffix(name, [".xml", ".gz", ".json", ".jsonl", ".ndjson", ".txt", ".csv", ".tsv"])
    }

    /// Whether a name looks like that of a vocabulary; those are claimed before lists.
    package static func looksLikeVocabulary(_ name: [UInt8]) -> Bool {
        hasSuffix(name, [".xml", ".xml.gz"])
    }

    /// The task that a folder in the inbox stands for.
    package static func task(ofFolder name: [UInt8]) -> Query.Task? {
        switch String(decoding: name, as: UTF8.self) {
        case "expand": .expand
        case "place": .place
        case "grow": .grow
        default: nil
        }
    }

    /// The name that the file gets when it is claimed, and keeps.
    ///
    /// It is the name as dropped, if that is one line of UTF-8 and leaves room for suffixes;
    /// otherwise a safe one.
    package static func claimed(_ name: [UInt8]) -> String {
        guard name.count <= 200, let text = String(validating: name, as: UTF8.self),
            !text.unicodeScalars.contains(where: isUnfit)
        else { return SafeName(String(decoding: name, as: UTF8.self)).description }
        return text
    }

    /// Whether a character is a control or format character, such as a line feed or a direction
    /// override.
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
