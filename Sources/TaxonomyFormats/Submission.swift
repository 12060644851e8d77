package import Contract

/// The result of reading a dropped file: a vocabulary or a list.
///
/// The content decides which, not the name: XML, OBO and OBO Graphs are vocabularies, and so is a table
/// whose rows name each other as parents; another workbook, JSON or other text is a list; what else
/// people drop is refused by name.
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
    ///   - asVocabulary: Whether a table is to be read as a vocabulary; `nil` if its shape decides.
    ///   - rules: How ontologies are read.
    ///   - progress: Called with the fraction of bytes read, 0 to 1, about every 4 MiB of text.
    /// - Returns: The vocabulary or the list.
    /// - Throws: `SubmissionError`, with line and column where they are known.
    package static func read(
        _ path: String,
        name: String? = nil,
        limits: ReadLimits = .standard,
        asVocabulary: Bool? = nil,
        rules: VocabularyRules.Book = .standard,
        progress: (Double) -> Void = { _ in }
    ) throws(SubmissionError) -> Submission {
        let name = name ?? path.split(separator: "/").last.map(String.init) ?? path
        return try read(
            ByteSource(path: path, name: name, limits: limits),
            asVocabulary: asVocabulary,
            rules: rules,
            progress: progress
        )
    }

    /// Parses bytes that are here already, such as standard input.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - name: What it is called in messages, and a hint to its format.
    ///   - limits: Limits on what it may hold.
    /// - Returns: The vocabulary or the list.
    /// - Throws: `SubmissionError`, with line and column where they are known.
    package static func read(
        bytes: [UInt8],
        name: String,
        limits: ReadLimits = .standard
    ) throws(SubmissionError) -> Submission {
        let source = try ByteSource(DiskFile(bytes: bytes, name: name), limits: limits)
        return try read(source, asVocabulary: nil, rules: .standard) { _ in }
    }

    private static func read(
        _ source: ByteSource,
        asVocabulary: Bool?,
        rules: VocabularyRules.Book,
        progress: (Double) -> Void
    ) throws(SubmissionError) -> Submission {
        let name = source.file.name
        let limits = source.limits
        guard source.packing == .zip else {
            return try read(
                source,
                of: source,
                ending: FileNames.baseExtension(name),
                asVocabulary: asVocabulary,
                rules: rules,
                progress: progress
            )
        }
        let archive = try ZipArchive(source)
        switch try archive.content() {
        case .workbook:
            let table = try Workbook.table(in: archive, progress: progress)
            let hash = try source.finish()
            let concepts = try TableVocabulary(fileName: name, limits: limits).vocabulary(
                from: table,
                ending: "xlsx",
                sha256: hash,
                asVocabulary: asVocabulary
            )
            if let concepts { return .vocabulary(concepts) }
            let drafts = TableList(fileName: name).drafts(from: table)
            return .list(try drafts.finish(fileName: name, format: .xlsx, sha256: hash))
        case .file(let member):
            return try read(
                archive.stream(member),
                of: source,
                ending: FileNames.baseExtension(member.name),
                asVocabulary: asVocabulary,
                rules: rules,
                progress: progress
            )
        }
    }

    /// Reads unpacked bytes.
    ///
    /// - Parameters:
    ///   - stream: The unpacked bytes of the file, or of the only file packed in it.
    ///   - source: The file on disk.
    ///   - ending: The extension of the name, as a hint to the format.
    ///   - asVocabulary: Whether a table is to be read as a vocabulary; `nil` if its shape decides.
    ///   - rules: How ontologies are read.
    ///   - progress: Called with the fraction of bytes read.
    /// - Returns: The vocabulary or the list.
    /// - Throws: `SubmissionError`.
    private static func read(
        _ stream: any ByteStream,
        of source: ByteSource,
        ending: String,
        asVocabulary: Bool?,
        rules: VocabularyRules.Book,
        progress: (Double) -> Void
    ) throws(SubmissionError) -> Submission {
        let name = source.file.name
        let head = FileHead(try self.head(of: stream), name: name, ending: ending)
        guard !head.bytes.isEmpty else {
            throw SubmissionError(.emptyFile, at: .init(file: name), "the file unpacks to no bytes")
        }
        if let foreign = ForeignFormat.of(head) {
            throw foreign.error(at: .init(file: name, line: head.isBinary ? nil : 1))
        }
        if let builder = try vocabulary(stream, head, source.limits, rules, progress) {
            return .vocabulary(try builder.finish(sha256: source.finish()))
        }
        let bytes = try rest(of: stream, head: head, limits: source.limits)
        if head.content.hasPrefix("{"), OBOGraphsReader.isGraph(bytes) {
            // Its keys are in an order by which the beginning does not tell what the file is.
            let reader = OBOGraphsReader(fileName: name, limits: source.limits, rules: rules)
            let builder = try reader.read(stream, head: bytes, progress: progress)
            return .vocabulary(try builder.finish(sha256: source.finish()))
        }
        let hash = try source.finish()
        let concepts = try TableVocabulary(fileName: name, limits: source.limits).vocabulary(
            inText: bytes,
            ending: ending,
            sha256: hash,
            asVocabulary: asVocabulary
        )
        if let concepts { return .vocabulary(concepts) }
        return .list(
            try ListReader.read(
                bytes,
                fileName: name,
                ending: ending,
                sha256: hash,
                limits: source.limits
            )
        )
    }

    /// The first bytes of the file, at least 1,024 unless it has fewer.
    private static func head(of source: any ByteStream) throws(SubmissionError) -> [UInt8] {
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
    private static func isXML(_ head: FileHead) -> Bool {
        let marks: Set<UInt8> = [0xEF, 0xBB, 0xBF, 0xFE, 0xFF, 0]
        let space: Set<UInt8> = [0x09, 0x0A, 0x0D, 0x20]
        let first = head.bytes.first { !marks.contains($0) && !space.contains($0) }
        if first == UInt8(ascii: "<") { return true }
        // The file is named as XML and is not JSON either: the XML parser says best what is wrong.
        guard let first, head.ending == "xml" else { return false }
        return first != UInt8(ascii: "{") && first != UInt8(ascii: "[")
    }

    /// The records of a vocabulary in a text; `nil` if its beginning does not show one.
    private static func vocabulary(
        _ stream: any ByteStream,
        _ head: FileHead,
        _ limits: ReadLimits,
        _ rules: VocabularyRules.Book,
        _ progress: (Double) -> Void
    ) throws(SubmissionError) -> VocabularyBuilder? {
        if OBOReader.recognises(head) {
            let reader = OBOReader(fileName: head.name, limits: limits, rules: rules)
            return try reader.read(stream, head: head.bytes, progress: progress)
        }
        if OBOGraphsReader.recognises(head) {
            let reader = OBOGraphsReader(fileName: head.name, limits: limits, rules: rules)
            return try reader.read(stream, head: head.bytes, progress: progress)
        }
        if RDFText.isTurtle(head) {
            var builder = try TurtleReader.read(
                stream,
                head: head,
                limits: limits,
                rules: rules,
                progress: progress
            )
            builder.format = "turtle"
            return builder
        }
        guard isXML(head) else { return nil }
        return try xmlVocabulary(stream, head: head, limits: limits, rules: rules, progress)
    }

    private static func xmlVocabulary(
        _ stream: any ByteStream,
        head: FileHead,
        limits: ReadLimits,
        rules: VocabularyRules.Book,
        _ progress: (Double) -> Void
    ) throws(SubmissionError) -> VocabularyBuilder {
        let name = head.name
        var medic: MEDICReader?
        var mesh: MeSHReader?
        var rdf: RDFXMLReader?
        let reader = XMLReader(name: name, limits: limits) { root throws(SubmissionError) in
            switch root.name.lowercased() {
            case "rdf" where root.namespace == RDFXMLReader.namespace:
                let handler = try RDFXMLReader(fileName: name, limits: limits, rules: rules)
                rdf = handler
                return handler
            case "rowset":
                let handler = MEDICReader(fileName: name, limits: limits)
                medic = handler
                return handler
            case "descriptorrecordset", "supplementalrecordset":
                let handler = MeSHReader(
                    fileName: name,
                    kind: root.name.lowercased().hasPrefix("d") ? .mesh : .meshSupplementary,
                    limits: limits
                )
                mesh = handler
                return handler
            default:
                let place = SubmissionError.Location(file: name, line: root.line)
                if let foreign = ForeignFormat.ofXML(root: root.name) {
                    throw foreign.error(at: place)
                }
                throw SubmissionError(
                    .unknownVocabularyShape,
                    at: place,
                    """
                    found the root element <\(Text.cut(root.name))>, expected RowSet (MEDIC), \
                    DescriptorRecordSet or SupplementalRecordSet (MeSH), or rdf:RDF (OWL, SKOS)
                    """
                )
            }
        }
        try reader.parse(stream, head: head.bytes, progress: progress)
        if let rdf {
            var builder = try rdf.builder()
            builder.format = "rdf-xml"
            return builder
        }
        guard let builder = medic?.builder ?? mesh?.builder else {
            throw SubmissionError(.malformedXML, at: .init(file: name, line: 1), "no root element")
        }
        return builder
    }

    private static func rest(
        of source: any ByteStream,
        head: FileHead,
        limits: ReadLimits
    ) throws(SubmissionError) -> [UInt8] {
        var bytes = head.bytes
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = try source.read(into: buffer)
            guard count > 0 else { return bytes }
            bytes.append(contentsOf: buffer[..<count])
            guard bytes.count <= limits.listBytes else {
                throw SubmissionError(
                    .fileTooLarge,
                    at: .init(file: head.name),
                    "a list of more than \(limits.listBytes) bytes"
                )
            }
        }
    }
}
