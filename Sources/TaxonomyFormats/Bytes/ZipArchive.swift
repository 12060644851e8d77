package import Contract

/// A zip file: what it holds, and the bytes of each member.
///
/// Paths inside are names and nothing else; no file is ever created or opened by one.
package final class ZipArchive {
    /// A file inside, with the folders and the files that macOS and Windows add left out.
    struct Member {
        /// With “/” between folders, and without one at the start.
        let path: String
        /// Its place among all members of the archive.
        let index: Int
        let isEncrypted: Bool
        let isUsual: Bool

        /// The part of the path after the last “/”.
        var name: String { path.split(separator: "/").last.map(String.init) ?? path }
    }

    /// A workbook of a hundred sheets with as many pictures has fewer than a thousand.
    private static let memberLimit = 10_000
    /// How many members may be stepped over in all, because each member is looked for from the
    /// start.
    private static let stepLimit = 200_000

    let members: [Member]
    let limits: ReadLimits
    private let source: ByteSource
    private let tally: UnpackedTally
    private var steps = 0

    /// The name of the zip file, for messages.
    var fileName: String { source.file.name }

    /// Lists the members.
    ///
    /// - Throws: `corruptCompression`, `fileTooLarge`, `storageUnavailable`.
    package init(_ source: ByteSource) throws(SubmissionError) {
        self.source = source
        limits = source.limits
        tally = UnpackedTally(name: source.file.name, limits: source.limits)
        // libarchive does not know an archive of no files, which holds its directory alone.
        guard !source.file.head.starts(with: [0x50, 0x4B, 5, 6]) else {
            members = []
            return
        }
        let reader = try ArchiveReader(source.file, packing: .zip)
        var members: [Member] = []
        var index = 0
        while let member = try reader.next() {
            guard index < Self.memberLimit else {
                throw SubmissionError(
                    .fileTooLarge,
                    at: .init(file: source.file.name),
                    "the zip file holds more than \(Self.memberLimit) files",
                    remedy: "Pack only the file that is meant."
                )
            }
            var path = Self.path(member.path)
            if path.isEmpty { path = "file \(index + 1)" }
            if !member.isFolder, !Self.isLitter(path) {
                members.append(
                    Member(
                        path: path,
                        index: index,
                        isEncrypted: member.isEncrypted,
                        isUsual: member.isUsual
                    )
                )
            }
            index += 1
        }
        self.members = members
    }

    /// The bytes of a member.
    ///
    /// - Throws: `unknownFormat` if it is encrypted or packed by an unusual method.
    func stream(_ member: Member) throws(SubmissionError) -> any ByteStream {
        let location = SubmissionError.Location(file: source.file.name)
        guard !member.isEncrypted else {
            throw SubmissionError(
                .unknownFormat,
                at: location,
                "the zip file is protected by a password",
                remedy: "Unpack it with its password and drop the file itself."
            )
        }
        guard member.isUsual else {
            throw SubmissionError(
                .unknownFormat,
                at: location,
                "“\(Text.cut(member.path))” is packed by a method that few programs read",
                remedy: "Unpack it and drop the file itself, or pack it again with `zip`."
            )
        }
        steps += member.index
        guard steps <= Self.stepLimit else {
            throw SubmissionError(
                .fileTooLarge,
                at: location,
                "the zip file holds too many files for what is read of it"
            )
        }
        let reader = try ArchiveReader(source.file, packing: .zip)
        for _ in 0...member.index where try reader.next() == nil {
            throw SubmissionError(
                .changedWhileRead,
                at: location,
                "the file changed while it was read: “\(Text.cut(member.path))” is gone"
            )
        }
        return MemberStream(reader, tally: tally, packedBytes: source.file.bytes)
    }

    private static func path(_ path: String) -> String {
        // Some programs of Windows write “\”, against the specification.
        let parts = path.split { $0 == "/" || $0 == "\\" }
        return Text.cut(Text.clean(parts.joined(separator: "/")), to: 1_000)
    }

    /// Whether a member was put there by the system and not by a person.
    private static func isLitter(_ path: String) -> Bool {
        let name = path.split(separator: "/").last?.lowercased() ?? ""
        return path.hasPrefix("__MACOSX/") || name.hasPrefix("._")
            || [".ds_store", "thumbs.db", "desktop.ini"].contains(name)
    }
}

/// The bytes of one member of a zip file.
private final class MemberStream: ByteStream {
    private let reader: ArchiveReader
    private let tally: UnpackedTally
    private let packedBytes: Int
    private var isAtEnd = false

    init(_ reader: ArchiveReader, tally: UnpackedTally, packedBytes: Int) {
        self.reader = reader
        self.tally = tally
        self.packedBytes = packedBytes
    }

    var share: Double { min(1, Double(reader.offset) / Double(max(packedBytes, 1))) }

    func read(into output: UnsafeMutableRawBufferPointer) throws(SubmissionError) -> Int {
        if isAtEnd { return 0 }
        let count = try reader.read(into: output)
        isAtEnd = count == 0
        try tally.add(count, packed: packedBytes)
        return count
    }
}
