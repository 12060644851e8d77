import Contract

/// Reads RDF in XML: raptor gets the bytes that the XML reader found harmless.
final class RDFXMLReader: XMLByteHandler {
    static let namespace = RDFTerm.type.address.replacing("type", with: "")
    /// How many faults are read before their share is looked at.
    private static let patience = 1_000

    let paths = XMLPaths([], capturing: [])
    private let fileName: String
    private let rules: VocabularyRules.Book
    private let world: RaptorWorld
    private let collector: TripleCollector
    private let parser: RaptorParser

    /// - Throws: `storageUnavailable` when there is no memory.
    init(
        fileName: String,
        limits: ReadLimits,
        rules: VocabularyRules.Book
    ) throws(SubmissionError) {
        let world = try RaptorWorld.claim(for: fileName)
        let collector = TripleCollector(fileName: fileName, limits: limits, world: world)
        do throws(SubmissionError) {
            parser = try RaptorParser(world, syntax: .xml, delegate: collector)
        } catch {
            world.release()
            throw error
        }
        self.fileName = fileName
        self.rules = rules
        self.world = world
        self.collector = collector
        try parser.start()
    }

    deinit {
        parser.end()
        world.release()
    }

    func begin(
        _ place: XMLPaths.Place,
        attributes: XMLAttributes,
        line: Int
    ) throws(SubmissionError) {}

    func end(_ place: XMLPaths.Place, text: UnsafeBufferPointer<UInt8>) throws(SubmissionError) {}

    func take(_ bytes: UnsafeRawBufferPointer, isLast: Bool) throws(SubmissionError) {
        let isRead = parser.parse(bytes, isLast: isLast)
        if let fault = collector.fault { throw fault }
        let faults = collector.reportCount
        let isMostlyFaulty = faults > Self.patience && faults * 5 > collector.statements
        guard !isRead || isMostlyFaulty else { return }
        let first = collector.reports.last
        throw SubmissionError(
            .malformedRDF,
            at: .init(file: fileName, line: first?.line),
            isMostlyFaulty
                ? "\(faults) faults in \(collector.statements) statements; the last: "
                    + Text.cut(first?.message ?? "", to: 200)
                : Text.cut(first?.message ?? "the statements cannot be read", to: 200)
        )
    }

    /// The vocabulary, to be finished.
    ///
    /// - Throws: `unknownVocabularyShape`, and what the builder throws.
    func builder() throws(SubmissionError) -> VocabularyBuilder {
        collector.finish()
        if let fault = collector.fault { throw fault }
        return try TripleRecords.builder(of: collector, rules: rules)
    }
}
