import Glibc

/// Reports the service's state to systemd by the datagram protocol of `sd_notify(3)`.
///
/// Every call does nothing if the environment has no `NOTIFY_SOCKET`.
package struct ServiceManager: Sendable {
    private let address: String?
    /// How often systemd expects a watchdog message, in seconds; `nil` without a watchdog.
    package let watchdogSeconds: Double?

    package init() {
        address = getenv("NOTIFY_SOCKET").map { String(cString: $0) }
        watchdogSeconds = getenv("WATCHDOG_USEC")
            .flatMap { Double(String(cString: $0)) }
            .map { $0 / 1e6 }
    }

    package func ready() { send("READY=1") }
    package func stopping() { send("STOPPING=1") }

    /// Reports that a reload began; ``ready()`` reports its end, whether or not it succeeded.
    package func reloading() {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        send("RELOADING=1\nMONOTONIC_USEC=\(now.tv_sec * 1_000_000 + now.tv_nsec / 1000)")
    }

    package func alive() { send("WATCHDOG=1") }

    /// Reports that the current start or stop may take this much longer, counted from now.
    package func extend(by duration: Duration) {
        send("EXTEND_TIMEOUT_USEC=\(duration.components.seconds * 1_000_000)")
    }

    package func status(_ text: String) { send("STATUS=\(text)") }

    /// Sends a message; throws nothing, because a lost message is no reason to stop the service.
    private func send(_ message: String) {
        guard let address else { return }
        Datagram.send(Array(message.utf8), to: address)
    }
}
