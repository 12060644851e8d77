import Glibc

/// Every change that taxod makes to the files of inbox, outbox and state folder.
///
/// The set is small, so that a test can substitute one that fails at the *n*th call. All of them
/// throw ``FileError``; none of them copies.
package protocol FileOperations: Sendable {
    /// Creates a folder; does nothing if it exists.
    func makeFolder(_ path: SpoolPath) throws(FileError)
    /// Creates a file for writing, or empties an existing one.
    func create(_ path: SpoolPath) throws(FileError) -> any WritableFile
    /// Appends to a file in one write, creating it if it does not exist, and makes it durable.
    func append(_ bytes: [UInt8], to path: SpoolPath) throws(FileError)
    /// Truncates a file, and makes that durable.
    func truncate(_ path: SpoolPath, toBytes count: Int) throws(FileError)
    /// Renames; fails with `EEXIST` if the new name is taken.
    func move(_ from: SpoolPath, to: SpoolPath) throws(FileError)
    /// Renames, replacing whatever has the new name.
    func replace(_ to: SpoolPath, by from: SpoolPath) throws(FileError)
    /// Creates a symbolic link.
    func link(_ path: SpoolPath, to target: String) throws(FileError)
    /// Removes a file or an empty folder; does nothing if it does not exist.
    func remove(_ path: SpoolPath) throws(FileError)
    /// Makes the names in a folder durable.
    func sync(folder: SpoolPath) throws(FileError)
}

/// A file being written.
package protocol WritableFile: AnyObject {
    /// Writes all bytes.
    func write(_ bytes: UnsafeRawBufferPointer) throws(FileError)
    /// Makes the content durable if requested, and closes the file.
    func close(durably: Bool) throws(FileError)
}

extension WritableFile {
    /// Writes all values in their in-memory representation.
    package func write<Value: BitwiseCopyable>(_ values: [Value]) throws(FileError) {
        try values.withUnsafeBufferPointer { buffer throws(FileError) in
            try write(UnsafeRawBufferPointer(buffer))
        }
    }
}

extension FileOperations {
    /// Replaces a file atomically: even after a power failure, readers see either all of the old
    /// content or all of the new.
    ///
    /// The content is written to `NAME.tmp` in the same folder, synced and renamed; then the folder
    /// is synced. taxod replaces files in no other way.
    ///
    /// - Parameters:
    ///   - path: In a folder that exists.
    ///   - durably: `false` for content that need not survive a power failure: nothing is synced.
    ///   - fill: Writes the content.
    /// - Throws: ``FileError``; the temporary file is then gone, and the file is as it was unless
    ///   only the sync of the folder failed. A retry writes everything again, because after a
    ///   failed sync nobody knows which bytes are on the disk.
    package func write(
        to path: SpoolPath,
        durably: Bool = true,
        _ fill: (any WritableFile) throws(FileError) -> Void
    ) throws(FileError) {
        let temporary = SpoolPath(bytes: path.bytes + Array(".tmp".utf8))
        do throws(FileError) {
            let file = try create(temporary)
            try fill(file)
            try file.close(durably: durably)
            try replace(path, by: temporary)
        } catch {
            // Report the first error, not that of the clean-up.
            try? remove(temporary)
            throw error
        }
        if durably { try sync(folder: path.folder) }
    }

    /// Replaces a file with these bytes, as ``write(to:durably:_:)`` does.
    package func write(
        _ bytes: [UInt8],
        to path: SpoolPath,
        durably: Bool = true
    ) throws(FileError) {
        try write(to: path, durably: durably) { file throws(FileError) in try file.write(bytes) }
    }

    /// Removes a folder with its contents, following no links; does nothing if it does not exist.
    package func removeTree(_ path: SpoolPath) throws(FileError) {
        if try FileFacts(of: path)?.kind == .folder {
            for name in try Folder.names(in: path) {
                try removeTree(path.appending(bytes: name))
            }
        }
        try remove(path)
    }

    /// Creates those of the folders `names` that are missing in `path`, and makes their names
    /// durable.
    ///
    /// - Throws: ``FileError``; with `EXDEV` if a rename between them cannot work because they are
    ///   on different file systems, with `EACCES` or `EROFS` if they are not writable.
    package func makeFolders(_ names: [String], in path: SpoolPath) throws(FileError) {
        try Folder.demandWritable(path)
        // Appending “.” follows `path` if it is itself a link.
        let device = try FileFacts(of: path.appending("."))?.device
        for name in names {
            let folder = path.appending(name)
            try makeFolder(folder)
            guard try FileFacts(of: folder)?.device == device else {
                throw FileError("rename into", folder, errno: EXDEV)
            }
            try Folder.demandWritable(folder)
        }
        try sync(folder: path)
    }

    /// Creates a folder and its missing parents, and makes their names durable.
    package func makeFolders(_ path: SpoolPath) throws(FileError) {
        // With “.” appended, a link to a folder also counts as a folder.
        guard try FileFacts(of: path.appending(".")) == nil, path.folder != path else { return }
        try makeFolders(path.folder)
        try makeFolder(path)
        try sync(folder: path.folder)
    }
}
