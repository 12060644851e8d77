import Jobs

/// The rules for names in an inbox.
package enum SubmissionName {
    /// Whether a name is taxod's own or hidden.
    package static func isOwnOrHidden(_ name: [UInt8]) -> Bool {
        guard let first = name.first else { return true }
        return first == UInt8(ascii: ".") || first == UInt8(ascii: "_")
    }

    /// The name of the file that a checksum file belongs to: `x` for `x.sha256`.
    package static func summed(by name: [UInt8]) -> [UInt8]? {
        for ending in checksumEndings where hasSuffix(name, [ending]) {
            return Array(name.dropLast(ending.utf8.count))
        }
        return nil
    }

    private static let checksumEndings = [".sha256", ".sha256sum"]

    /// Whether a name looks like that of a vocabulary or a list.
    package static func looksLikeSubmission(_ name: [UInt8]) -> Bool {
        hasSuffix(
            name,
            [
                ".xml", ".gz", ".xz", ".bz2", ".zip", ".json", ".jsonl", ".ndjson", ".txt", ".list",
                ".csv", ".tsv", ".tab", ".xlsx",
            ]
        )
    }

    /// Whether a name looks like that of a vocabulary; those are claimed before lists.
    package static func looksLikeVocabulary(_ name: [UInt8]) -> Bool {
        hasSuffix(name, [".xml", ".xml.gz", ".xml.xz", ".xml.bz2", ".xml.zip"])
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
