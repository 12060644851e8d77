import Foundation

/// Unicode's canonical normal forms.
///
/// The whole of Foundation, not its essentials: only there are the forms to be had.
enum CanonicalForm {
    /// Form NFC: letters and accents put together.
    static func composed(_ text: String) -> String {
        text.utf8.allSatisfy { $0 < 0x80 } ? text : text.precomposedStringWithCanonicalMapping
    }

    /// Form NFD: accents split from their letters.
    static func decomposed(_ text: String) -> String {
        text.utf8.allSatisfy { $0 < 0x80 } ? text : text.decomposedStringWithCanonicalMapping
    }
}
