import Foundation

/// A name from outside, made safe for use in a path and in a line on a screen.
///
/// In normalization form NFC; letters and digits of any script, `.`, `_` and `-` are kept, runs of
/// anything else become one `_`. It does not begin with a dot, underscore or dash, has at most 80
/// bytes of UTF-8, and is never empty.
package struct SafeName: Hashable, Sendable, CustomStringConvertible {
    /// Leaves room for suffixes within the 255 bytes that file systems allow.
    package static let maximumBytes = 80

    package let description: String

    package init(_ name: String) {
        var text = ""
        for scalar in name.precomposedStringWithCanonicalMapping.unicodeScalars {
            if Self.isKept(scalar) {
                text.unicodeScalars.append(scalar)
            } else if text.last != "_" {
                text.append("_")
            }
        }
        text = String(text.drop { $0 == "." || $0 == "_" || $0 == "-" })
        while text.utf8.count > Self.maximumBytes { text.removeLast() }
        while text.last == "." || text.last == "_" { text.removeLast() }
        description = text.isEmpty ? "unnamed" : text
    }

    private static func isKept(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case ".", "_", "-": true
        default:
            switch scalar.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter,
                .otherLetter, .decimalNumber, .letterNumber, .nonspacingMark, .spacingMark:
                true
            default:
                false
            }
        }
    }
}
