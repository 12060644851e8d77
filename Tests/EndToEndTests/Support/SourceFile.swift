import Foundation

/// A Swift file of this repository, as far as a test needs to understand it.
///
/// The formatter keeps one style, so that indentation tells where a declaration ends.
struct SourceFile {
    /// A function, initialiser or accessor.
    struct Function {
        /// Where it begins, from 1.
        let line: Int
        let length: Int
        /// Whether a comment above it says why it is long.
        let givesReason: Bool
    }

    /// Below the folder asked for; `.` for the files directly in it.
    let folder: String
    let name: String
    let lines: [String]
    /// Names of types, functions and values declared at the top level for other files.
    let declared: Set<String>
    /// Identifiers in its code that follow no dot.
    let used: Set<String>

    /// All Swift files in a folder and below, in the order of their paths.
    static func all(in folder: String) throws -> [SourceFile] {
        let root = Checkout.root.appending(path: folder)
        let paths = FileManager.default.enumerator(atPath: root.path())?.compactMap {
            $0 as? String
        }
        return try (paths ?? []).filter { $0.hasSuffix(".swift") }.sorted().map { path in
            try SourceFile(
                path,
                text: String(contentsOf: root.appending(path: path), encoding: .utf8)
            )
        }
    }

    init(_ path: String, text: String) {
        var parts = path.split(separator: "/").map(String.init)
        name = parts.removeLast()
        folder = parts.isEmpty ? "." : parts.joined(separator: "/")
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            .map(String.init)
        let code = Self.withoutTexts(text)
        declared = Set(
            code.matches(of: Self.declaration).filter { !$0.output.0.contains("private ") }
                .map { String($0.output.1) }
        )
        used = Set(
            code.matches(of: Self.identifier).map { String($0.output) }.filter { $0.first != "." }
        )
    }

    /// The functions that end before the file does.
    var functions: [Function] {
        lines.indices.compactMap { start in
            let line = lines[start]
            guard line.firstMatch(of: Self.function) != nil else { return nil }
            let indent = line.prefix { $0 == " " }
            guard
                let end = lines[(start + 1)...].firstIndex(where: {
                    !$0.isEmpty && !$0.hasPrefix(indent + " ") && !$0.hasPrefix(indent + ")")
                }),
                lines[end].hasPrefix(indent + "}")
            else { return nil }
            let above = lines[..<start].reversed().prefix {
                $0.hasPrefix(indent + "//") || $0.hasPrefix(indent + "@")
            }
            return Function(
                line: start + 1,
                length: end - start + 1,
                givesReason: above.contains { $0.hasPrefix(indent + "// Long:") }
            )
        }
    }

    // Regexes are not Sendable, and these are never changed.
    private nonisolated(unsafe) static let declaration =
        /(?m)^(?:@\w+(?:\([^)]*\))? )*(?:[a-z]+ )*(?:struct|class|enum|actor|protocol|typealias|func|let|var) (\w+)/
    private nonisolated(unsafe) static let identifier = /\.?\b[A-Za-z_]\w*/
    private nonisolated(unsafe) static let function =
        /^ *(?:@\w+(?:\([^)]*\))? )*(?:[a-z]+(?:\([a-z]+\))? )*(?:func [^ ]+|init[?(<]|deinit|subscript)/

    /// The code without comments and the insides of string literals.
    private static func withoutTexts(_ text: String) -> String {
        text.replacing(/"""[\s\S]*?"""/, with: "\"\"")
            .replacing(/"(?:\\.|[^"\\\n])*"/, with: "\"\"")
            .replacing(/\/\/[^\n]*/, with: "")
    }
}
