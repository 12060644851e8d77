/// The order of the rows of query and key in a file that keeps rotary pairs side by side.
///
/// In transformers' order channel *c* of a head is rotated with channel *c* + size / 2. llama.cpp
/// rotates neighbours, so its converter moves the two channels of a pair next to each other: within
/// every head, channels 0, size / 2, 1, size / 2 + 1, … of the one are 0, 1, 2, 3, … of the other.
///
/// ## Source
/// `LlamaModel.permute` of llama.cpp's `convert_hf_to_gguf.py`.
package struct InterleavedHeads: Hashable, Sendable {
    /// Channels of a head.
    private let size: Int

    /// - Parameter headSize: Channels of a head.
    package init(headSize: Int) { size = headSize }

    /// The row in transformers' order that the file has at `fileRow`.
    package func transformersRow(at fileRow: Int) -> Int {
        let channel = fileRow % size
        return fileRow - channel + channel % 2 * (size / 2) + channel / 2
    }

    /// The row of the file that holds `row` of transformers' order.
    package func fileRow(of row: Int) -> Int {
        let channel = row % size
        return row - channel + channel % (size / 2) * 2 + channel / (size / 2)
    }

    /// Brings the rows of a file into transformers' order.
    ///
    /// - Parameters:
    ///   - values: `[R, columns]` in the file's order; R is a whole number of heads.
    ///   - columns: Columns of a row; 1 for a bias.
    /// - Returns: `[R, columns]`.
    package func inTransformersOrder(_ values: [Float], columns: Int) -> [Float] {
        var result: [Float] = []
        result.reserveCapacity(values.count)
        for row in 0..<values.count / columns {
            let source = fileRow(of: row)
            result += values[source * columns..<(source + 1) * columns]
        }
        return result
    }
}
