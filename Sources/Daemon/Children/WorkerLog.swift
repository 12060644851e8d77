import Contract
import Logging

/// Logs every line of a worker's standard error, and keeps the last error in it.
actor WorkerLog {
    private var message: String?
    private var remedy: [String] = []
    private let logger: Logger

    init(logger: Logger) {
        self.logger = logger
    }

    nonisolated var add: @Sendable ([UInt8]) async -> Void {
        { await self.note(String(decoding: $0, as: UTF8.self)) }
    }

    /// The last error, if any: its first line is the fault, the others are the remedy.
    var lastError: SubmissionError? {
        guard let message else { return nil }
        return SubmissionError(
            .engineUnavailable,
            message,
            remedy: ChildFault.remedyForMemory(message)
                ?? (remedy.isEmpty ? nil : remedy.joined(separator: " "))
        )
    }

    private func note(_ line: String) {
        guard !line.isEmpty else { return }
        logger.debug("worker", metadata: ["line": "\(line)"])
        if line.hasPrefix(WorkerProtocol.readyLine) { return }
        if line.hasPrefix("taxod: ") {
            // The code in brackets at the end is already shown beside the message.
            let text = line.dropFirst(7)
            let end = text.hasSuffix("]") ? text.lastIndex(of: "[") : nil
            message = String(end.map { text[..<$0].dropLast() } ?? text)
            remedy = []
        } else if message != nil {
            remedy.append(line)
        } else {
            message = line
        }
    }
}
