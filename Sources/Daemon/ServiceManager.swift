import Glibc

/// Tells systemd how the service is, by the datagram protocol of `sd_notify(3)`.
///
/// Without `NOTIFY_SOCKET` in the environment every call does nothing.
package struct ServiceManager: Sendable {
    private let address: String?
    /// How often systemd wants to hear from us, in seconds; `nil` without a watchdog.
    package let watchdogSeconds: Double?

    package init() {
        address = getenv("NOTIFY_SOCKET").map { String(cString: $0) }
        watchdogSeconds = getenv("WATCHDOG_USEC")
            .flatMap { Double(String(cString: $0)) }
            .map { $0 / 1e6 }
    }

    package func ready() { send("READY=1") }
    package func stopping() { send("STOPPING=1") }
    package func alive() { send("WATCHDOG=1") }
    package func status(_ text: String) { send("STATUS=\(text)") }

    /// A lost message is no reason to stop the service, so nothing is thrown.
    private func send(_ message: String) {
        guard let address else { return }
        let descriptor = socket(
            AF_UNIX,
            Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue),
            0
        )
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var target = sockaddr_un()
        target.sun_family = sa_family_t(AF_UNIX)
        var path = Array(address.utf8)
        // An abstract socket starts with “@” in the variable and with a zero byte in the address.
        if path.first == UInt8(ascii: "@") { path[0] = 0 }
        let capacity = MemoryLayout.size(ofValue: target.sun_path)
        guard path.count < capacity else { return }
        withUnsafeMutableBytes(of: &target.sun_path) { $0.copyBytes(from: path) }
        let length = MemoryLayout<sa_family_t>.size + path.count
        let bytes = Array(message.utf8)
        _ = withUnsafePointer(to: &target) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(
                    descriptor,
                    bytes,
                    bytes.count,
                    Int32(MSG_NOSIGNAL),
                    $0,
                    socklen_t(length)
                )
            }
        }
    }
}
