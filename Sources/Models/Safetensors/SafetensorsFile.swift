import FoundationEssentials

/// Tensors in one file, as Hugging Face's safetensors library writes them.
///
/// Opening maps the file and checks its whole structure; weights are read on demand.
///
/// ## Source
/// Format section of github.com/huggingface/safetensors: eight bytes with the length of a JSON
/// header, the header, the weights.
package final class SafetensorsFile: Sendable {
    /// A tensor; its weights stay in the mapped file.
    package struct Tensor: Sendable {
        package let name: String
        /// Outermost first, as the file lists them: `[rows, columns]` for a matrix.
        package let shape: [Int]
        package var count: Int { shape.reduce(1, *) }

        fileprivate let type: GGUFTensorType
        fileprivate let offset: Int
        fileprivate let file: MappedFile

        /// The weights as `Float`, row-major.
        package func values() -> [Float] {
            [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
                copy(into: buffer)
                initialized = count
            }
        }

        /// Writes the weights as `Float`, row-major.
        ///
        /// - Parameter output: Room for ``count`` elements.
        package func copy(into output: UnsafeMutableBufferPointer<Float>) {
            copy(elements: 0..<count, into: output)
        }

        /// Writes part of the weights as `Float`, such as one row of a matrix.
        ///
        /// - Parameters:
        ///   - elements: A range within `0..<count`, row-major.
        ///   - output: Room for as many elements as the range has.
        package func copy(
            elements: Range<Int>,
            into output: UnsafeMutableBufferPointer<Float>
        ) {
            precondition(
                elements.lowerBound >= 0 && elements.upperBound <= count,
                "elements \(elements) of \(count)"
            )
            precondition(
                output.count == elements.count,
                "\(output.count) places for \(elements.count)"
            )
            guard let target = output.baseAddress, let base = file.bytes.baseAddress else { return }
            BlockDecoder.dequantise(
                base + offset + elements.lowerBound * type.blockBytes,
                type: type,
                count: elements.count,
                into: target
            )
        }
    }

    /// Longest header accepted, in bytes; the reference implementation has the same limit.
    private static let longestHeader = 100_000_000
    private static let types: [String: GGUFTensorType] = [
        "F32": .float32, "F16": .float16, "BF16": .bfloat16,
    ]

    package let path: String
    private let tensors: [String: Tensor]
    private let file: MappedFile
    /// Types of the tensors that do not hold weights, such as the position ids of old BERT files.
    private let otherTypes: [String: String]

    /// Opens a file and checks its structure.
    ///
    /// - Throws: ``ModelFileError``.
    package init(path: String) throws {
        self.path = path
        let file = try MappedFile(path: path)
        self.file = file
        let header = try Self.header(of: file)
        let entries: [String: Entry]
        do {
            entries = try JSONDecoder().decode([String: Entry].self, from: Data(file.bytes[header]))
        } catch {
            throw ModelFileError(
                .malformed,
                file: path,
                at: "header",
                found: "JSON that cannot be read (\(error))",
                expected: "an object of tensors with dtype, shape and data_offsets"
            )
        }
        var tensors: [String: Tensor] = [:]
        var otherTypes: [String: String] = [:]
        for (name, entry) in entries {
            guard case .tensor(let announced) = entry else { continue }
            guard let type = Self.types[announced.dtype] else {
                otherTypes[name] = announced.dtype
                continue
            }
            tensors[name] = try Self.tensor(
                name,
                type,
                announced,
                after: header.upperBound,
                in: file
            )
        }
        self.tensors = tensors
        self.otherTypes = otherTypes
    }

    /// Gives the pages read so far back to the system; they are read again when touched.
    package func releasePages() { file.releasePages() }

    /// The SHA-256 of the whole file, in lower-case hexadecimal; reads every byte of it.
    package func sha256() -> String { file.sha256() }

    /// Names of the tensors that hold weights.
    package var names: [String] { tensors.keys.sorted() }

    /// Names of all tensors, including those that do not hold weights.
    package var allNames: [String] { (Array(tensors.keys) + otherTypes.keys).sorted() }

    package func contains(_ name: String) -> Bool { tensors[name] != nil }

    /// - Parameters:
    ///   - name: The tensor's name, as the file spells it.
    ///   - shape: The expected shape, if it is to be checked.
    /// - Returns: The tensor; its weights are not read yet.
    /// - Throws: ``ModelFileError`` when there is no such tensor, its type is not supported or its
    ///   shape is not the expected one.
    package func tensor(_ name: String, shape: [Int]? = nil) throws -> Tensor {
        if let type = otherTypes[name] {
            throw ModelFileError(
                .unsupported,
                file: path,
                at: "tensor \(name)",
                found: "the type \(type)",
                expected: "F32, F16 or BF16"
            )
        }
        guard let tensor = tensors[name] else {
            throw ModelFileError(
                .incomplete,
                file: path,
                at: "tensor \(name)",
                found: "no such tensor",
                expected: "one of the \(tensors.count) tensors of the file"
            )
        }
        if let shape, shape != tensor.shape {
            throw ModelFileError(
                .malformed,
                file: path,
                at: "tensor \(name)",
                found: "the shape \(tensor.shape)",
                expected: "\(shape)"
            )
        }
        return tensor
    }

    /// An entry of the header: a tensor, or free text under `__metadata__`.
    private enum Entry: Decodable {
        struct Announced: Decodable {
            let dtype: String
            let shape: [Int]
            let offsets: [Int]

            enum CodingKeys: String, CodingKey {
                case dtype, shape
                case offsets = "data_offsets"
            }
        }

        case tensor(Announced)
        case metadata

        init(from decoder: any Decoder) throws {
            if decoder.codingPath.last?.stringValue == "__metadata__" {
                self = .metadata
            } else {
                self = .tensor(try Announced(from: decoder))
            }
        }
    }

    private static func header(of file: MappedFile) throws -> Range<Int> {
        guard file.bytes.count >= 8 else {
            throw ModelFileError(
                .truncated,
                file: file.path,
                found: "\(file.bytes.count) bytes",
                expected: "at least 8 bytes, the length of the header"
            )
        }
        let length = file.bytes.loadUnaligned(as: UInt64.self)
        guard length <= longestHeader else {
            throw ModelFileError(
                .malformed,
                file: file.path,
                at: "byte 0",
                found: "a header of \(length) bytes",
                expected: "at most \(longestHeader); is this a safetensors file?"
            )
        }
        guard length <= file.bytes.count - 8 else {
            throw ModelFileError(
                .truncated,
                file: file.path,
                at: "byte 0",
                found: "\(file.bytes.count - 8) bytes",
                expected: "a header of \(length)"
            )
        }
        return 8..<8 + Int(length)
    }

    private static func tensor(
        _ name: String,
        _ type: GGUFTensorType,
        _ announced: Entry.Announced,
        after data: Int,
        in file: MappedFile
    ) throws -> Tensor {
        func malformed(_ found: String, _ expected: String) -> ModelFileError {
            ModelFileError(
                .malformed,
                file: file.path,
                at: "tensor \(name)",
                found: found,
                expected: expected
            )
        }
        var count = 1
        for length in announced.shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: length)
            guard length >= 0, !overflow else {
                throw malformed("the shape \(announced.shape)", "fewer than 2⁶³ weights")
            }
            count = product
        }
        let room = file.bytes.count - data
        let offsets = announced.offsets
        guard offsets.count == 2, offsets[0] >= 0, offsets[0] <= offsets[1] else {
            throw malformed("the offsets \(offsets)", "a start and an end that is not before it")
        }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: type.blockBytes)
        guard !overflow, bytes == offsets[1] - offsets[0] else {
            throw malformed(
                "\(offsets[1] - offsets[0]) bytes",
                "\(count) weights of type \(announced.dtype)"
            )
        }
        guard offsets[1] <= room else {
            throw ModelFileError(
                .truncated,
                file: file.path,
                at: "tensor \(name)",
                found: "\(room) bytes of weights",
                expected: "\(offsets[1])"
            )
        }
        return Tensor(
            name: name,
            shape: announced.shape,
            type: type,
            offset: data + offsets[0],
            file: file
        )
    }
}
