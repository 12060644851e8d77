import Foundation

/// Unicode's canonical normal forms.
///
/// This needs all of Foundation: FoundationEssentials has no normal forms.
enum CanonicalForm {
    /// Form NFC: letters and accents composed.
    static func composed(_ text: String) -> String {
        text.utf8.allSatisfy { $0 < 0x80 } ? text : text.precomposedStringWithCanonicalMapping
    }

    /// Form NFD: accents separated from their letters.
    static func decomposed(_ text: String) -> String {
        text.utf8.allSatisfy { $0 < 0x80 } ? text : text.decomposedStringWithCanonicalMapping
    }
}
