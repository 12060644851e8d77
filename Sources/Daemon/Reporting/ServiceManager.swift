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

    /// Tells that a reload began; ``ready()`` tells that it ended, whichever way.
    package func reloading() {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        send("RELOADING=1\nMONOTONIC_USEC=\(now.tv_sec * 1_000_000 + now.tv_nsec / 1000)")
    }

    package func alive() { send("WATCHDOG=1") }

    /// Tells that the start or the stop under way may take as long as this from now on.
    package func extend(by duration: Duration) {
        send("EXTEND_TIMEOUT_USEC=\(duration.components.seconds * 1_000_000)")
    }

    package func status(_ text: String) { send("STATUS=\(text)") }

    /// A lost message is no reason to stop the service, so nothing is thrown.
    private func send(_ message: String) {
        guard let address else { return }
        Datagram.send(Array(message.utf8), to: address)
    }
}
