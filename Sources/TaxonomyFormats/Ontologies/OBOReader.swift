import Contract

/// Reads an ontology in OBO 1.2 or 1.4, line by line and in bounded memory.
///
/// Release files and hand-written ones are read alike: frames and tags in any order, letter case of
/// frames and scopes ignored, tags of older versions (`exact_synonym`, `use_term`, `xref_analog`)
/// understood. A line that cannot be read costs that line.
///
/// Source: The OBO Flat File Format Specification, versions 1.2 and 1.4.
struct OBOReader {
    typealias Bytes = UnsafeBufferPointer<UInt8>

    enum Frame {
        case header
        case term
        case relation
        /// An instance, or a frame that OBO does not have.
        case other
    }

    private let fileName: String
    private let limits: ReadLimits
    var builder: VocabularyBuilder
    var frame = Frame.header
    var record = VocabularyBuilder.Record()
    var relation = (identifier: "", others: [String]())
    var identifiers = CompactIdentifier()
    /// Scopes of the types of synonyms that the header declares; `nil` for a type without one.
    var synonymTypes: [String: Scope?] = [:]
    var unused = UnusedParts()
    private var otherFrames: [String: Int] = [:]
    private var wrongBytes = 0

    /// The scope of a synonym.
    enum Scope: String {
        case exact, narrow, broad, related
    }

    /// - Parameters:
    ///   - fileName: The file's name, for messages.
    ///   - limits: Limits on records, names and lines.
    ///   - rules: Which imported classes and relations are read.
    init(fileName: String, limits: ReadLimits, rules: VocabularyRules.Book) {
        self.fileName = fileName
        self.limits = limits
        builder = VocabularyBuilder(
            fileName: fileName,
            kind: .ontology,
            limits: limits,
            rules: rules
        )
        builder.format = "obo"
    }

    /// Whether a file begins as OBO does.
    static func recognises(_ head: FileHead) -> Bool {
        if head.opens("format-version:", "[term]", "[typedef]") { return true }
        // Comments or other tags of the header may come first, and a frame begins with its id.
        let lines = head.lines.filter { !$0.hasPrefix("!") }
        guard let first = lines.first else { return false }
        if first.hasPrefix("format-version:") || first.hasPrefix("[term]") { return true }
        if lines.contains(where: { $0.hasPrefix("format-version:") }), first.contains(":") {
            return true
        }
        return lines.contains("[term]") && lines.contains { $0.hasPrefix("id:") }
    }

    /// Reads the whole file.
    ///
    /// - Parameters:
    ///   - stream: The bytes behind `head`.
    ///   - head: The first bytes.
    ///   - progress: Called with the fraction of bytes read, 0 to 1, about every 4 MiB of text.
    /// - Returns: The builder with all records.
    /// - Throws: What the stream and ``VocabularyBuilder`` throw.
    consuming func read(
        _ stream: any ByteStream,
        head: [UInt8],
        progress: (Double) -> Void
    ) throws(SubmissionError) -> VocabularyBuilder {
        let lines = LineReader(stream, head: head, longest: limits.textBytes)
        var joined: [UInt8] = []
        var sinceProgress = 0
        while let line = try lines.next() {
            if Self.isContinued(line.bytes), !line.isCut {
                joined.removeAll(keepingCapacity: true)
                let isCut = try join(line, lines, into: &joined)
                try read(joined, number: line.number, isCut: isCut)
            } else {
                try read(line.bytes, number: line.number, isCut: line.isCut)
            }
            if lines.bytesRead - sinceProgress >= 4 << 20 {
                sinceProgress = lines.bytesRead
                progress(lines.share)
            }
        }
        try endFrame()
        addNotes()
        return builder
    }

    // MARK: Lines

    /// Whether the line ends with a backslash that belongs to no escape.
    private static func isContinued(_ bytes: Bytes) -> Bool {
        bytes.last == UInt8(ascii: "\\")
            && bytes.reversed().prefix { $0 == UInt8(ascii: "\\") }.count % 2 == 1
    }

    /// Puts a line and those that continue it together.
    ///
    /// - Returns: Whether they were too long, and their end was left out.
    private func join(
        _ first: LineReader.Line,
        _ lines: LineReader,
        into joined: inout [UInt8]
    ) throws(SubmissionError) -> Bool {
        joined.append(contentsOf: first.bytes.dropLast())
        var isCut = false
        while let line = try lines.next() {
            let isContinued = Self.isContinued(line.bytes)
            let room = limits.textBytes - joined.count
            let part = isContinued ? line.bytes.dropLast() : line.bytes[...]
            isCut = isCut || line.isCut || part.count > room
            joined.append(contentsOf: part.prefix(room))
            guard isContinued else { break }
        }
        return isCut
    }

    private mutating func read(
        _ line: [UInt8],
        number: Int,
        isCut: Bool
    ) throws(SubmissionError) {
        let fault: SubmissionError? = line.withUnsafeBufferPointer { bytes in
            do throws(SubmissionError) {
                try read(bytes, number: number, isCut: isCut)
                return nil
            } catch {
                return error
            }
        }
        if let fault { throw fault }
    }

    private mutating func read(
        _ line: Bytes,
        number: Int,
        isCut: Bool
    ) throws(SubmissionError) {
        let bytes = OBOValue.trimmed(line)
        guard let first = bytes.first, first != UInt8(ascii: "!") else { return }
        builder.lineCount += 1
        if first == UInt8(ascii: "["), let name = Self.frameName(bytes) {
            try endFrame()
            beginFrame(name, line: number)
            return
        }
        guard Self.isUTF8(bytes) else {
            wrongBytes += 1
            try fault(number, "wrong-encoding", "the line is not in UTF-8")
            return
        }
        guard let (tag, value) = OBOValue.parts(of: bytes) else {
            let shown = Text.cut(Text.clean(bytes), to: 40)
            try fault(number, "malformed-line", "found “\(shown)”, expected “tag: value”")
            return
        }
        let name = String(decoding: tag.prefix(100), as: UTF8.self)
        if isCut, frame == .term {
            try fault(number, "line-too-long", "the line has more than \(limits.textBytes) bytes")
            return
        }
        switch frame {
        case .header: try readHeader(name, value, line: number)
        case .term: try readTerm(name, value, line: number)
        case .relation: readRelation(name, value)
        case .other: break
        }
    }

    private static func isUTF8(_ bytes: Bytes) -> Bool {
        if bytes.allSatisfy({ $0 < 0x80 }) { return true }
        return String(validating: bytes, as: UTF8.self) != nil
    }

    /// Reports a line that cannot be used.
    mutating func fault(_ line: Int, _ code: String, _ message: String) throws(SubmissionError) {
        try builder.noteLine(
            RecordProblem(
                line: line,
                identifier: Text.cut(record.identifier),
                code: code,
                message: "\(message); the line was left out"
            )
        )
    }

    // MARK: Frames

    /// The name of the frame that a line begins, in small letters; `nil` if it begins none.
    private static func frameName(_ line: Bytes) -> String? {
        guard let end = line.firstIndex(of: UInt8(ascii: "]")) else { return nil }
        var rest = OBOValue(OBOValue.trimmed(Bytes(rebasing: line[(end + 1)...])))
        guard end > 1, end < 40, rest.isDone() else { return nil }
        return String(decoding: line[1..<end], as: UTF8.self).lowercased()
    }

    private mutating func beginFrame(_ name: String, line: Int) {
        switch name {
        case "term": frame = .term
        case "typedef": frame = .relation
        default:
            frame = .other
            if otherFrames[name] != nil || otherFrames.count < 100 {
                otherFrames[name, default: 0] += 1
            }
        }
        record = VocabularyBuilder.Record()
        record.line = line
        relation = ("", [])
    }

    private mutating func endFrame() throws(SubmissionError) {
        switch frame {
        case .term: try builder.add(record)
        case .relation: builder.name(relation: relation.identifier, relation.others)
        case .header, .other: break
        }
        record = VocabularyBuilder.Record()
    }

    private mutating func addNotes() {
        if !otherFrames.isEmpty {
            let frames = otherFrames.sorted { $0.key < $1.key }.prefix(5)
                .map { "[\(Text.cut($0.key, to: 40))] (\($0.value))" }
            builder.notes.append("frames that were left out: \(frames.joined(separator: ", "))")
        }
        builder.notes += unused.notes
        if wrongBytes > 0 {
            builder.notes.append(
                """
                lines that are not in UTF-8 and left out: \(wrongBytes); convert the file (in a \
                shell by `iconv -f WINDOWS-1252 -t UTF-8`) and drop it again
                """
            )
        }
    }
}
