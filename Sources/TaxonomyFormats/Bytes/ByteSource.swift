package import Contract

/// Bytes in their order, unpacked, counted and limited.
protocol ByteStream: AnyObject {
    /// The fraction of the file that has been read, 0 to 1.
    var share: Double { get }

    /// Fills `output` with the next unpacked bytes.
    ///
    /// - Returns: The number of bytes written to `output`; 0 only at the end.
    /// - Throws: `corruptCompression`, `compressionBomb`, `fileTooLarge`, `storageUnavailable`.
    func read(into output: UnsafeMutableRawBufferPointer) throws(SubmissionError) -> Int
}

/// Reads a dropped file once, from start to end, and unpacks it if it is gzip, xz or bzip2.
///
/// The members of a zip file are read by ``ZipArchive``; read as a source, such a file gives the
/// bytes on disk.
package final class ByteSource: ByteStream {
    private enum Unpacker {
        case gzip(GzipInflater)
        case archive(ArchiveReader)
    }

    let file: DiskFile
    /// How the file is packed; `nil` if it is not.
    let packing: Packing?
    let limits: ReadLimits
    private var unpacker: Unpacker?
    private var unread = UnsafeRawBufferPointer(start: nil, count: 0)
    private let tally: UnpackedTally

    /// Opens a regular file.
    ///
    /// - Throws: `notARegularFile`, `emptyFile`, `fileTooLarge`, or `storageUnavailable` when the
    ///   file cannot be opened.
    package convenience init(
        path: String,
        name: String,
        limits: ReadLimits
    ) throws(SubmissionError) {
        try self.init(try DiskFile(path: path, name: name, limits: limits), limits: limits)
    }

    /// Reads a file that is open, or bytes in memory.
    init(_ file: DiskFile, limits: ReadLimits) throws(SubmissionError) {
        self.file = file
        let name = file.name
        packing = Packing(file.head)
        self.limits = limits
        tally = UnpackedTally(name: name, limits: limits)
        switch packing {
        case .gzip: unpacker = .gzip(try GzipInflater(name: name))
        case .xz: unpacker = .archive(try ArchiveReader(file, packing: .xz))
        case .bzip2: unpacker = .archive(try ArchiveReader(file, packing: .bzip2))
        case .zip, nil: unpacker = nil
        }
    }

    package var share: Double {
        file.bytes == 0 ? 1 : Double(file.bytesRead) / Double(file.bytes)
    }

    package func read(into output: UnsafeMutableRawBufferPointer) throws(SubmissionError) -> Int {
        let written =
            switch unpacker {
            case .archive(let archive): try archive.read(into: output)
            case .gzip(let inflater): try inflate(by: inflater, into: output)
            case nil: try copy(into: output)
            }
        try tally.add(written, packed: unpacker == nil ? nil : file.bytesRead)
        return written
    }

    /// Reads to the end of the file and gives the SHA-256 of its bytes, lower-case hexadecimal.
    ///
    /// - Throws: `changedWhileRead` if the file's size or modification time is no longer what it
    ///   was when the file was opened; `storageUnavailable` if it cannot be read.
    package func finish() throws(SubmissionError) -> String { try file.finish() }

    private func copy(into output: UnsafeMutableRawBufferPointer) throws(SubmissionError) -> Int {
        if unread.isEmpty, !file.isAtEnd { unread = try file.next() }
        let count = min(unread.count, output.count)
        guard count > 0 else { return 0 }
        output.copyMemory(from: .init(rebasing: unread[..<count]))
        unread = UnsafeRawBufferPointer(rebasing: unread[count...])
        return count
    }

    private func inflate(
        by inflater: GzipInflater,
        into output: UnsafeMutableRawBufferPointer
    ) throws(SubmissionError) -> Int {
        while true {
            if unread.isEmpty, !file.isAtEnd { unread = try file.next() }
            let step = try inflater.step(unread, isLast: file.isAtEnd, into: output)
            unread = UnsafeRawBufferPointer(rebasing: unread[step.read...])
            if step.written > 0 || step.isDone { return step.written }
        }
    }
}
