import CHTTP
import Foundation
import Synchronization

/// Connections to one server, kept open for the next request.
///
/// libcurl is loaded with the first request, so that a process that asks no server does not load it.
/// Redirects are not followed and no proxy is used.
final class HTTPConnections: Sendable {
    /// A server's answer, with whatever status.
    struct Reply {
        let status: Int
        let body: Data
    }

    /// There was no answer, or an incomplete one.
    struct Fault: Error {
        /// The reason in libcurl's words.
        let reason: String
        let isLate: Bool
        /// Whether another attempt may succeed.
        var mayPass = true
        var remedy: String?
    }

    /// A connection that one thread uses at a time.
    private struct Connection: @unchecked Sendable {
        // Taken out of `idle` by the thread that uses it.
        let handle: UnsafeMutableRawPointer
    }

    private let idle = Mutex<[Connection]>([])
    private let headers: [String]
    private let timeoutMilliseconds: Int

    /// Why libcurl cannot be loaded; `nil` if it is loaded.
    private static let openingFault = taxod_http_open().map { String(cString: $0) }
    /// Longest answer accepted, in bytes: about ten times that to a batch of prompts of 4,096 tokens.
    private static let longestReply = 256 << 20

    init(token: String?, timeout: Duration) {
        // Without the empty Expect header libcurl waits a second before it sends a long body.
        headers =
            ["Content-Type: application/json", "Accept: application/json", "Expect:"]
            + (token.map { ["Authorization: Bearer \($0)"] } ?? [])
        timeoutMilliseconds = max(1, Int(timeout / .milliseconds(1)))
    }

    deinit {
        for connection in idle.withLock({ $0 }) { taxod_http_close(connection.handle) }
    }

    /// Sends a POST of `body`, or a GET without one, and waits for the answer.
    func send(_ body: Data?, to url: String) -> Result<Reply, Fault> {
        if let fault = Self.openingFault {
            return .failure(
                Fault(
                    reason: "libcurl cannot be loaded (\(fault))",
                    isLate: false,
                    mayPass: false,
                    remedy: "Install libcurl, for example with `apt-get install libcurl4`."
                )
            )
        }
        let kept = idle.withLock { $0.popLast() }
        guard let handle = kept?.handle ?? taxod_http_connection() else {
            return .failure(Fault(reason: "there is no memory for a connection", isLate: false))
        }
        defer { idle.withLock { $0.append(Connection(handle: handle)) } }
        var reply = taxod_http_reply()
        defer { free(reply.body) }
        let lines = headers.map { strdup($0) }
        defer { lines.forEach { free($0) } }
        let text = body.map { $0.map(CChar.init(bitPattern:)) }
        taxod_http_send(
            handle,
            url,
            lines.map { UnsafePointer($0) } + [nil],
            text,
            text?.count ?? 0,
            timeoutMilliseconds,
            Self.longestReply,
            &reply
        )
        guard reply.status != 0 else {
            let reason = withUnsafeBytes(of: &reply.fault) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            return .failure(Fault(reason: reason, isLate: reply.is_late != 0))
        }
        let data = reply.body.map { Data(bytes: $0, count: reply.length) } ?? Data()
        return .success(Reply(status: reply.status, body: data))
    }
}
