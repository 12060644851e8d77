import Contract

/// Reads Turtle and N-Triples, one statement after the other.
///
/// raptor itself would hold the whole file and end at its first fault.
final class TurtleReader {
    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    /// The directives that are said again after a fault; no file has more prefixes.
    private static let mostDirectives = 1_000
    /// How many faults are read before their share is looked at.
    private static let patience = 1_000
    /// How often directives are said again: faults times prefixes.
    private static let mostRepeated = 200_000

    private let fileName: String
    private let collector: TripleCollector
    private let parser: RaptorParser
    private var statements: TurtleStatements
    /// The directives in force, each under the prefix that it declares.
    private var directives: [(prefix: String, bytes: [UInt8])] = []
    private var repeated = 0
    private var read = 0
    private var faulty = 0

    private init(
        _ world: RaptorWorld,
        collector: TripleCollector,
        fileName: String,
        limits: ReadLimits
    ) throws(SubmissionError) {
        self.fileName = fileName
        self.collector = collector
        parser = try RaptorParser(world, syntax: .turtle, delegate: collector)
        statements = TurtleStatements(fileName: fileName, limits: limits)
    }

    /// Reads a whole file.
    ///
    /// - Parameters:
    ///   - source: The bytes behind `head`.
    ///   - head: The first bytes of the file.
    ///   - limits: What the file may hold.
    ///   - rules: How ontologies are read.
    ///   - progress: Called with the fraction of bytes read, about every 4 MiB.
    /// - Returns: The vocabulary, to be finished.
    /// - Throws: `malformedRDF`, `unknownVocabularyShape`, and what the builder throws.
    static func read(
        _ source: any ByteStream,
        head: FileHead,
        limits: ReadLimits,
        rules: VocabularyRules.Book,
        progress: (Double) -> Void
    ) throws(SubmissionError) -> VocabularyBuilder {
        let world = try RaptorWorld.claim(for: head.name)
        defer { world.release() }
        let collector = TripleCollector(fileName: head.name, limits: limits, world: world)
        let reader = try TurtleReader(
            world,
            collector: collector,
            fileName: head.name,
            limits: limits
        )
        defer { reader.parser.end() }
        try reader.readAll(source, head: head.bytes, progress: progress)
        collector.finish()
        if let fault = collector.fault { throw fault }
        return try TripleRecords.builder(of: collector, rules: rules)
    }

    private func readAll(
        _ source: any ByteStream,
        head: [UInt8],
        progress: (Double) -> Void
    ) throws(SubmissionError) {
        let isWide = head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF])
        if isWide || head.contains(0) { try Encoding.check(head, fileName: fileName) }
        let start = head.starts(with: Self.mark) ? Array(head.dropFirst(3)) : head
        try take(start)
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { chunk.deallocate() }
        var sinceProgress = 0
        while true {
            let count = try source.read(into: chunk)
            guard count > 0 else { break }
            try take(UnsafeRawBufferPointer(rebasing: chunk[..<count]), isLast: false)
            sinceProgress += count
            if sinceProgress >= 4 << 20 {
                sinceProgress = 0
                progress(source.share)
            }
        }
        try take(UnsafeRawBufferPointer(start: nil, count: 0), isLast: true)
        if faulty * 5 > read { throw mostlyFaulty() }
    }

    private func take(_ bytes: [UInt8]) throws(SubmissionError) {
        var result: Result<Void, SubmissionError> = .success(())
        bytes.withUnsafeBytes { raw in
            do throws(SubmissionError) {
                try take(raw, isLast: false)
            } catch {
                result = .failure(error)
            }
        }
        try result.get()
    }

    private func take(_ bytes: UnsafeRawBufferPointer, isLast: Bool) throws(SubmissionError) {
        try statements.take(bytes, isLast: isLast) { statement throws(SubmissionError) in
            try parse(statement)
        }
    }

    private func parse(_ statement: TurtleStatements.Statement) throws(SubmissionError) {
        read += 1
        collector.line = statement.line
        let before = collector.reportCount
        let firstReport = collector.reports.count
        guard !statement.isDangerous else {
            collector.report(
                "a language with more than \(TurtleStatements.longestLanguage) letters",
                line: 1,
                isFatal: false
            )
            try forget(statement, firstReport: firstReport)
            return
        }
        try parser.start()
        let isRead = parser.parse(statement.bytes, isLast: true)
        if let fault = collector.fault { throw fault }
        guard collector.reportCount == before, isRead else {
            try forget(statement, firstReport: firstReport)
            return
        }
        if statement.isDirective { try keep(statement) }
    }

    /// Goes on behind a statement that is faulty.
    private func forget(
        _ statement: TurtleStatements.Statement,
        firstReport: Int
    ) throws(SubmissionError) {
        faulty += 1
        // One fault a statement is enough, and raptor counts lines from the statement's first.
        if collector.reports.count > firstReport + 1 {
            collector.reports.removeSubrange((firstReport + 1)...)
        }
        if collector.reports.count == firstReport {
            collector.report("the statement is not understood", line: 1, isFatal: false)
        }
        if collector.reports.count > firstReport {
            collector.reports[firstReport].line += statement.line - 1
            let opening = statement.bytes.prefix { $0 > 0x20 }.prefix(80)
            collector.reports[firstReport].opening = String(decoding: opening, as: UTF8.self)
        }
        if faulty > Self.patience, faulty * 5 > read { throw mostlyFaulty() }
        try parser.renew()
        collector.isRepeating = true
        defer { collector.isRepeating = false }
        repeated += directives.count
        if repeated > Self.mostRepeated { throw mostlyFaulty() }
        for directive in directives {
            try parser.start()
            directive.bytes.withUnsafeBytes { _ = parser.parse($0, isLast: true) }
        }
    }

    private func keep(_ statement: TurtleStatements.Statement) throws(SubmissionError) {
        let text = String(decoding: statement.bytes, as: UTF8.self)
        if let base = text.wholeMatch(of: /@?[Bb][Aa][Ss][Ee]\s*<([^<>]*)>\s*\.?/) {
            // The base of one statement is that of the next.
            parser.setBase(String(base.output.1))
            return
        }
        // The word before it may be written in several ways, the prefix itself not.
        let prefix = Text.clean(String(text.drop { !$0.isWhitespace }.prefix { $0 != ":" }))
        if let place = directives.firstIndex(where: { $0.prefix == prefix }) {
            directives[place].bytes = Array(statement.bytes)
            return
        }
        // raptor looks through all of them for each name.
        guard directives.count < Self.mostDirectives else {
            throw SubmissionError(
                .malformedRDF,
                at: .init(file: fileName, line: statement.line),
                "the file declares more than \(Self.mostDirectives) prefixes"
            )
        }
        directives.append((prefix, Array(statement.bytes)))
    }

    private func mostlyFaulty() -> SubmissionError {
        let first = collector.reports.first
        return SubmissionError(
            .malformedRDF,
            at: .init(file: fileName, line: first?.line),
            """
            \(faulty) of the first \(read) statements are no Turtle, too many to go on; the first: \
            \(Text.cut(first?.message ?? "", to: 200))
            """
        )
    }
}
