import Contract
import Files
import Foundation

/// Where an export goes: a file that did not exist, standard output, or standard error.
struct ExportOutput {
    /// `nil` for a stream.
    private let path: SpoolPath?
    private var file: (any WritableFile)?
    private let stream: FileHandle
    private(set) var isEmpty = true
    private let files = POSIXFileOperations()

    /// - Parameter path: A file, “-” for standard output, or `nil` for standard error.
    /// - Throws: ``CommandError`` if the file exists.
    init(_ path: String?) throws {
        stream = path == nil ? .standardError : .standardOutput
        guard let path, path != "-" else {
            self.path = nil
            return
        }
        self.path = SpoolPath(path)
        guard try FileFacts(of: SpoolPath(path)) == nil else {
            throw CommandError.refused(
                "\(path) exists and is not replaced: name another file, or move it away."
            )
        }
    }

    /// Writes a text; the file is begun with the first one.
    mutating func write(_ text: String) throws {
        guard !text.isEmpty else { return }
        isEmpty = false
        guard let path else {
            try stream.write(contentsOf: Data(text.utf8))
            return
        }
        if file == nil { file = try files.create(Self.temporary(path)) }
        try file?.write(Array(text.utf8))
    }

    /// Gives the file its name; nothing is there if nothing was written.
    mutating func close() throws {
        guard let path, let file else { return }
        self.file = nil
        try file.close(durably: true)
        let temporary = Self.temporary(path)
        do throws(FileError) { try files.move(temporary, to: path) } catch {
            try? files.remove(temporary)
            guard error.isTaken else { throw error }
            throw CommandError.refused("\(path) was made meanwhile and is not replaced.")
        }
        try files.sync(folder: path.folder)
    }

    /// Takes away what was begun.
    mutating func discard() {
        guard let path, file != nil else { return }
        try? file?.close(durably: false)
        file = nil
        try? files.remove(Self.temporary(path))
    }

    /// Tells the user something besides the output.
    static func tell(_ text: String) {
        FileHandle.standardError.write(Data("taxod: \(text)\n".utf8))
    }

    private static func temporary(_ path: SpoolPath) -> SpoolPath {
        SpoolPath(bytes: path.bytes + Array(".\(getpid()).tmp".utf8))
    }
}
