/// Writes GGUF files for tests: metadata, and tensors of 32-bit zeros.
struct GGUFBuilder {
    private var bytes: [UInt8] = []
    private var entries = 0
    /// Lengths innermost first.
    var tensors: [(name: String, shape: [Int])] = []

    private mutating func number(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    private mutating func text(_ value: String) {
        number(UInt64(value.utf8.count))
        bytes.append(contentsOf: value.utf8)
    }

    mutating func add(_ key: String, _ value: String) {
        entries += 1
        text(key)
        number(UInt32(8))
        text(value)
    }

    mutating func add(_ key: String, _ value: UInt32) {
        entries += 1
        text(key)
        number(UInt32(4))
        number(value)
    }

    mutating func add(_ key: String, float value: Float) {
        entries += 1
        text(key)
        number(UInt32(6))
        number(value.bitPattern)
    }

    mutating func add(_ key: String, _ values: [String]) {
        entries += 1
        text(key)
        number(UInt32(9))
        number(UInt32(8))
        number(UInt64(values.count))
        for value in values { text(value) }
    }

    /// The bytes of the file, its weights from a multiple of 32 on.
    var file: [UInt8] {
        var file = GGUFBuilder()
        file.bytes = Array("GGUF".utf8)
        file.number(UInt32(3))
        file.number(UInt64(tensors.count))
        file.number(UInt64(entries))
        file.bytes += bytes
        var end = 0
        for tensor in tensors {
            file.text(tensor.name)
            file.number(UInt32(tensor.shape.count))
            for length in tensor.shape { file.number(UInt64(length)) }
            file.number(UInt32(0))
            file.number(UInt64(end))
            end += (4 * tensor.shape.reduce(1, *) + 31) / 32 * 32
        }
        guard !tensors.isEmpty else { return file.bytes }
        let start = (file.bytes.count + 31) / 32 * 32
        return file.bytes + [UInt8](repeating: 0, count: start - file.bytes.count + end)
    }
}
