import Foundation
import Glibc
import Synchronization

/// An HTTP server on its own port that answers by a script, one request per connection.
final class ScriptedServer: Sendable {
    struct Request: Sendable {
        let method: String
        let path: String
        let headers: [String: String]
        let body: Data

        /// Values of the body.
        var json: [String: Any] {
            (try? JSONSerialization.jsonObject(with: body)) as? [String: Any] ?? [:]
        }
        var prompts: [String] { json["prompt"] as? [String] ?? [] }
    }

    enum Response: Sendable {
        case status(Int, String)
        /// A redirect (302) to an address.
        case redirect(String)
        /// The connection is closed without an answer.
        case silence
        /// No answer until the server is deallocated.
        case hang

        /// The answer as JSON.
        static func json(_ object: Any) -> Response {
            let data = try? JSONSerialization.data(withJSONObject: object)
            return .status(200, String(decoding: data ?? Data(), as: UTF8.self))
        }
    }

    struct Unusable: Error {}

    let port: Int
    var url: String { "http://127.0.0.1:\(port)/v1" }
    /// The requests so far.
    var requests: [Request] { asked.withLock { $0 } }

    private let listener: Int32
    private let asked = Mutex<[Request]>([])
    private let held = Mutex<[Int32]>([])
    private let answer: @Sendable (Request, Int) -> Response

    /// Starts the server; `answer` is called with each request and the number of those before it.
    init(_ answer: @escaping @Sendable (Request, Int) -> Response) throws {
        self.answer = answer
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) | listen(listener, 16) | getsockname(listener, $0, &size)
            }
        }
        guard status == 0 else { throw Unusable() }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0, let self else { return }
                serve(connection)
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        for connection in held.withLock({ $0 }) { close(connection) }
    }

    private func serve(_ connection: Int32) {
        guard let request = Self.read(connection) else {
            close(connection)
            return
        }
        let count = asked.withLock { all in
            all.append(request)
            return all.count - 1
        }
        switch answer(request, count) {
        case .silence: close(connection)
        case .hang: held.withLock { $0.append(connection) }
        case .status(let status, let body): Self.write(status, "", body, to: connection)
        case .redirect(let url): Self.write(302, "Location: \(url)\r\n", "", to: connection)
        }
    }

    private static func write(_ status: Int, _ lines: String, _ body: String, to connection: Int32)
    {
        let head = "HTTP/1.1 \(status) x\r\n\(lines)Content-Length: \(body.utf8.count)\r\n"
        let bytes = Array("\(head)Connection: close\r\n\r\n\(body)".utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { break }
            sent += count
        }
        close(connection)
    }

    private static func read(_ connection: Int32) -> Request? {
        var bytes = Data()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let blank = Data("\r\n\r\n".utf8)
        func more() -> Bool {
            let count = recv(connection, &buffer, buffer.count, 0)
            if count > 0 { bytes += buffer[..<count] }
            return count > 0
        }
        while bytes.range(of: blank) == nil { guard more() else { return nil } }
        guard let end = bytes.range(of: blank) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
            .components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ").map(String.init)
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
            headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        let length = Int(headers["content-length"] ?? "") ?? 0
        while bytes.count - end.upperBound < length { guard more() else { return nil } }
        return Request(
            method: words[0],
            path: words[1],
            headers: headers,
            body: Data(bytes[end.upperBound...])
        )
    }
}
