/// What a file's name reveals about its content.
package enum FileNames {
    private static let packings: Set<Substring> = ["gz", "xz", "bz2", "zip"]

    /// The extension in lower case, without a final `.gz`, `.xz`, `.bz2` or `.zip`: `xml` for
    /// `A.XML.gz`.
    static func baseExtension(_ name: String) -> String {
        let name = name.lowercased()
        var parts = name.split(separator: ".", omittingEmptySubsequences: false)
        if parts.count > 1, let last = parts.last, packings.contains(last) { parts.removeLast() }
        return parts.count > 1 ? String(parts[parts.count - 1]) : ""
    }

    /// The name without its extensions: `CTD_diseases` for `CTD_diseases.xml.gz`.
    package static func stem(_ name: String) -> String {
        let stem = name.split(separator: ".", omittingEmptySubsequences: true).first
        return stem.map(String.init) ?? name
    }
}
