/// What a file's name reveals about its content.
package enum FileNames {
    /// The extension in lower case, without a final `.gz`: `xml` for `A.XML.gz`.
    static func baseExtension(_ name: String) -> String {
        var parts = name.lowercased().split(separator: ".", omittingEmptySubsequences: false)
        if parts.count > 1, parts.last == "gz" { parts.removeLast() }
        return parts.count > 1 ? String(parts[parts.count - 1]) : ""
    }

    /// The name without its extensions: `CTD_diseases` for `CTD_diseases.xml.gz`.
    package static func stem(_ name: String) -> String {
        let stem = name.split(separator: ".", omittingEmptySubsequences: true).first
        return stem.map(String.init) ?? name
    }
}
