/// A table as rows of cells, before anything is known of what its columns mean.
///
/// A reader of a file format makes it: separated text, or the sheet of a workbook.
struct Table: Sendable {
    struct Row: Hashable, Sendable {
        /// The text of each cell, cleaned; empty where the file has nothing.
        var cells: [String]
        /// Line in the file, or row of the sheet, counted from 1.
        let line: Int
    }

    var rows: [Row]
    /// What a reader of the receipt must know, such as a quote left open or a sheet left out.
    var notes: [String] = []
}
