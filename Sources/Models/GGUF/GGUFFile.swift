/// A model in one file: metadata and tensors, as llama.cpp and its tools write it.
///
/// Opening maps the file and checks its whole structure: every count, length, offset and alignment is
/// verified before it is used. Weights are read on demand.
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
    private let file: MappedFile

    /// Opens a file and checks its structure.
    ///
    /// - Throws: ``ModelFileError``.
    package convenience init(path: String) throws {
        try self.init(MappedFile(path: path))
    }

    private init(_ file: MappedFile) throws {
        var parser = GGUFParser(file)
        let parts = try parser.parse()
        self.file = file
        path = file.path
        metadata = GGUFMetadata(entries: parts.entries, file: file)
        tensors = parts.tensors
        indexByName = parts.indexByName
    }

    /// Gives the pages read so far back to the system; they are read again when touched.
    package func releasePages() { file.releasePages() }

    /// The SHA-256 of the whole file, in lower-case hexadecimal; reads every byte of it.
    package func sha256() -> String { file.sha256() }

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
