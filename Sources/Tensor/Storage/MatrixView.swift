/// A row-major `[rows, columns]` view of `Float`s that it does not own.
///
/// The operations of this module take and return views, so that the result of a fused product can be
/// split into its parts without copying. A view is valid until its ``FloatBuffer`` is freed or grows.
package struct MatrixView {
    package let base: UnsafeMutablePointer<Float>
    package let rows: Int
    package let columns: Int
    /// Elements from one row to the next.
    package let stride: Int

    /// - Precondition: `stride`, if given, is at least `columns`.
    package init(
        _ base: UnsafeMutablePointer<Float>,
        rows: Int,
        columns: Int,
        stride: Int? = nil
    ) {
        let stride = stride ?? columns
        precondition(
            rows >= 0 && columns >= 0 && stride >= columns,
            "MatrixView: [\(rows), \(columns)] with stride \(stride)"
        )
        self.base = base
        self.rows = rows
        self.columns = columns
        self.stride = stride
    }

    /// The columns `range` of every row.
    package func columns(_ range: Range<Int>) -> MatrixView {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= columns,
            "MatrixView: columns \(range) of \(columns)"
        )
        return MatrixView(
            base + range.lowerBound,
            rows: rows,
            columns: range.count,
            stride: stride
        )
    }

    /// The rows `range`.
    package func rows(_ range: Range<Int>) -> MatrixView {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= rows,
            "MatrixView: rows \(range) of \(rows)"
        )
        return MatrixView(
            base + range.lowerBound * stride,
            rows: range.count,
            columns: columns,
            stride: stride
        )
    }

    /// One row, contiguous.
    package func row(_ index: Int) -> UnsafeMutableBufferPointer<Float> {
        precondition(index >= 0 && index < rows, "MatrixView: row \(index) of \(rows)")
        return UnsafeMutableBufferPointer(start: base + index * stride, count: columns)
    }

    /// A copy of the elements, row by row.
    package var elements: [Float] {
        (0..<rows).flatMap { Array(row($0)) }
    }

    func requireShape(_ rows: Int, _ columns: Int, _ operation: StaticString) {
        precondition(
            self.rows == rows && self.columns == columns,
            "\(operation): [\(self.rows), \(self.columns)], want [\(rows), \(columns)]"
        )
    }
}
