import Foundation

extension Configuration {
    /// A server that answers in place of the decoder: OpenAI's protocol over HTTP.
    ///
    /// The query and the names and definitions of candidates are sent to it. Without this setting
    /// nothing is sent anywhere.
    package struct Remote: Codable, Sendable {
        /// The base address of `completions` and `models`, such as `http://gpu-host:8000/v1`.
        package var url = ""
        /// The name under which the server serves the model.
        package var model = ""
        /// A file with the bearer token that the server requires.
        package var tokenFile: String?
        /// The time limit of one request.
        package var timeoutSeconds = 120

        /// The port to connect to; `nil` if ``url`` is not the address of a server.
        package var port: Int? {
            guard let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased(),
                let standard = ["http": 80, "https": 443][scheme], parts.host?.isEmpty == false,
                parts.user == nil, parts.password == nil, parts.query == nil, parts.fragment == nil
            else { return nil }
            let port = parts.port ?? standard
            return (1...65_535).contains(port) ? port : nil
        }

        /// The first invalid value with its key and what is expected; `nil` if all are valid.
        func fault(_ worker: Worker) -> (key: String, found: String, expected: String)? {
            // A request with its retries may take twice as long, and a query makes several
            // requests.
            let longest = worker.queryTimeLimitSeconds / 3
            guard (1...max(1, longest)).contains(timeoutSeconds) else {
                return (
                    "timeoutSeconds", "\(timeoutSeconds)",
                    "from 1 to a third of “worker.queryTimeLimitSeconds”, \(longest)"
                )
            }
            guard tokenFile != "" else { return ("tokenFile", "empty", "a path") }
            guard port != nil else {
                return (
                    "url", url.isEmpty ? "empty" : "“\(url)”",
                    "an http:// or https:// address without user, password or query, "
                        + "such as http://gpu-host:8000/v1"
                )
            }
            guard !model.isEmpty else {
                return ("model", "empty", "a name under which the server serves a model")
            }
            return nil
        }

        /// The token in ``tokenFile``; `nil` if none is named.
        ///
        /// - Throws: ``ConfigurationError`` if the file cannot be read or does not hold one token.
        package func token() throws -> String? {
            guard let tokenFile else { return nil }
            guard let data = FileManager.default.contents(atPath: tokenFile) else {
                throw ConfigurationError(
                    description:
                        "“models.remote.tokenFile” names \(tokenFile), which cannot be read."
                )
            }
            let text = String(decoding: data.prefix(65_536), as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            guard !text.isEmpty, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw ConfigurationError(
                    description:
                        "“models.remote.tokenFile” names \(tokenFile), which must hold one "
                        + "token of visible ASCII characters."
                )
            }
            return text
        }
    }
}
