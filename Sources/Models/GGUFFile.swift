/// A model in one file: metadata and tensors, as llama.cpp and its tools write it.
///
/// Opening maps the file and checks the whole structure: every count, length, offset and alignment
/// lies within the file before anything relies on it. Weights are read when they are asked for.
///
/// ## Source
/// GGUF specification, versions 2 and 3, little-endian
/// (github.com/ggml-org/ggml, `docs/gguf.md`).
package final class GGUFFile: Sendable {
    package let path: String
    package let metadata: GGUFMetadata
    /// In the order of the file.
    package let tensors: [GGUFTensor]
    private let indexByName: [String: Int]

    /// Opens a file and checks its structure.
    ///
    /// - Throws: ``ModelFileError``.
    package convenience init(path: String) throws {
        try self.init(MappedFile(path: path))
    }

    private init(_ file: MappedFile) throws {
        var parser = GGUFParser(file)
        let parts = try parser.parse()
        path = file.path
        metadata = GGUFMetadata(entries: parts.entries, file: file)
        tensors = parts.tensors
        indexByName = parts.indexByName
    }

    package func contains(tensor name: String) -> Bool { indexByName[name] != nil }

    /// - Throws: ``ModelFileError`` when there is no tensor of that name.
    package func tensor(_ name: String) throws -> GGUFTensor {
        guard let index = indexByName[name] else {
            throw ModelFileError(
                .incomplete,
                file: path,
                at: "tensor \(name)",
                found: "no such tensor",
                expected: "one of the \(tensors.count) tensors of the file"
            )
        }
        return tensors[index]
    }
}
