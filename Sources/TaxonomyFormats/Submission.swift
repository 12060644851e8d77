package import Contract

/// The result of reading a dropped file: a vocabulary or a list.
///
/// The content decides which, not the name: XML is a vocabulary, anything else is a list.
package enum Submission: Sendable {
    case vocabulary(VocabularyFile)
    case list(ListFile)

    /// Opens, unpacks and parses a file.
    ///
    /// - Parameters:
    ///   - path: The file. A link, folder, pipe or device is refused.
    ///   - name: The name under which it was dropped, for messages and as a hint to its format;
    ///     without it, the last component of `path`.
    ///   - limits: Limits on what the file may hold.
    ///   - progress: Called with the fraction of bytes read, 0 to 1, about every 4 MiB of text.
    /// - Returns: The vocabulary or the list.
    /// - Throws: `SubmissionError`, with line and column where they are known.
    package static func read(
        _ path: String,
        name: String? = nil,
        limits: ReadLimits = .standard,
        progress: (Double) -> Void = { _ in }
    ) throws(SubmissionError) -> Submission {
        let name = name ?? path.split(separator: "/").last.map(String.init) ?? path
        let source = try ByteSource(path: path, name: name, limits: limits)
        let head = try Self.head(of: source)
        guard !head.isEmpty else {
            throw SubmissionError(.emptyFile, at: .init(file: name), "the file unpacks to no bytes")
        }
        if isXML(head, name: name) {
            return .vocabulary(
                try vocabulary(source, head: head, name: name, limits: limits, progress: progress)
            )
        }
        let bytes = try rest(of: source, head: head, name: name, limits: limits)
        let hash = try source.finish()
        return .list(
            try ListReader.read(bytes, fileName: name, sha256: hash, limits: limits)
        )
    }

    /// The first bytes of the file, at least 1,024 unless it has fewer.
    private static func head(of source: ByteSource) throws(SubmissionError) -> [UInt8] {
        var head: [UInt8] = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4_096, alignment: 16)
        defer { buffer.deallocate() }
        while head.count < 1_024 {
            let count = try source.read(into: buffer)
            guard count > 0 else { break }
            head.append(contentsOf: buffer[..<count])
        }
        return head
    }

    /// Whether the first character is “<”, in UTF-8 or UTF-16, or the file is named as XML.
    private static func isXML(_ head: [UInt8], name: String) -> Bool {
        let marks: Set<UInt8> = [0xEF, 0xBB, 0xBF, 0xFE, 0xFF, 0]
        let space: Set<UInt8> = [0x09, 0x0A, 0x0D, 0x20]
        let first = head.first { !marks.contains($0) && !space.contains($0) }
        if first == UInt8(ascii: "<") { return true }
        // The file is named as XML and is not JSON either: the XML parser says best what is wrong.
        guard let first, FileNames.baseExtension(name) == "xml" else { return false }
        return first != UInt8(ascii: "{") && first != UInt8(ascii: "[")
    }

    private static func vocabulary(
        _ source: ByteSource,
        head: [UInt8],
        name: String,
        limits: ReadLimits,
        progress: (Double) -> Void
    ) throws(SubmissionError) -> VocabularyFile {
        var medic: MEDICReader?
        var mesh: MeSHReader?
        let reader = XMLReader(name: name, limits: limits) { root, line throws(SubmissionError) in
            switch root.lowercased() {
            case "rowset":
                let handler = MEDICReader(fileName: name, limits: limits)
                medic = handler
                return handler
            case "descriptorrecordset", "supplementalrecordset":
                let handler = MeSHReader(
                    fileName: name,
                    kind: root.lowercased().hasPrefix("d") ? .mesh : .meshSupplementary,
                    limits: limits
                )
                mesh = handler
                return handler
            default:
                throw SubmissionError(
                    .unknownVocabularyShape,
                    at: .init(file: name, line: line),
                    """
                    found the root element <\(Text.cut(root))>, expected RowSet (MEDIC), \
                    DescriptorRecordSet or SupplementalRecordSet (MeSH)
                    """
                )
            }
        }
        try reader.parse(source, head: head, progress: progress)
        let hash = try source.finish()
        guard let builder = medic?.builder ?? mesh?.builder else {
            throw SubmissionError(.malformedXML, at: .init(file: name, line: 1), "no root element")
        }
        return try builder.finish(sha256: hash)
    }

    private static func rest(
        of source: ByteSource,
        head: [UInt8],
        name: String,
        limits: ReadLimits
    ) throws(SubmissionError) -> [UInt8] {
        var bytes = head
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = try source.read(into: buffer)
            guard count > 0 else { return bytes }
            bytes.append(contentsOf: buffer[..<count])
            guard bytes.count <= limits.listBytes else {
                throw SubmissionError(
                    .fileTooLarge,
                    at: .init(file: name),
                    "a list of more than \(limits.listBytes) bytes"
                )
            }
        }
    }
}
