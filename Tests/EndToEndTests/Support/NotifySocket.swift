import Foundation
import Glibc

/// A socket as systemd gives one to a service of `Type=notify`, and what came over it.
final class NotifySocket {
    let path: String
    private let descriptor: Int32
    private(set) var messages: [String] = []

    struct Unusable: Error {}

    init(in folder: URL) throws {
        path = folder.appending(path: "notify").path()
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard descriptor >= 0, bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw Unusable()
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size)
            }
        }
        guard status == 0 else { throw Unusable() }
    }

    deinit { close(descriptor) }

    /// Takes what has come until now.
    func receive() {
        var buffer = [UInt8](repeating: 0, count: 1 << 12)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { return }
            messages.append(String(decoding: buffer[..<count], as: UTF8.self))
        }
    }

    /// How many messages that begin with `word` have come until now.
    func count(of word: String) -> Int {
        receive()
        return messages.count { $0.hasPrefix(word) }
    }

    /// Waits for the `count`th message that begins with `word`.
    func wait(for word: String, count: Int = 1) async -> Bool {
        let last = ContinuousClock.now + Patience.limit
        while self.count(of: word) < count {
            guard ContinuousClock.now < last else { return false }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return true
    }

    /// Waits until no message that begins with `word` came for `duration`.
    ///
    /// - Returns: `false` if they go on and on.
    func falls(silentOn word: String, for duration: Duration) async -> Bool {
        for _ in 0..<30 {
            let before = count(of: word)
            try? await Task.sleep(for: duration)
            if count(of: word) == before { return true }
        }
        return false
    }
}
