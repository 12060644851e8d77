import Daemon
import Foundation
import Glibc
import Logging
import Synchronization
import Testing

@Suite struct JournalLogTests {
    @Test("a line goes to the journal with its facts as fields, a value of two lines by length")
    func fields() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path()
        let socket = try #require(ReceivingSocket(path))
        var logger = Logger(label: "test") { _ in
            JournalLog(
                level: .info,
                address: path,
                fallback: TerminalLine(isTerminal: false) { _ in }
            )
        }
        logger[metadataKey: "job"] = "1a2b3c4d"
        logger.debug("unseen")
        logger.warning("postponed", metadata: ["retryOf": "00", "message": "two\nlines"])
        let message = try #require(socket.receive())
        let text = String(decoding: message, as: UTF8.self)
        for line in [
            "MESSAGE\n", "PRIORITY=4\n", "SYSLOG_IDENTIFIER=taxod\n", "TAXOD_EVENT=postponed\n",
            "TAXOD_JOB=1a2b3c4d\n", "TAXOD_RETRY_OF=00\n",
        ] {
            #expect(text.contains(line), "\(line)")
        }
        let value = Array("TAXOD_MESSAGE\n".utf8) + [9, 0, 0, 0, 0, 0, 0, 0] + "two\nlines\n".utf8
        #expect(message.firstRange(of: value) != nil, "\(text)")
    }

    @Test("without a journal the line goes to standard error, with its level")
    func fallback() {
        let written = Mutex("")
        let terminal = TerminalLine(isTerminal: false) { text in written.withLock { $0 += text } }
        let logger = Logger(label: "test") { _ in
            JournalLog(level: .info, address: "/nowhere/socket", fallback: terminal)
        }
        logger.error("the disk fails", metadata: ["error": "full"])
        #expect(written.withLock { $0 } == "<3>the disk fails error=full\n")
    }
}

/// A datagram socket that gets what others send to its path.
private final class ReceivingSocket {
    private let descriptor: Int32

    init?(_ path: String) {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
        }
        guard status == 0 else { return nil }
    }

    deinit { close(descriptor) }

    func receive() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        return count > 0 ? Array(buffer[..<count]) : nil
    }
}
