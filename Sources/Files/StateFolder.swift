/// A daemon's state folder; the only type that knows its layout.
///
///     ledger.sqlite               the ledger, with SQLite's -wal and -shm beside it
///     audit/YYYY-MM-DD.jsonl      the audit log
///     requests/                   requests that commands leave for the daemon
///     taxonomies/<sha256>/        vocabularies by version
///     configuration.json          the configuration that the daemon's children read
///     model-hashes.json           hashes of model files by size and time
///     .taxod.lock                 held by the process that may write here
package struct StateFolder: Hashable, Sendable {
    package let path: SpoolPath

    package init(_ path: SpoolPath) {
        self.path = path
    }

    package init(_ path: String) {
        self.init(SpoolPath(path))
    }

    package var ledger: SpoolPath { path.appending("ledger.sqlite") }
    /// Where a new ledger is built before it replaces the old one.
    package var ledgerBeingRebuilt: SpoolPath { path.appending("ledger.rebuilt.sqlite") }
    package var audit: SpoolPath { path.appending("audit") }
    package var requests: SpoolPath { path.appending("requests") }
    package var taxonomies: SpoolPath { path.appending("taxonomies") }
    package var configuration: SpoolPath { path.appending("configuration.json") }
    package var modelHashes: SpoolPath { path.appending("model-hashes.json") }
    package var lock: SpoolPath { path.appending(".taxod.lock") }

    /// The suffixes of the files that make up an SQLite database.
    package static let databaseEndings = ["", "-wal", "-shm"]

    /// The file of a vocabulary version that is written last: the embeddings of its names.
    package static let embeddings = "embeddings.f32"

    /// The vocabulary versions against which queries can be asked.
    ///
    /// - Throws: ``FileError``.
    package func readyVersions() throws(FileError) -> Set<String> {
        guard try FileFacts(of: taxonomies) != nil else { return [] }
        var versions: Set<String> = []
        for name in try Folder.names(in: taxonomies) {
            let vectors = taxonomies.appending(bytes: name).appending(Self.embeddings)
            if try FileFacts(of: vectors) != nil {
                versions.insert(String(decoding: name, as: UTF8.self))
            }
        }
        return versions
    }
}
