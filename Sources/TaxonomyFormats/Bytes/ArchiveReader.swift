import CLibArchive
import Contract
import Glibc

/// Unpacks xz, bzip2 and zip by libarchive, with nothing else of libarchive switched on.
///
/// libarchive reads only what this class gives it: it opens no file, runs no program and writes
/// nothing. An xz or bzip2 file is read in order; a zip file by its central directory.
final class ArchiveReader {
    /// A member of a zip file.
    struct Member {
        /// As the archive spells it, with “/” between folders.
        let path: String
        let isFolder: Bool
        let isEncrypted: Bool
        /// Whether it is stored or deflated, as all programs write it unless told otherwise.
        let isUsual: Bool
    }

    // Made once and never changed.
    private nonisolated(unsafe) static let locale = newlocale(1 << LC_CTYPE, "C.UTF-8", nil)

    private static let bufferBytes = 1 << 16

    private let file: DiskFile
    private let packing: Packing
    private let archive: OpaquePointer
    private let buffer: UnsafeMutableRawBufferPointer
    /// Where in a zip file the next bytes are read.
    private(set) var offset = 0
    private var fault: SubmissionError?
    /// Whether an xz or bzip2 file unpacks to nothing.
    private var isEmpty = false

    /// Opens the file and, unless it is a zip file, its content.
    ///
    /// - Throws: `corruptCompression`, `storageUnavailable`.
    init(_ file: DiskFile, packing: Packing) throws(SubmissionError) {
        guard let archive = archive_read_new() else {
            throw SubmissionError(
                .storageUnavailable,
                at: .init(file: file.name),
                "no memory to unpack the file"
            )
        }
        self.file = file
        self.packing = packing
        self.archive = archive
        buffer = .allocate(byteCount: Self.bufferBytes, alignment: 64)
        switch packing {
        case .zip:
            archive_read_support_format_zip_seekable(archive)
            archive_read_set_seek_callback(archive) { _, user, distance, origin in
                ArchiveReader.reader(user)?.move(by: distance, from: origin) ?? -1
            }
        case .xz:
            archive_read_support_filter_xz(archive)
        case .bzip2:
            archive_read_support_filter_bzip2(archive)
        case .gzip:
            preconditionFailure("gzip is unpacked by GzipInflater")
        }
        if packing != .zip {
            archive_read_support_format_raw(archive)
            archive_read_support_format_empty(archive)
        }
        archive_read_set_read_callback(archive) { _, user, place in
            ArchiveReader.reader(user)?.give(place) ?? -1
        }
        archive_read_set_callback_data(archive, Unmanaged.passUnretained(self).toOpaque())
        try check(archive_read_open1(archive))
        if packing != .zip {
            var entry: OpaquePointer?
            let status = archive_read_next_header(archive, &entry)
            isEmpty = status == ARCHIVE_EOF
            if !isEmpty { try check(status) }
        }
    }

    deinit {
        archive_read_free(archive)
        buffer.deallocate()
    }

    /// Goes to the next member of a zip file.
    ///
    /// - Returns: The member, or `nil` after the last one.
    /// - Throws: `corruptCompression`, `storageUnavailable`.
    func next() throws(SubmissionError) -> Member? {
        // Where the locale is “C”, libarchive loses names that are not ASCII.
        let locale = uselocale(Self.locale)
        defer { uselocale(locale) }
        var entry: OpaquePointer?
        let status = archive_read_next_header(archive, &entry)
        if status == ARCHIVE_EOF { return nil }
        // A warning only says that a name cannot be written in the current locale.
        if status != ARCHIVE_WARN { try check(status) }
        let name = archive_entry_pathname_utf8(entry) ?? archive_entry_pathname(entry)
        let method = archive_format_name(archive).map { String(cString: $0) } ?? ""
        let path = name.map { String(cString: $0) } ?? ""
        return Member(
            path: path,
            isFolder: archive_entry_filetype(entry) == S_IFDIR || path.hasSuffix("/"),
            isEncrypted: archive_entry_is_encrypted(entry) != 0,
            isUsual: method.hasSuffix("(deflation)") || method.hasSuffix("(uncompressed)")
        )
    }

    /// Fills `output` with the next unpacked bytes of the file, or of the member.
    ///
    /// - Returns: The number of bytes written to `output`; 0 only at the end.
    /// - Throws: `corruptCompression`, `storageUnavailable`.
    func read(into output: UnsafeMutableRawBufferPointer) throws(SubmissionError) -> Int {
        if isEmpty { return 0 }
        let count = archive_read_data(archive, output.baseAddress, output.count)
        guard count < 0 else {
            if count == 0, packing != .zip { try checkEnd() }
            return count
        }
        try check(Int32(truncatingIfNeeded: count))
        throw corrupt("error \(count)")
    }

    /// Refuses bytes behind the packed data, which libarchive leaves alone.
    private func checkEnd() throws(SubmissionError) {
        let used = archive_filter_bytes(archive, -1)
        guard used < file.bytes else { return }
        throw corrupt("other bytes follow after \(used) of \(file.bytes)")
    }

    private func check(_ status: Int32) throws(SubmissionError) {
        guard status != ARCHIVE_OK else { return }
        if let fault { throw fault }
        if archive_errno(archive) == ENOMEM {
            throw SubmissionError(
                .storageUnavailable,
                at: .init(file: file.name),
                "no memory to unpack the file"
            )
        }
        throw corrupt(
            archive_error_string(archive).map { String(cString: $0) } ?? "no reason given"
        )
    }

    private func corrupt(_ reason: String) -> SubmissionError {
        SubmissionError(
            .corruptCompression,
            at: .init(file: file.name),
            "the \(packing) data cannot be unpacked: \(Text.clean(Text.cut(reason, to: 200)))",
            remedy: "Check the file with `\(packing.check)`, then copy it again."
        )
    }

    // MARK: What libarchive calls

    /// Gives the next packed bytes, valid until the next call.
    ///
    /// - Returns: Their number, 0 at the end, or -1 with ``fault`` set.
    private func give(_ place: UnsafeMutablePointer<UnsafeRawPointer?>?) -> Int {
        do throws(SubmissionError) {
            let chunk: UnsafeRawBufferPointer
            if packing == .zip {
                let count = try file.read(at: offset, into: buffer)
                offset += count
                chunk = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            } else {
                chunk = try file.next()
            }
            place?.pointee = chunk.baseAddress
            return chunk.count
        } catch {
            fault = error
            return -1
        }
    }

    /// Moves to another place of a zip file, as `lseek` does.
    private func move(by distance: Int64, from origin: Int32) -> Int64 {
        let start =
            switch origin {
            case SEEK_CUR: offset
            case SEEK_END: file.bytes
            default: 0
            }
        let (place, isTooFar) = start.addingReportingOverflow(Int(distance))
        guard !isTooFar, place >= 0, place <= file.bytes else { return Int64(ARCHIVE_FATAL) }
        offset = place
        return Int64(place)
    }

    private static func reader(_ user: UnsafeMutableRawPointer?) -> ArchiveReader? {
        user.map { Unmanaged<ArchiveReader>.fromOpaque($0).takeUnretainedValue() }
    }
}
