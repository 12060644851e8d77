import Contract

/// A line of the audit log: an event, chained to the one before it.
///
/// It holds only hashes, names and counts, never content. ``hash`` is the SHA-256 of the line's
/// canonical JSON without ``hash`` itself; ``prev`` is the hash of the previous line.
package struct AuditEvent: Hashable, Codable, Sendable {
    /// The `prev` of the first line.
    package static let genesis = String(repeating: "0", count: 64)

    /// Counts from 1, without gaps.
    package let seq: Int
    package let time: Timestamp
    /// The kind of event, such as `claimed`.
    package let event: String
    package let job: JobID?
    package let detail: [String: AuditValue]
    package let prev: String
    package let hash: String

    /// Creates the event that follows `head`, or the first one if that is `nil`.
    package init(
        after head: AuditHead?,
        at time: Timestamp,
        event: String,
        job: JobID?,
        detail: [String: AuditValue] = [:]
    ) throws {
        seq = (head?.seq ?? 0) + 1
        self.time = time
        self.event = event
        self.job = job
        self.detail = detail
        prev = head?.hash ?? Self.genesis
        hash = try Self.hash(
            of: Body(seq: seq, time: time, event: event, job: job, detail: detail, prev: prev)
        )
    }

    /// The line as written to the file, without its line feed.
    package func line() throws -> String { try CanonicalJSON.text(of: self) }

    package var head: AuditHead { AuditHead(seq: seq, hash: hash) }

    /// Whether ``hash`` matches the line's other values.
    package func isIntact() throws -> Bool {
        try hash
            == Self.hash(
                of: Body(seq: seq, time: time, event: event, job: job, detail: detail, prev: prev)
            )
    }

    private struct Body: Encodable {
        let seq: Int
        let time: Timestamp
        let event: String
        let job: JobID?
        let detail: [String: AuditValue]
        let prev: String
    }

    private static func hash(of body: Body) throws -> String {
        Digest.sha256(try CanonicalJSON.text(of: body))
    }
}

/// The head of an audit chain: its hash fixes all lines up to it.
package struct AuditHead: Hashable, Codable, Sendable {
    package let seq: Int
    package let hash: String

    package init(seq: Int, hash: String) {
        self.seq = seq
        self.hash = hash
    }
}

/// A line of the audit chain, and the file it belongs to.
package struct AuditLine: Hashable, Sendable {
    package let seq: Int
    /// The day of its file, such as `2026-11-22`.
    package let day: String
    /// The line without its line feed.
    package let text: String

    package init(seq: Int, day: String, text: String) {
        self.seq = seq
        self.day = day
        self.text = text
    }
}

/// A value in an audit line; there are no fractions, so that each value has only one spelling.
package enum AuditValue: Hashable, Sendable {
    case string(String)
    case integer(Int)
    case boolean(Bool)
    case strings([String])
}

extension AuditValue: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode([String].self) {
            self = .strings(value)
        } else {
            self = .string(try container.decode(String.self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .string(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .boolean(let value): try container.encode(value)
        case .strings(let value): try container.encode(value)
        }
    }
}

extension AuditValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .boolean(value) }
}
