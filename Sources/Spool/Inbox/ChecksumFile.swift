/// What a file `NAME.sha256` says about the file `NAME`.
///
/// Understood are the forms of GNU coreutils (`HASH  NAME`, `HASH *NAME`), BSD and OpenSSL
/// (`SHA256 (NAME) = HASH`), PowerShell's `Get-FileHash` (as table and as list), Windows' `certutil`
/// and a hash alone; in UTF-8 or UTF-16, with any line ends, comments and upper case. Of several
/// lines those count that name the file.
package enum ChecksumFile: Hashable, Sendable {
    /// The SHA-256 of the file, in lower-case hexadecimal.
    case digest(String)
    /// It says nothing about the file; the text says what it is instead.
    case unusable(String)

    /// The largest checksum file that is read, in bytes.
    package static let limit = 1 << 20
    /// The longest line that is read; none has a path longer than the system allows.
    private static let longestLine = 8_192

    /// Reads the content of a checksum file.
    ///
    /// - Parameters:
    ///   - bytes: The content.
    ///   - name: The name under which the file itself was dropped.
    package init(_ bytes: [UInt8], for name: String) {
        var reader = Reader()
        for line in Self.text(bytes).split(whereSeparator: \.isNewline)
        where line.utf8.count <= Self.longestLine {
            reader.take(Self.trimmed(line))
        }
        self = reader.verdict(for: name)
    }

    package var digest: String? {
        if case .digest(let digest) = self { digest } else { nil }
    }

    // MARK: - Text

    /// The content as text: UTF-16 by its byte order mark or its zero bytes, otherwise UTF-8.
    private static func text(_ bytes: [UInt8]) -> String {
        if bytes.starts(with: [0xFF, 0xFE]) { return utf16(bytes.dropFirst(2), isBig: false) }
        if bytes.starts(with: [0xFE, 0xFF]) { return utf16(bytes.dropFirst(2), isBig: true) }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            return String(decoding: bytes.dropFirst(3), as: UTF8.self)
        }
        if bytes.count > 3, bytes[1] == 0, bytes[3] == 0 { return utf16(bytes[...], isBig: false) }
        if bytes.count > 3, bytes[0] == 0, bytes[2] == 0 { return utf16(bytes[...], isBig: true) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func utf16(_ bytes: ArraySlice<UInt8>, isBig: Bool) -> String {
        let bytes = Array(bytes)
        let units = stride(from: 0, to: bytes.count - 1, by: 2).map { index in
            let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
            return isBig ? first << 8 | second : second << 8 | first
        }
        return String(decoding: units, as: UTF16.self)
    }

    private static func trimmed(_ line: Substring) -> Substring {
        var line = line.drop { $0.isWhitespace }
        while line.last?.isWhitespace == true { line.removeLast() }
        return line
    }

    // MARK: - Lines

    /// Collects what the lines say.
    private struct Reader {
        /// Hashes with the name that stands beside each, if one does.
        private var entries: [(digest: String, name: String?)] = []
        /// A hash of another algorithm, by its name.
        private var other: String?
        private var lines = 0
        /// In PowerShell's list the name follows its hash on another line.
        private var awaitsPath = false

        mutating func take(_ line: Substring) {
            if line.isEmpty || line.hasPrefix("#") || line.hasPrefix("//") || line.hasPrefix(";") {
                return
            }
            lines += 1
            if awaitsPath, let match = line.wholeMatch(of: /(?i)path\s*:\s*(.+)/) {
                entries[entries.count - 1].name = String(match.1)
                awaitsPath = false
            } else if let match = line.wholeMatch(of: /(?i)hash\s*:\s*([0-9a-f]{64})/) {
                add(match.1, nil)
                awaitsPath = true
            } else if let match = line.wholeMatch(
                of: /(?i)sha(?:2-?)?-?256\s*\((.+)\)\s*=\s*([0-9a-f]{64})/
            ) {
                add(match.2, match.1)
            } else if let match = line.wholeMatch(of: /(?i)sha-?256\s+([0-9a-f]{64})\s+(.+)/) {
                add(match.1, match.2)
            } else if let match = line.wholeMatch(
                of: /(?i)(?:sha-?256\s*[:=]\s*)?([0-9a-f]{64})/
            ) {
                add(match.1, nil)
            } else if let match = line.wholeMatch(
                of: /(?i)(\\?)([0-9a-f]{64})(?:\s+\*?| \*)(.+)/
            ) {
                add(match.2, match.1.isEmpty ? match.3 : Substring(Self.unescaped(match.3)))
            } else if let match = line.wholeMatch(of: /(?i)[0-9a-f]{2}(?:\s[0-9a-f]{2}){31}/) {
                // An older certutil writes the bytes one by one.
                add(Substring(match.output.filter { !$0.isWhitespace }), nil)
            } else {
                other = other ?? Self.algorithm(of: line)
            }
        }

        private mutating func add(_ digest: Substring, _ name: Substring?) {
            entries.append((digest.lowercased(), name.map(String.init)))
        }

        func verdict(for name: String) -> ChecksumFile {
            let named = entries.filter { entry in entry.name.map { Self.isName($0, name) } ?? false
            }
            let digests = Set(named.map(\.digest))
            if digests.count == 1, let digest = digests.first { return .digest(digest) }
            if digests.count > 1 {
                return .unusable("it gives \(digests.count) different hashes for this file")
            }
            let nameless = Set(entries.filter { $0.name == nil }.map(\.digest))
            if nameless.count == 1, let digest = nameless.first { return .digest(digest) }
            if nameless.count > 1 {
                return .unusable("it holds \(nameless.count) hashes without a name")
            }
            if let first = entries.first?.name {
                let rest = entries.count > 1 ? " and \(entries.count - 1) others" : ""
                return .unusable("it names another file (\(Self.cut(first))\(rest)), not this one")
            }
            if let other { return .unusable("it holds \(other), not a SHA-256") }
            return .unusable(lines == 0 ? "it is empty" : "it holds no SHA-256")
        }

        /// Whether a name in a list, perhaps with folders before it, is that of the file.
        ///
        /// Composed and decomposed letters are equal, and Windows knows no letter case.
        private static func isName(_ listed: String, _ name: String) -> Bool {
            let last = listed.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? listed
            return listed == name || last == name || last.lowercased() == name.lowercased()
        }

        /// GNU coreutils begin a line with a backslash if the name has escaped characters.
        private static func unescaped(_ name: Substring) -> String {
            var text = ""
            var isEscaped = false
            for character in name {
                if isEscaped || character != "\\" {
                    text.append(isEscaped && character == "n" ? "\n" : character)
                    isEscaped = false
                } else {
                    isEscaped = true
                }
            }
            return text
        }

        private static func algorithm(of line: Substring) -> String? {
            let words = line.split { !$0.isHexDigit }
            let names = [
                32: "an MD5 sum", 40: "a SHA-1 sum", 96: "a SHA-384 sum", 128: "a SHA-512 sum",
            ]
            return words.lazy.compactMap { names[$0.count] }.first
        }

        private static func cut(_ name: String) -> String {
            name.count > 80 ? name.prefix(79) + "…" : name
        }
    }
}
