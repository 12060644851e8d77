/// Every effect that inbox, outbox and audit log have on a disk.
///
/// One small set, so that a test can pass a twin that fails at the *n*th call. All of them throw
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
    func write(_ bytes: [UInt8]) throws(FileError)
    /// Makes the content durable if asked to, and closes.
    func close(durably: Bool) throws(FileError)
}

extension FileOperations {
    /// Writes a file under another name, then puts it in place of what is there.
    ///
    /// `durably` says that it must outlive a loss of power.
    package func write(_ bytes: [UInt8], to path: SpoolPath, durably: Bool = true) throws(FileError)
    {
        let temporary = SpoolPath(bytes: path.bytes + Array(".tmp".utf8))
        let file = try create(temporary)
        try file.write(bytes)
        try file.close(durably: durably)
        try replace(path, by: temporary)
        if durably { try sync(folder: path.folder) }
    }

    /// Removes a folder with all it holds, following nothing; nothing there is fine.
    func removeTree(_ path: SpoolPath) throws(FileError) {
        if try FileFacts(of: path)?.kind == .folder {
            for name in try Folder.names(in: path) {
                try removeTree(path.appending(bytes: name))
            }
        }
        try remove(path)
    }
}
