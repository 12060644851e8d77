/// A reusable, cache-line-aligned scratch buffer of `Float`s.
///
/// One thread's workspace holds a few of these, so that a forward pass allocates only when it is
/// larger than every one before.
package final class FloatBuffer {
    private var storage: AlignedStorage

    /// - Parameter capacity: Floats to make room for at once.
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

    /// A `[rows, columns]` view of the buffer's first elements, which hold anything.
    ///
    /// Views taken before are invalid afterwards when the buffer had to grow.
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
