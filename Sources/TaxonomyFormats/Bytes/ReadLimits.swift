/// Limits on what a dropped file may hold.
package struct ReadLimits: Hashable, Codable, Sendable {
    /// Bytes on disk.
    package var fileBytes: Int
    /// Bytes after unpacking.
    package var unpackedBytes: Int
    /// Unpacked bytes per byte on disk; checked once more than 64 MiB have been unpacked.
    ///
    /// Deflate cannot exceed 1,032; MeSH files stay below 30.
    package var unpackingRatio: Int
    /// Bytes of a list after unpacking; limited further because a list is held in memory.
    package var listBytes: Int
    /// Number of lines or JSON values in a list.
    package var listItems: Int
    /// Number of cells of a sheet, counting the empty ones in rows and columns that hold something.
    package var cells: Int
    /// Number of records in a vocabulary.
    package var records: Int
    /// Nesting depth of XML elements or JSON brackets.
    package var depth: Int
    /// Bytes of a single XML text, such as a scope note.
    package var textBytes: Int
    /// Bytes of a name; a longer one is refused.
    package var nameBytes: Int

    package init(
        fileBytes: Int,
        unpackedBytes: Int,
        unpackingRatio: Int,
        listBytes: Int,
        listItems: Int,
        cells: Int,
        records: Int,
        depth: Int,
        textBytes: Int,
        nameBytes: Int
    ) {
        self.fileBytes = fileBytes
        self.unpackedBytes = unpackedBytes
        self.unpackingRatio = unpackingRatio
        self.listBytes = listBytes
        self.listItems = listItems
        self.cells = cells
        self.records = records
        self.depth = depth
        self.textBytes = textBytes
        self.nameBytes = nameBytes
    }

    package static let standard = ReadLimits(
        fileBytes: 2 << 30,
        unpackedBytes: 4 << 30,
        unpackingRatio: 400,
        listBytes: 64 << 20,
        listItems: 1_000_000,
        cells: 10_000_000,
        records: 2_000_000,
        depth: 64,
        textBytes: 1 << 20,
        nameBytes: 1_000
    )
}
