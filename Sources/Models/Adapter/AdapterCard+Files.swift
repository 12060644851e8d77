import FoundationEssentials
package import Inference

/// Reading and writing of adapter cards.
extension AdapterCard {
    /// Reads the card of an adapter; adapters made by other tools have none.
    ///
    /// - Parameter folder: The adapter's folder.
    /// - Returns: The card, or `nil` if there is no such file.
    /// - Throws: ``ModelFileError`` when the card cannot be read.
    package static func read(folder: String) throws -> AdapterCard? {
        let path = "\(folder)/\(fileName)"
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let file = try MappedFile(path: path)
        let card: AdapterCard
        do {
            card = try JSONDecoder().decode(AdapterCard.self, from: Data(file.bytes))
        } catch {
            throw ModelFileError(
                .malformed,
                file: path,
                found: "JSON that cannot be read (\(error))",
                expected: "the card of an adapter"
            )
        }
        guard card.schema == currentSchema else {
            throw ModelFileError(
                .unsupported,
                file: path,
                at: "key schema",
                found: "“\(card.schema)”",
                expected: "“\(currentSchema)”"
            )
        }
        return card
    }

    /// Writes the card; it appears whole or not at all.
    ///
    /// - Throws: ``ModelFileError``.
    package func write(to folder: String) throws {
        try ModelFiles.replace("\(folder)/\(Self.fileName)", by: ModelFiles.json(self))
    }

    /// Checks that this card belongs to an adapter, and the adapter to a base model.
    ///
    /// - Parameters:
    ///   - folder: The adapter's folder, for the message.
    ///   - weightsSHA256: Hash of the adapter's weights.
    ///   - base: The model that the adapter is to run on.
    /// - Throws: ``ModelFileError/Code/mismatch`` with both hashes.
    package func check(
        folder: String,
        weightsSHA256: String,
        base: Origin
    ) throws(ModelFileError) {
        guard self.weightsSHA256 == weightsSHA256 else {
            throw ModelFileError(
                .mismatch,
                file: "\(folder)/\(LoRAAdapter.weightsFileName)",
                found: "SHA-256 \(weightsSHA256)",
                expected: "SHA-256 \(self.weightsSHA256), as its card says",
                remedy: "Copy the adapter's folder again; its card and weights do not belong "
                    + "together."
            )
        }
        guard self.base.sha256 == base.sha256 else {
            throw ModelFileError(
                .mismatch,
                file: folder,
                found: "an adapter for \(self.base.name), SHA-256 \(self.base.sha256)",
                expected: "one for \(base.name), SHA-256 \(base.sha256)",
                remedy: "Use the adapter with the model that it was trained on, train one for this "
                    + "model with `taxod train`, or run without: `--adapter none`."
            )
        }
    }
}
