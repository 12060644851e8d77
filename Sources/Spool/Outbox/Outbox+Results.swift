package import Contract
package import Files

/// Reading back published results.
extension Outbox {
    /// A published result.
    package struct Published: Sendable {
        /// Its folder, relative to the outbox.
        package let result: String
        package let receipt: Receipt
    }

    /// The longest receipt or answer line that is read, in bytes.
    private static let longest = 64 << 20

    /// Every complete result in the outbox, by day and name; folders that taxod did not create are
    /// ignored.
    package func results() throws(FileError) -> [Published] { try Self.results(in: path) }

    /// Every complete result in an outbox that is opened only for reading.
    package static func results(in path: SpoolPath) throws(FileError) -> [Published] {
        var results: [Published] = []
        for day in try Folder.names(in: path) where day.first.map(isDigit) == true {
            guard try FileFacts(of: path.appending(bytes: day))?.kind == .folder else { continue }
            for name in try Folder.names(in: path.appending(bytes: day)) {
                let result = String(decoding: day + [0x2F] + name, as: UTF8.self)
                let file = path.appending(result).appending("receipt.json")
                let success = path.appending(result).appending("_SUCCESS")
                guard try FileFacts(of: success)?.kind == .regular,
                    let bytes = try Folder.contents(of: file, limit: longest),
                    let receipt = try? CanonicalJSON.value(
                        Receipt.self,
                        from: String(decoding: bytes, as: UTF8.self)
                    )
                else { continue }
                results.append(Published(result: result, receipt: receipt))
            }
        }
        return results
    }

    /// The answers of a published result, in the order of the file; lines that are not answers are
    /// skipped.
    package func answers(of result: String) throws(FileError) -> [AnswerLine] {
        let file = path.appending(result).appending("results.jsonl")
        return (try Folder.contents(of: file) ?? []).split(separator: 0x0A).compactMap {
            try? AnswerLine(text: String(decoding: $0, as: UTF8.self))
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
