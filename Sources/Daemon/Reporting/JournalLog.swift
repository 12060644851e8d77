import Glibc
package import Logging

/// Sends log lines to systemd's journal, with their metadata as separate fields.
///
/// So `journalctl TAXOD_JOB=1a2b3c4d` finds everything about a job. Lines that the journal does not
/// accept, for example because it is down, go to standard error.
///
/// ## Source
/// systemd, “Native Journal Protocol”: one `NAME=value` per line; for a value with a line break,
/// the name has a line of its own, followed by a 64-bit little-endian length and the bytes.
package struct JournalLog: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level
    private let address: String
    private let fallback: TerminalLine

    /// - Parameters:
    ///   - level: The lowest level that is sent.
    ///   - address: The journal's socket.
    ///   - fallback: Gets the lines that the journal does not accept.
    package init(
        level: Logger.Level,
        address: String = "/run/systemd/journal/socket",
        fallback: TerminalLine
    ) {
        logLevel = level
        self.address = address
        self.fallback = fallback
    }

    /// Whether systemd has connected this process' standard error to the journal.
    package static var isAtStandardError: Bool {
        guard let stream = getenv("JOURNAL_STREAM") else { return false }
        var facts = stat()
        guard fstat(STDERR_FILENO, &facts) == 0 else { return false }
        return String(cString: stream) == "\(facts.st_dev):\(facts.st_ino)"
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let facts = metadata.merging(event.metadata ?? [:]) { _, new in new }
            .map { (name: $0.key, value: "\($0.value)") }
            .sorted { $0.name < $1.name }
        // The plain journal output shows only the message, so the metadata is repeated in it.
        let words = facts.map { " \($0.name)=\($0.value)" }.joined()
        var bytes: [UInt8] = []
        Self.add("MESSAGE", "\(event.message)\(words)", to: &bytes)
        Self.add("PRIORITY", "\(Self.priority(of: event.level))", to: &bytes)
        Self.add("SYSLOG_IDENTIFIER", "taxod", to: &bytes)
        Self.add("TAXOD_EVENT", "\(event.message)", to: &bytes)
        for fact in facts { Self.add(Self.field(fact.name), fact.value, to: &bytes) }
        guard !Datagram.send(bytes, to: address) else { return }
        fallback.write("<\(Self.priority(of: event.level))>\(event.message)\(words)\n")
    }

    private static func add(_ name: String, _ value: String, to bytes: inout [UInt8]) {
        bytes += name.utf8
        if value.utf8.contains(0x0A) {
            bytes.append(0x0A)
            withUnsafeBytes(of: UInt64(value.utf8.count).littleEndian) { bytes += $0 }
        } else {
            bytes.append(UInt8(ascii: "="))
        }
        bytes += value.utf8
        bytes.append(0x0A)
    }

    /// `retryOf` becomes `TAXOD_RETRY_OF`.
    private static func field(_ name: String) -> String {
        name.reduce(into: "TAXOD_") { field, character in
            if character.isUppercase { field += "_" }
            field +=
                character.isASCII && (character.isLetter || character.isNumber)
                ? character.uppercased() : "_"
        }
    }

    /// The level's number in syslog.
    private static func priority(of level: Logger.Level) -> Int {
        switch level {
        case .critical: 2
        case .error: 3
        case .warning: 4
        case .notice: 5
        case .info: 6
        case .debug, .trace: 7
        }
    }
}
