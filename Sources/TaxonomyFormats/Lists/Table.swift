/// A table as rows of cells, before anything is known of what its columns mean.
///
/// A reader of a file format makes it: separated text, or the sheet of a workbook.
package struct Table: Sendable {
    package struct Row: Hashable, Sendable {
        /// The text of each cell, cleaned; empty where the file has nothing.
        package var cells: [String]
        /// Line in the file, or row of the sheet, counted from 1.
        package let line: Int
    }

    package var rows: [Row]
    /// What a reader of the receipt must know, such as a quote left open or a sheet left out.
    package var notes: [String] = []
}
