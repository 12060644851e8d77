import FoundationEssentials
package import Inference

/// Cards on disk.
extension AdapterCard {
    /// Reads the card of an adapter, if it has one; what other tools made has none.
    ///
    /// - Parameter folder: Of the adapter.
    /// - Returns: The card, or `nil` where there is none.
    /// - Throws: ``ModelFileError`` when there is a card that cannot be read.
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
    ///   - folder: Of the adapter, for the message.
    ///   - weightsSHA256: Of the adapter's weights.
    ///   - base: The model that it is to run on.
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
                remedy: "Copy the adapter's folder again; its files are not of one adapter."
            )
        }
        guard self.base.sha256 == base.sha256 else {
            throw ModelFileError(
                .mismatch,
                file: folder,
                found: "an adapter of \(self.base.name), SHA-256 \(self.base.sha256)",
                expected: "one of \(base.name), SHA-256 \(base.sha256)",
                remedy: "Use the adapter with the model that it was trained on, train one for this "
                    + "model with `taxod train`, or run without: `--adapter none`."
            )
        }
    }
}
