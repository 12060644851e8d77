import Contract

/// Verifies an audit log line by line, and reports the first line that is not as it was written.
///
/// It takes every line in order, and keeps two events in memory, however long the log. A log that
/// was cut off at its end is consistent in itself: only an anchor kept elsewhere (in the ledger or
/// a receipt) reveals the loss.
package struct AuditChain: Sendable {
    /// The first line that fails the check.
    package struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        package enum Kind: String, Hashable, Codable, Sendable {
            /// The line differs from what was written.
            case changed
            /// Lines that were here are gone.
            case removed
            /// This line was never written by taxod.
            case added
            /// The log ends before an anchor.
            case truncated
        }

        package let kind: Kind
        /// Sequence number of the changed or added line, or of the first one removed.
        package let seq: Int
        /// File and line for a person to look at.
        package let place: String
        package let message: String

        package var description: String { "\(place): \(message)" }
    }

    /// The head of the chain so far.
    package private(set) var head: AuditHead?
    private var previous: (event: AuditEvent, place: String)?
    private var beforePrevious: AuditHead?
    /// Hashes by line number; if there are two for one line, they cannot both hold.
    private var anchors: [Int: Set<String>] = [:]
    private var lastPlace = "audit log"

    /// - Parameter anchors: Heads recorded elsewhere; the log must contain each of them.
    package init(anchors: [AuditHead] = []) {
        for anchor in anchors { self.anchors[anchor.seq, default: []].insert(anchor.hash) }
    }

    /// Checks the next line.
    ///
    /// - Parameters:
    ///   - line: The line without its line feed.
    ///   - place: File and line number, for the message.
    /// - Throws: ``Fault``.
    package mutating func add(_ line: String, at place: String) throws {
        lastPlace = place
        let expected = (head?.seq ?? 0) + 1
        guard let event = try? CanonicalJSON.value(AuditEvent.self, from: line),
            (try? event.line()) == line, (try? event.isIntact()) == true
        else {
            throw Fault(
                kind: .changed,
                seq: expected,
                place: place,
                message: "line \(expected) of the chain was changed: its hash does not match"
            )
        }
        if event.seq > expected {
            throw Fault(
                kind: .removed,
                seq: expected,
                place: place,
                message: expected == event.seq - 1
                    ? "line \(expected) of the chain was removed before this one"
                    : "lines \(expected) to \(event.seq - 1) of the chain were removed before this one"
            )
        }
        if event.seq < expected { throw repeated(event, at: place) }
        guard event.prev == head?.hash ?? AuditEvent.genesis else {
            // This line refers to another predecessor than the one before it.
            throw Fault(
                kind: .changed,
                seq: max(1, expected - 1),
                place: previous?.place ?? place,
                message: "line \(max(1, expected - 1)) of the chain was changed and hashed anew: "
                    + "line \(expected) follows another one"
            )
        }
        if let anchored = anchors.removeValue(forKey: event.seq), anchored != [event.hash] {
            throw Fault(
                kind: .changed,
                seq: event.seq,
                place: place,
                message: "line \(event.seq) of the chain is not the one that was anchored"
            )
        }
        beforePrevious = head
        head = event.head
        previous = (event, place)
    }

    /// Checks that every anchor was found.
    ///
    /// - Throws: ``Fault`` of kind `truncated`.
    package func finish() throws {
        guard let anchor = anchors.keys.max() else { return }
        let first = (head?.seq ?? 0) + 1
        throw Fault(
            kind: .truncated,
            seq: first,
            place: lastPlace,
            message: "the log ends at line \(first - 1) of the chain; "
                + "line \(anchor) was anchored elsewhere, so lines from \(first) on were removed"
        )
    }

    /// Decides which of two lines with the same number was added: the one whose hash no other line
    /// confirms.
    private func repeated(_ event: AuditEvent, at place: String) -> Fault {
        let forked =
            previous.map { $0.event.seq == event.seq && $0.event != event } == true
            && event.prev == beforePrevious?.hash ?? AuditEvent.genesis
        let added = forked ? (previous?.place ?? place) : place
        return Fault(
            kind: .added,
            seq: event.seq,
            place: added,
            message: forked
                ? "two lines \(event.seq) of the chain follow the same line; one was added"
                : "a line \(event.seq) of the chain was added here; line \((head?.seq ?? 0) + 1) is due"
        )
    }
}
