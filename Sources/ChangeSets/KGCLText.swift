/// Text as KGCL and the programs that apply it can carry it.
///
/// In the grammar of kgcl_schema a text stands in single quotes, has no escape and ends with its
/// line. OAK then writes it into OBO, where it escapes a quote in a synonym and nothing else.
///
/// ## Source
/// `kgcl.lark` of kgcl_schema 0.7; `simple_obo_implementation.py` of oaklib 0.7.
enum KGCLText {
    /// Why a name cannot be carried; `nil` if it can.
    static func fault(_ name: String) -> String? { fault(name, unescaped: "\\!{") }

    /// Why a synonym cannot be carried; `nil` if it can.
    static func fault(synonym: String) -> String? { fault(synonym, unescaped: "\\") }

    /// Why a definition cannot be carried; `nil` if it can.
    static func fault(definition: String) -> String? { fault(definition, unescaped: "\\\"") }

    private static func fault(_ text: String, unescaped: String) -> String? {
        for scalar in text.unicodeScalars {
            if scalar == "'" { return "KGCL has no escape for an apostrophe" }
            if isLineBreak(scalar) || scalar == "\0" { return "KGCL ends with the line" }
            if unescaped.unicodeScalars.contains(scalar) {
                return "OAK writes \(scalar) into OBO without the escape that it needs there"
            }
        }
        return text.isEmpty ? "it is empty" : nil
    }

    /// Whether Python ends a line at the scalar.
    private static func isLineBreak(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }

    /// A concept as a command names it.
    static func identifier(_ identifier: ChangeIdentifier) -> String {
        identifier.kind == .address ? "<\(identifier.text)>" : identifier.text
    }
}
