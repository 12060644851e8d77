import Contract
import Crypto
import Files
import Foundation
package import Inference
package import Models
import TaxoInstruct

/// The folder that `taxod train` writes into.
///
///     DIR/rows.jsonl                  the training rows
///     DIR/training/note.json          everything the training depends on, while it is unfinished
///     DIR/training/checkpoint         its latest checkpoint
///     DIR/adapter_model.safetensors   the result, with adapter_config.json and the card
package struct TuningFolder {
    /// What the folder holds, compared with a note.
    package enum Standing {
        case empty
        /// An interrupted training with this note and its rows.
        case unfinished
        /// The finished adapter of this note.
        case finished(AdapterCard)
    }

    private struct Saved: Codable {
        let note: [String: CardValue]
        let rowsSHA256: String
    }

    package let path: String
    private let lock: FileLock

    package var rows: String { "\(path)/rows.jsonl" }
    package var checkpoint: String { "\(path)/training/checkpoint" }
    private var note: String { "\(path)/training/note.json" }

    /// Creates the folder if it does not exist, and locks it.
    ///
    /// - Throws: ``CommandError`` while another process trains there, or `FileError`.
    package init(_ path: String) throws {
        self.path = path
        do {
            try FileManager.default.createDirectory(
                atPath: "\(path)/training",
                withIntermediateDirectories: true
            )
        } catch {
            throw CommandError.disk("\(path) cannot be made: \(error.localizedDescription)")
        }
        guard let lock = try FileLock(SpoolPath("\(path)/training/lock")) else {
            throw CommandError.busy("another taxod trains in \(path)")
        }
        self.lock = lock
    }

    /// Compares what the folder holds with the training that is wanted.
    ///
    /// - Throws: ``CommandError`` for another training or another adapter.
    package func standing(_ wanted: TuningNote) throws -> Standing {
        let values = try wanted.values()
        if FileManager.default.fileExists(atPath: note) {
            guard let data = FileManager.default.contents(atPath: note),
                let saved = try? JSONDecoder().decode(Saved.self, from: data)
            else {
                throw CommandError.refused(
                    """
                    \(note) cannot be read. Give another folder by --out, or remove \
                    \(path)/training to begin anew
                    """
                )
            }
            if let difference = TuningNote.difference(saved.note, values) {
                throw CommandError.refused(
                    """
                    \(path) holds an unfinished training of another kind: \(difference). Give \
                    the options of that training to go on with it, or another folder by --out
                    """
                )
            }
            guard Self.sha256(rows) == saved.rowsSHA256 else {
                throw CommandError.refused(
                    """
                    \(rows) is not the file that this training began with. Put it back, or \
                    remove \(path)/training to begin anew
                    """
                )
            }
            return .unfinished
        }
        if let card = try AdapterCard.read(folder: path) {
            if try wanted.isFulfilled(by: card) { return .finished(card) }
            throw CommandError.refused(
                "\(path) holds a finished adapter; give another folder by --out"
            )
        }
        let weights = "\(path)/\(LoRAAdapter.weightsFileName)"
        guard !FileManager.default.fileExists(atPath: weights) else {
            throw CommandError.refused(
                "\(weights) is there already; give another folder by --out"
            )
        }
        return .empty
    }

    /// Writes the rows, then the note, so that a note never exists without its rows.
    ///
    /// - Throws: `ModelFileError`.
    package func begin(_ note: TuningNote, rows: [TrainingExample]) throws {
        let data = try TrainingFile.data(rows)
        try ModelFiles.replace(self.rows, by: data)
        let saved = Saved(
            note: try note.values(),
            rowsSHA256: Digest.hexadecimal(SHA256.hash(data: data))
        )
        try ModelFiles.replace(self.note, by: try CanonicalJSON.readableData(of: saved))
    }

    /// Writes the adapter, the card last, and removes the files of the unfinished training.
    ///
    /// - Throws: `ModelFileError`.
    package func finish(_ adapter: LoRAAdapter, _ card: AdapterCard) throws {
        try adapter.write(to: path, baseModel: card.base.name)
        try card.write(to: path)
        try? FileManager.default.removeItem(atPath: "\(path)/training")
    }

    /// The hash of a file; empty if there is none.
    package static func sha256(_ path: String) -> String {
        guard let data = try? Data(contentsOf: URL(filePath: path), options: .alwaysMapped) else {
            return ""
        }
        return Digest.hexadecimal(SHA256.hash(data: data))
    }
}
