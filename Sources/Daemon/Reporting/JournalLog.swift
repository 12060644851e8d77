import Glibc
package import Logging

/// Sends log lines to systemd's journal with their facts as fields of their own.
///
/// `journalctl TAXOD_JOB=1a2b3c4d` then finds what happened to a job. What the journal does not
/// take, as when it is gone, goes to standard error.
///
/// ## Source
/// systemd, “Native Journal Protocol”: `NAME=value` a line; a value with a line break follows its
/// name's line as a 64-bit little-endian length and the bytes.
package struct JournalLog: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level
    private let address: String
    private let fallback: TerminalLine

    /// - Parameters:
    ///   - level: The least severe kind of line that is sent.
    ///   - address: The journal's socket.
    ///   - fallback: Takes what the journal does not.
    package init(
        level: Logger.Level,
        address: String = "/run/systemd/journal/socket",
        fallback: TerminalLine
    ) {
        logLevel = level
        self.address = address
        self.fallback = fallback
    }

    /// Whether this process' standard error goes to the journal, as systemd says of its services.
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
        // A person reading the plain journal sees the facts behind the message.
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

    /// The level as syslog numbers it.
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
