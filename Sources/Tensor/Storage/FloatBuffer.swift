/// A reusable, cache-line-aligned scratch buffer of `Float`s.
///
/// A thread's workspace holds a few of these, so that a forward pass allocates memory only when it is
/// larger than all before it.
package final class FloatBuffer {
    private var storage: AlignedStorage

    /// - Parameter capacity: The number of floats to allocate at once.
    package init(capacity: Int = 0) {
        storage = AlignedStorage(byteCount: capacity * MemoryLayout<Float>.stride)
    }

    /// Copies `values` into a new buffer.
    package convenience init(_ values: [Float]) {
        self.init(capacity: values.count)
        values.withUnsafeBufferPointer { source in
            let target = matrix(rows: 1, columns: values.count).row(0)
            _ = target.update(fromContentsOf: source)
        }
    }

    /// A `[rows, columns]` view of the buffer's first elements, whose contents are undefined.
    ///
    /// If the buffer has to grow, earlier views become invalid.
    package func matrix(rows: Int, columns: Int) -> MatrixView {
        let needed = rows * columns * MemoryLayout<Float>.stride
        if storage.byteCount < needed {
            storage = AlignedStorage(byteCount: max(needed, storage.byteCount * 3 / 2))
        }
        return MatrixView(
            storage.base.assumingMemoryBound(to: Float.self),
            rows: rows,
            columns: columns
        )
    }
}
