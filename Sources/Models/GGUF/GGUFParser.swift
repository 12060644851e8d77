/// Reads the structure of a GGUF file once, front to back, and trusts no number in it unchecked.
struct GGUFParser {
    struct Parts {
        var entries: [String: GGUFMetadata.Entry] = [:]
        var tensors: [GGUFTensor] = []
        var indexByName: [String: Int] = [:]
    }

    /// The header entry of a tensor; where its weights begin is known only after all entries.
    private struct Announcement {
        let name: String
        let type: GGUFTensorType
        let shape: [Int]
        let offset: UInt64
        let byteCount: Int
        /// Where the entry itself begins in the file, for messages.
        let place: Int
    }

    /// Bytes of the shortest tensor entry: name length, number of dimensions, one dimension, type,
    /// offset.
    private static let shortestAnnouncement = 8 + 4 + 8 + 4 + 8
    /// Bytes of the shortest metadata entry: key length, type, one byte.
    private static let shortestEntry = 8 + 4 + 1
    /// ggml itself allows 64 bytes for a tensor's name; a much longer one means a damaged file.
    private static let longestName = 1024
    private static let mostDimensions = 4

    private let file: MappedFile
    private var offset = 0

    init(_ file: MappedFile) {
        self.file = file
    }

    mutating func parse() throws -> Parts {
        let (tensorCount, entryCount) = try header()
        var parts = Parts()
        for _ in 0..<entryCount {
            let place = offset
            let key = try name("a key")
            let entry = try value(of: key)
            guard parts.entries.updateValue(entry, forKey: key) == nil else {
                throw malformed(at: "byte \(place)", "the key \(key) twice", "each key once")
            }
        }
        let metadata = GGUFMetadata(entries: parts.entries, file: file)
        let alignment = try self.alignment(metadata)
        if let splits = try metadata.integerIfPresent("split.count"), splits > 1 {
            throw ModelFileError(
                .unsupported,
                file: file.path,
                at: "key split.count",
                found: "one of \(splits) parts of a model",
                expected: "a whole model in one file",
                remedy: "Join the parts with `llama-gguf-split --merge` and configure the result."
            )
        }
        let announcements = try (0..<tensorCount).map { _ in try announcement() }
        let data = try dataStart(alignment)
        parts.tensors.reserveCapacity(tensorCount)
        for announcement in announcements {
            let tensor = try place(announcement, after: data, alignment: alignment)
            guard parts.indexByName.updateValue(parts.tensors.count, forKey: tensor.name) == nil
            else {
                throw malformed(
                    at: "byte \(announcement.place)",
                    "the tensor \(tensor.name) twice",
                    "each tensor once"
                )
            }
            parts.tensors.append(tensor)
        }
        return parts
    }

    private mutating func header() throws -> (tensors: Int, entries: Int) {
        let magic = try read(UInt32.self, "the magic number")
        guard magic == 0x4655_4747 else {
            throw malformed(
                at: "byte 0",
                "bytes that are not a GGUF header",
                "“GGUF”; convert models of other formats first"
            )
        }
        let version = try read(UInt32.self, "the format version")
        guard version == 2 || version == 3 else {
            let isBigEndian = (1...3).contains(version.byteSwapped)
            throw ModelFileError(
                .unsupported,
                file: file.path,
                at: "byte 4",
                found: isBigEndian ? "a big-endian file" : "GGUF version \(version)",
                expected: "little-endian GGUF of version 2 or 3"
            )
        }
        let tensors = try count("tensors", shortest: Self.shortestAnnouncement)
        let entries = try count("metadata entries", shortest: Self.shortestEntry)
        return (tensors, entries)
    }

    private mutating func value(of key: String) throws -> GGUFMetadata.Entry {
        let type = try valueType(of: key)
        guard type == .array else {
            let entry = GGUFMetadata.Entry(type: type, isArray: false, count: 1, offset: offset)
            try skip(type, count: 1, of: key)
            return entry
        }
        let element = try valueType(of: key)
        guard element != .array else {
            throw malformed(at: "key \(key)", "an array of arrays", "an array of plain values")
        }
        let count = try count("elements of \(key)", shortest: element.size ?? 8)
        let entry = GGUFMetadata.Entry(type: element, isArray: true, count: count, offset: offset)
        try skip(element, count: count, of: key)
        return entry
    }

    private mutating func valueType(of key: String) throws -> GGUFMetadata.ValueType {
        let place = offset
        let number = try read(UInt32.self, "the type of \(key)")
        guard let type = GGUFMetadata.ValueType(rawValue: number) else {
            throw malformed(at: "byte \(place), key \(key)", "value type \(number)", "0 to 12")
        }
        return type
    }

    private mutating func skip(
        _ type: GGUFMetadata.ValueType,
        count: Int,
        of key: String
    ) throws {
        if let size = type.size {
            // `count` was checked against the rest of the file, so this product cannot overflow.
            try advance(count * size, "the value of \(key)")
        } else {
            for _ in 0..<count {
                let length = try read(UInt64.self, "the length of a string of \(key)")
                try advance(length, "a string of \(key)")
            }
        }
    }

    private func alignment(_ metadata: GGUFMetadata) throws -> Int {
        let key = "general.alignment"
        guard let alignment = try metadata.integerIfPresent(key) else { return 32 }
        guard alignment > 0, alignment <= 1 << 20, alignment & (alignment - 1) == 0 else {
            throw malformed(at: "key \(key)", "\(alignment)", "a power of two up to 2²⁰")
        }
        return alignment
    }

    private mutating func announcement() throws -> Announcement {
        let place = offset
        let name = try name("a tensor's name")
        let dimensions = try read(UInt32.self, "the dimensions of \(name)")
        guard dimensions >= 1, dimensions <= Self.mostDimensions else {
            throw malformed(
                at: "byte \(place), tensor \(name)",
                "\(dimensions) dimensions",
                "1 to \(Self.mostDimensions)"
            )
        }
        let lengths = try (0..<dimensions).map { _ in try read(UInt64.self, "a length of \(name)") }
        let number = try read(UInt32.self, "the type of \(name)")
        guard let type = GGUFTensorType(rawValue: Int(number)) else {
            let supported = GGUFTensorType.allCases.map(\.name).joined(separator: ", ")
            throw ModelFileError(
                .unsupported,
                file: file.path,
                at: "byte \(place), tensor \(name)",
                found: GGUFTensorType.name(of: Int(number)),
                expected: "one of \(supported)",
                remedy: "Use the model in another quantisation, such as Q4_K_M or Q8_0."
            )
        }
        let offset = try read(UInt64.self, "the offset of \(name)")
        let (shape, byteCount) = try size(of: lengths, type, "byte \(place), tensor \(name)")
        return Announcement(
            name: name,
            type: type,
            shape: shape,
            offset: offset,
            byteCount: byteCount,
            place: place
        )
    }

    /// Checks the lengths and returns them with the size of the tensor in bytes.
    private func size(
        of lengths: [UInt64],
        _ type: GGUFTensorType,
        _ place: String
    ) throws -> (shape: [Int], byteCount: Int) {
        var shape: [Int] = []
        var elements = 1
        for length in lengths {
            guard let length = Int(exactly: length), length > 0 else {
                throw malformed(at: place, "the shape \(lengths)", "positive lengths")
            }
            let (product, overflow) = elements.multipliedReportingOverflow(by: length)
            guard !overflow else {
                throw malformed(at: place, "the shape \(lengths)", "fewer than 2⁶³ weights")
            }
            elements = product
            shape.append(length)
        }
        guard shape[0] % type.blockElements == 0 else {
            throw malformed(
                at: place,
                "rows of \(shape[0])",
                "a multiple of \(type.blockElements) for \(type.name)"
            )
        }
        let (byteCount, overflow) = (elements / type.blockElements)
            .multipliedReportingOverflow(by: type.blockBytes)
        guard !overflow else {
            throw malformed(at: place, "the shape \(lengths)", "fewer than 2⁶³ bytes")
        }
        return (shape, byteCount)
    }

    /// The weights begin at the next multiple of the alignment.
    private func dataStart(_ alignment: Int) throws -> Int {
        let (sum, overflow) = offset.addingReportingOverflow(alignment - 1)
        guard !overflow else {
            throw malformed(
                at: "byte \(offset)",
                "a header that ends at 2⁶³",
                "room for the weights"
            )
        }
        return sum & ~(alignment - 1)
    }

    private func place(
        _ announcement: Announcement,
        after data: Int,
        alignment: Int
    ) throws -> GGUFTensor {
        let place = "tensor \(announcement.name)"
        guard announcement.offset % UInt64(alignment) == 0 else {
            throw malformed(
                at: place,
                "the offset \(announcement.offset)",
                "a multiple of the alignment \(alignment)"
            )
        }
        let room = file.bytes.count - data
        guard let start = Int(exactly: announcement.offset), start <= room,
            announcement.byteCount <= room - start
        else {
            throw ModelFileError(
                .truncated,
                file: file.path,
                at: place,
                found: "a file of \(file.bytes.count) bytes",
                expected: "\(announcement.byteCount) bytes of weights at byte "
                    + "\(data) + \(announcement.offset)"
            )
        }
        return GGUFTensor(
            name: announcement.name,
            type: announcement.type,
            shape: announcement.shape,
            fileOffset: data + start,
            file: file
        )
    }

    // MARK: - Checked reading

    private mutating func name(_ what: String) throws -> String {
        let place = offset
        let length = try read(UInt64.self, "the length of \(what)")
        guard length <= Self.longestName else {
            throw malformed(
                at: "byte \(place)",
                "\(what) of \(length) bytes",
                "\(Self.longestName) bytes at most"
            )
        }
        let start = offset
        try advance(length, what)
        let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[start..<offset])
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads a count of things that follow, each of which takes at least `shortest` bytes.
    private mutating func count(_ what: String, shortest: Int) throws -> Int {
        let place = offset
        let count = try read(UInt64.self, "the number of \(what)")
        let most = (file.bytes.count - offset) / shortest
        guard count <= most else {
            throw ModelFileError(
                .truncated,
                file: file.path,
                at: "byte \(place)",
                found: "\(count) \(what)",
                expected: "at most \(most), which is what the file has room for"
            )
        }
        return Int(count)
    }

    private mutating func read<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type,
        _ what: @autoclosure () -> String
    ) throws -> Value {
        let start = offset
        try advance(MemoryLayout<Value>.size, what())
        return file.bytes.loadUnaligned(fromByteOffset: start, as: type)
    }

    private mutating func advance(
        _ count: some BinaryInteger,
        _ what: @autoclosure () -> String
    ) throws {
        let left = file.bytes.count - offset
        guard count <= left else {
            throw ModelFileError(
                .truncated,
                file: file.path,
                at: "byte \(offset)",
                found: "\(left) bytes",
                expected: "\(count) for \(what())"
            )
        }
        offset += Int(count)
    }

    private func malformed(at place: String, _ found: String, _ expected: String) -> ModelFileError
    {
        ModelFileError(.malformed, file: file.path, at: place, found: found, expected: expected)
    }
}
