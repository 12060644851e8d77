import Contract
package import Files
package import Jobs

/// The audit log on disk: one JSON Lines file a day, written from the ledger's event table.
///
/// The files, sorted by name, hold the lines in the order of the chain. So if the clock was set
/// back, new lines still go into the newest file, whatever their day.
///
/// The table is authoritative; the files follow it. After a crash, the last file may end in an
/// incomplete line, or lack lines: opening it cuts off the incomplete line, and the next
/// ``append(_:)`` of the ledger's lines after ``lastSeq`` adds the missing ones.
package struct AuditLogFile: Sendable {
    /// Sequence number of the last line on disk; 0 for an empty log.
    package private(set) var lastSeq = 0
    /// The day of the newest file that has a line.
    private var lastDay = ""
    /// Bytes of an incomplete last line that opening cut off.
    package private(set) var repairedBytes = 0
    private let folder: SpoolPath
    private let files: any FileOperations
    /// The file that a failed write may have left with a partial line, and its length before that
    /// write.
    private var spoiled: (path: SpoolPath, bytes: Int)?

    /// Opens the log in `folder`, creates it if it does not exist, and repairs its end.
    package init(
        folder: SpoolPath,
        files: any FileOperations = POSIXFileOperations()
    ) throws(FileError) {
        self.folder = folder
        self.files = files
        try files.makeFolders(folder)
        for name in try Self.dayFiles(in: folder).reversed() {
            let path = folder.appending(name)
            let content = try Folder.contents(of: path) ?? []
            let end = content.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
            if end < content.count {
                try files.truncate(path, toBytes: end)
                repairedBytes += content.count - end
            }
            guard end > 0 else { continue }
            let last = content[..<(end - 1)].split(separator: 0x0A).last ?? []
            let line = String(decoding: last, as: UTF8.self)
            // A complete line that cannot be parsed was changed by someone: `verify` reports it,
            // and numbering continues from the last line that can be parsed.
            lastSeq =
                (try? CanonicalJSON.value(AuditEvent.self, from: line))?.seq
                ?? Self.lastReadableSeq(in: content[..<end])
            if lastSeq > 0 {
                lastDay = String(name.prefix(10))
                break
            }
        }
    }

    /// Appends lines, each to the file of its day, or to the newest file if that is of a later day.
    ///
    /// Lines that are already on disk are skipped.
    ///
    /// - Throws: ``FileError``; the next call removes what this one may have written, and writes it
    ///   again.
    package mutating func append(_ lines: [AuditLine]) throws(FileError) {
        if let spoiled {
            if try FileFacts(of: spoiled.path) != nil {
                try files.truncate(spoiled.path, toBytes: spoiled.bytes)
            }
            self.spoiled = nil
        }
        var rest = lines.drop { $0.seq <= lastSeq }
        while let first = rest.first {
            let day = max(lastDay, first.day)
            let part = rest.prefix { max(lastDay, $0.day) == day }
            let text = part.map { $0.text + "\n" }.joined()
            let path = folder.appending("\(day).jsonl")
            let length = try FileFacts(of: path)?.bytes ?? 0
            do throws(FileError) {
                try files.append(Array(text.utf8), to: path)
                if length == 0 { try files.sync(folder: folder) }
            } catch {
                spoiled = (path, length)
                throw error
            }
            lastSeq = part.last?.seq ?? lastSeq
            lastDay = day
            rest = rest.dropFirst(part.count)
        }
    }

    /// Verifies every line of the log in `folder`, and that it contains all of `anchors`.
    ///
    /// Anchors are chain heads recorded elsewhere: in the ledger and in receipts.
    ///
    /// - Parameters:
    ///   - folder: The folder of the log.
    ///   - anchors: Heads that the log must contain.
    ///   - each: Called with every correct line, in order.
    /// - Returns: The head of the chain; `nil` for an empty log.
    /// - Throws: `AuditChain.Fault` for the first faulty line; ``FileError``; what `each` throws.
    package static func verify(
        folder: SpoolPath,
        anchors: [AuditHead] = [],
        each: (AuditLine) throws -> Void = { _ in }
    ) throws -> AuditHead? {
        var chain = AuditChain(anchors: anchors)
        for name in try dayFiles(in: folder) {
            let content = try Folder.contents(of: folder.appending(name)) ?? []
            var lines = content.split(separator: 0x0A, omittingEmptySubsequences: false)
            if lines.last?.isEmpty == true { lines.removeLast() }
            for (index, line) in lines.enumerated() {
                let text = String(decoding: line, as: UTF8.self)
                try chain.add(text, at: "\(name):\(index + 1)")
                let seq = chain.head?.seq ?? 0
                try each(AuditLine(seq: seq, day: String(name.prefix(10)), text: text))
            }
        }
        try chain.finish()
        return chain.head
    }

    /// The names of the files, such as `2026-11-22.jsonl`, oldest first.
    private static func dayFiles(in folder: SpoolPath) throws(FileError) -> [String] {
        try Folder.names(in: folder).map { String(decoding: $0, as: UTF8.self) }
            .filter { $0.hasSuffix(".jsonl") && $0.utf8.count == 16 }
            .sorted()
    }

    private static func lastReadableSeq(in content: ArraySlice<UInt8>) -> Int {
        for line in content.split(separator: 0x0A).reversed() {
            let text = String(decoding: line, as: UTF8.self)
            if let event = try? CanonicalJSON.value(AuditEvent.self, from: text) {
                return event.seq
            }
        }
        return 0
    }
}
