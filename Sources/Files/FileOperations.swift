import Glibc

/// Every effect that taxod has on the files of inbox, outbox and state.
///
/// One small set, so that a test can pass one that fails at the *n*th call. All of them throw
/// ``FileError``; none of them copies.
package protocol FileOperations: Sendable {
    /// Makes a folder; one that is there already is fine.
    func makeFolder(_ path: SpoolPath) throws(FileError)
    /// Makes a file, or empties the one that is there, for writing.
    func create(_ path: SpoolPath) throws(FileError) -> any WritableFile
    /// Appends to a file, which is made if need be, in one write, and makes it durable.
    func append(_ bytes: [UInt8], to path: SpoolPath) throws(FileError)
    /// Cuts a file and makes that durable.
    func truncate(_ path: SpoolPath, toBytes count: Int) throws(FileError)
    /// Renames, failing with `EEXIST` if the new name is taken.
    func move(_ from: SpoolPath, to: SpoolPath) throws(FileError)
    /// Renames, replacing what has the new name.
    func replace(_ to: SpoolPath, by from: SpoolPath) throws(FileError)
    /// Makes a symbolic link.
    func link(_ path: SpoolPath, to target: String) throws(FileError)
    /// Removes a file or an empty folder; nothing there is fine.
    func remove(_ path: SpoolPath) throws(FileError)
    /// Makes the names in a folder durable.
    func sync(folder: SpoolPath) throws(FileError)
}

/// A file being written.
package protocol WritableFile: AnyObject {
    /// Writes all bytes.
    func write(_ bytes: UnsafeRawBufferPointer) throws(FileError)
    /// Makes the content durable if asked to, and closes.
    func close(durably: Bool) throws(FileError)
}

extension WritableFile {
    /// Writes all values as they lie in memory.
    package func write<Value: BitwiseCopyable>(_ values: [Value]) throws(FileError) {
        try values.withUnsafeBufferPointer { buffer throws(FileError) in
            try write(UnsafeRawBufferPointer(buffer))
        }
    }
}

extension FileOperations {
    /// Replaces a file so that a reader, and whoever comes after a loss of power, sees all of the
    /// old content or all of the new.
    ///
    /// Written beside its place as `NAME.tmp`, synced, renamed; then the folder is synced. This is
    /// the one way in which taxod replaces a file.
    ///
    /// - Parameters:
    ///   - path: In a folder that exists.
    ///   - durably: `false` for what need not outlive a loss of power: nothing is synced.
    ///   - fill: Writes the content.
    /// - Throws: ``FileError``; nothing is left beside the file then, and unless only the folder
    ///   could not be synced, the file is as it was. A new try writes all of it again: after a
    ///   failed sync nobody knows which bytes the disk has.
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
            // The first fault is the one that is reported.
            try? remove(temporary)
            throw error
        }
        if durably { try sync(folder: path.folder) }
    }

    /// Replaces a file by these bytes, as ``write(to:durably:_:)`` does.
    package func write(
        _ bytes: [UInt8],
        to path: SpoolPath,
        durably: Bool = true
    ) throws(FileError) {
        try write(to: path, durably: durably) { file throws(FileError) in try file.write(bytes) }
    }

    /// Removes a folder with all it holds, following nothing; nothing there is fine.
    package func removeTree(_ path: SpoolPath) throws(FileError) {
        if try FileFacts(of: path)?.kind == .folder {
            for name in try Folder.names(in: path) {
                try removeTree(path.appending(bytes: name))
            }
        }
        try remove(path)
    }

    /// Makes the missing ones of the folders `names` in a folder, and makes their names durable.
    ///
    /// - Throws: ``FileError``; with `EXDEV` where a rename from one to another cannot work because
    ///   they lie on different file systems, with `EACCES` or `EROFS` where nothing can be written.
    package func makeFolders(_ names: [String], in path: SpoolPath) throws(FileError) {
        try Folder.demandWritable(path)
        // Through its “.”, for the folder itself may be a link.
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

    /// Makes a folder and those above it, and makes their names durable.
    package func makeFolders(_ path: SpoolPath) throws(FileError) {
        // Looked at through its “.”, a link to a folder is one, too.
        guard try FileFacts(of: path.appending(".")) == nil, path.folder != path else { return }
        try makeFolders(path.folder)
        try makeFolder(path)
        try sync(folder: path.folder)
    }
}
