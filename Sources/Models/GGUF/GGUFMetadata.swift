/// The key-value part of a ``GGUFFile``.
///
/// Values stay in the mapped file until they are asked for; their places were checked when the file
/// was opened.
package struct GGUFMetadata: Sendable {
    /// Types of values; the raw values are the numbers in the file.
    enum ValueType: UInt32 {
        case uint8 = 0
        case int8, uint16, int16, uint32, int32, float32, bool, string, array
        case uint64, int64, float64

        /// Bytes of a value, `nil` if they depend on the value.
        var size: Int? {
            switch self {
            case .uint8, .int8, .bool: 1
            case .uint16, .int16: 2
            case .uint32, .int32, .float32: 4
            case .uint64, .int64, .float64: 8
            case .string, .array: nil
            }
        }
    }

    /// The place of a value: `count` elements of `type`, one unless it is an array.
    struct Entry {
        let type: ValueType
        let isArray: Bool
        let count: Int
        /// The first element's, in bytes from the start of the file.
        let offset: Int

        var description: String {
            isArray ? "an array of \(count) \(type)" : "a value of type \(type)"
        }
    }

    private let entries: [String: Entry]
    private let file: MappedFile

    init(entries: [String: Entry], file: MappedFile) {
        self.entries = entries
        self.file = file
    }

    package var keys: [String] { entries.keys.sorted() }

    package func contains(_ key: String) -> Bool { entries[key] != nil }

    /// - Throws: ``ModelFileError`` when the key is absent or its value does not fit an `Int`.
    package func integer(_ key: String) throws -> Int {
        try required(key, "a whole number", integerIfPresent(key))
    }

    /// - Throws: ``ModelFileError`` when the value does not fit an `Int`.
    package func integerIfPresent(_ key: String) throws -> Int? {
        guard let entry = entries[key] else { return nil }
        guard !entry.isArray, let value = integer(entry, 0) else {
            throw wrongType(key, entry, "a whole number")
        }
        return value
    }

    /// - Throws: ``ModelFileError`` when the key is absent or its value is not a number.
    package func number(_ key: String) throws -> Double {
        try required(key, "a number", numberIfPresent(key))
    }

    /// - Throws: ``ModelFileError`` when the value is not a number.
    package func numberIfPresent(_ key: String) throws -> Double? {
        guard let entry = entries[key] else { return nil }
        guard !entry.isArray, let value = number(entry, 0) else {
            throw wrongType(key, entry, "a number")
        }
        return value
    }

    /// - Throws: ``ModelFileError`` when the value is not a boolean.
    package func boolIfPresent(_ key: String) throws -> Bool? {
        guard let entry = entries[key] else { return nil }
        guard !entry.isArray, entry.type == .bool else {
            throw wrongType(key, entry, "a boolean")
        }
        return load(entry.offset, as: UInt8.self) != 0
    }

    /// - Throws: ``ModelFileError`` when the key is absent or its value is not a string.
    package func string(_ key: String) throws -> String {
        try required(key, "a string", stringIfPresent(key))
    }

    /// - Throws: ``ModelFileError`` when the value is not a string.
    package func stringIfPresent(_ key: String) throws -> String? {
        guard let entry = entries[key] else { return nil }
        guard !entry.isArray, entry.type == .string else {
            throw wrongType(key, entry, "a string")
        }
        var offset = entry.offset
        return string(&offset)
    }

    /// - Throws: ``ModelFileError`` when the key is absent or its value is not an array of strings.
    package func strings(_ key: String) throws -> [String] {
        let entry = try array(key, "an array of strings") { $0 == .string }
        var offset = entry.offset
        return (0..<entry.count).map { _ in string(&offset) }
    }

    /// - Throws: ``ModelFileError`` when the key is absent or its value is not an array of numbers that
    ///   fit an `Int`.
    package func integers(_ key: String) throws -> [Int] {
        let entry = try array(key, "an array of whole numbers") { $0.size != nil }
        return try (0..<entry.count).map { index in
            guard let value = integer(entry, index) else {
                throw wrongType(key, entry, "an array of whole numbers")
            }
            return value
        }
    }

    /// - Throws: ``ModelFileError`` when the key is absent or its value is not an array of numbers.
    package func numbers(_ key: String) throws -> [Double] {
        let entry = try array(key, "an array of numbers") { $0.size != nil && $0 != .bool }
        return (0..<entry.count).compactMap { number(entry, $0) }
    }

    private func array(
        _ key: String,
        _ expected: String,
        _ accepts: (ValueType) -> Bool
    ) throws -> Entry {
        guard let entry = entries[key] else { throw missing(key, expected) }
        guard entry.isArray, accepts(entry.type) else { throw wrongType(key, entry, expected) }
        return entry
    }

    private func required<Value>(_ key: String, _ expected: String, _ value: Value?) throws -> Value
    {
        guard let value else { throw missing(key, expected) }
        return value
    }

    private func integer(_ entry: Entry, _ index: Int) -> Int? {
        guard let size = entry.type.size else { return nil }
        let offset = entry.offset + index * size
        return switch entry.type {
        case .uint8: Int(load(offset, as: UInt8.self))
        case .int8: Int(load(offset, as: Int8.self))
        case .uint16: Int(load(offset, as: UInt16.self))
        case .int16: Int(load(offset, as: Int16.self))
        case .uint32: Int(load(offset, as: UInt32.self))
        case .int32: Int(load(offset, as: Int32.self))
        case .uint64: Int(exactly: load(offset, as: UInt64.self))
        case .int64: Int(load(offset, as: Int64.self))
        case .float32, .float64, .bool, .string, .array: nil
        }
    }

    private func number(_ entry: Entry, _ index: Int) -> Double? {
        switch entry.type {
        case .float32: Double(load(entry.offset + index * 4, as: Float.self))
        case .float64: load(entry.offset + index * 8, as: Double.self)
        default: integer(entry, index).map(Double.init)
        }
    }

    /// Reads the string at `offset`, replacing invalid UTF-8, and moves `offset` behind it.
    private func string(_ offset: inout Int) -> String {
        let length = Int(load(offset, as: UInt64.self))
        let start = offset + 8
        offset = start + length
        let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[start..<offset])
        return String(decoding: bytes, as: UTF8.self)
    }

    private func load<Value: BitwiseCopyable>(_ offset: Int, as type: Value.Type) -> Value {
        file.bytes.loadUnaligned(fromByteOffset: offset, as: type)
    }

    private func missing(_ key: String, _ expected: String) -> ModelFileError {
        ModelFileError(
            .incomplete,
            file: file.path,
            at: "key \(key)",
            found: "nothing",
            expected: expected
        )
    }

    private func wrongType(_ key: String, _ entry: Entry, _ expected: String) -> ModelFileError {
        ModelFileError(
            .malformed,
            file: file.path,
            at: "key \(key)",
            found: entry.description,
            expected: expected
        )
    }
}
