import FoundationEssentials
import Tensor

/// Writes tensors as ``SafetensorsFile`` reads them.
package enum SafetensorsWriter {
    /// How weights are stored.
    package enum Format: String, Hashable, Codable, Sendable, CaseIterable {
        case float32 = "F32"
        /// Rounded to nearest even.
        case bfloat16 = "BF16"

        var bytes: Int { self == .float32 ? 4 : 2 }
    }

    /// A tensor to write.
    package struct Tensor: Sendable {
        package let name: String
        /// Outermost first.
        package let shape: [Int]
        /// Row-major, as many as the shape requires.
        package let values: [Float]

        package init(name: String, shape: [Int], values: [Float]) {
            precondition(
                values.count == shape.reduce(1, *),
                "SafetensorsWriter: \(values.count) values for \(shape)"
            )
            self.name = name
            self.shape = shape
            self.values = values
        }
    }

    /// The bytes of a file with these tensors, in the order of their names.
    ///
    /// - Parameters:
    ///   - tensors: Tensors with distinct names.
    ///   - format: The format of all tensors.
    ///   - metadata: Free text by key.
    /// - Returns: Header and weights.
    /// - Throws: `EncodingError`.
    package static func bytes(
        of tensors: [Tensor],
        as format: Format,
        metadata: [String: String] = [:]
    ) throws -> [UInt8] {
        let tensors = tensors.sorted { $0.name < $1.name }
        var entries: [String: Entry] = [:]
        var end = 0
        for tensor in tensors {
            let start = end
            end += tensor.values.count * format.bytes
            entries[tensor.name] = .tensor(format, tensor.shape, [start, end])
        }
        precondition(entries.count == tensors.count, "SafetensorsWriter: two tensors have one name")
        if !metadata.isEmpty { entries["__metadata__"] = .metadata(metadata) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var header = Array(try encoder.encode(entries))
        // Padded with spaces, so that the weights begin at a multiple of eight bytes, as the reference
        // implementation writes them.
        header += Array(repeating: 0x20, count: (8 - header.count % 8) % 8)

        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + header.count + end)
        withUnsafeBytes(of: UInt64(header.count).littleEndian) { bytes.append(contentsOf: $0) }
        bytes += header
        for tensor in tensors { append(tensor.values, as: format, to: &bytes) }
        return bytes
    }

    private static func append(_ values: [Float], as format: Format, to bytes: inout [UInt8]) {
        switch format {
        case .float32:
            values.withUnsafeBytes { bytes.append(contentsOf: $0) }
        case .bfloat16:
            let halves = [UInt16](unsafeUninitializedCapacity: values.count) { buffer, count in
                values.withUnsafeBufferPointer { source in
                    FloatConversion.encodeBFloat16(
                        source,
                        into: UnsafeMutableBufferPointer(rebasing: buffer[..<values.count])
                    )
                }
                count = values.count
            }
            halves.withUnsafeBytes { bytes.append(contentsOf: $0) }
        }
    }

    /// A member of the header.
    private enum Entry: Encodable {
        case tensor(Format, [Int], [Int])
        case metadata([String: String])

        enum CodingKeys: String, CodingKey {
            case dtype, shape
            case offsets = "data_offsets"
        }

        func encode(to encoder: any Encoder) throws {
            switch self {
            case .tensor(let format, let shape, let offsets):
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encode(format.rawValue, forKey: .dtype)
                try container.encode(shape, forKey: .shape)
                try container.encode(offsets, forKey: .offsets)
            case .metadata(let texts):
                var container = encoder.singleValueContainer()
                try container.encode(texts)
            }
        }
    }
}
