import Glibc

/// One message to a Unix socket of another process, such as systemd's or the journal's.
enum Datagram {
    /// Microseconds to wait for a receiver that does not read.
    private static let sendTimeout = 200_000

    /// Sends `bytes` to `address`, which is a path, or an abstract socket if it begins with “@”.
    ///
    /// - Returns: `false` if it could not be sent.
    @discardableResult
    static func send(_ bytes: [UInt8], to address: String) -> Bool {
        let descriptor = socket(
            AF_UNIX,
            Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue),
            0
        )
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // A socket queues about ten messages; without a timeout, a hung receiver would block us
        // forever.
        var limit = timeval(tv_sec: 0, tv_usec: sendTimeout)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        var target = sockaddr_un()
        target.sun_family = sa_family_t(AF_UNIX)
        var path = Array(address.utf8)
        // An abstract socket is written with “@”, but its address begins with a zero byte.
        if path.first == UInt8(ascii: "@") { path[0] = 0 }
        let capacity = MemoryLayout.size(ofValue: target.sun_path)
        guard path.count < capacity else { return false }
        withUnsafeMutableBytes(of: &target.sun_path) { $0.copyBytes(from: path) }
        let length = MemoryLayout<sa_family_t>.size + path.count
        let sent = withUnsafePointer(to: &target) { pointer in
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
        return sent == bytes.count
    }
}
