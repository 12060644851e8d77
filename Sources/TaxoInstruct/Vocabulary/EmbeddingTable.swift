/// One unit vector per concept of a taxonomy, `[C, d]`, row-major.
///
/// The rows are in the table's own memory or in a mapped file that an owner keeps alive; they never
/// change, so several threads can read them concurrently.
// The unchecked conformance is sound: `base` is only read after `init`, and `owner`, which the
// table retains, keeps the memory alive.
package final class EmbeddingTable: @unchecked Sendable {
    /// C, the number of concepts.
    package let count: Int
    /// d, the length of a row.
    package let dimension: Int
    private let base: UnsafePointer<Float>
    private let owner: AnyObject

    /// Takes ownership of computed rows.
    ///
    /// - Parameters:
    ///   - rows: The unit vectors, `[C, d]`, row-major.
    ///   - dimension: d, greater than 0.
    /// - Precondition: `rows.count` is a multiple of `dimension`.
    package init(rows: [Float], dimension: Int) {
        precondition(
            dimension > 0 && rows.count.isMultiple(of: dimension),
            "EmbeddingTable: \(rows.count) numbers in rows of \(dimension)"
        )
        let storage = OwnedRows(rows)
        base = storage.base
        owner = storage
        count = rows.count / dimension
        self.dimension = dimension
    }

    /// Uses rows in place, such as those of a mapped file.
    ///
    /// - Parameters:
    ///   - base: Address of the first of `count * dimension` numbers, aligned for `Float` and never
    ///     written to while `owner` lives.
    ///   - count: C.
    ///   - dimension: d.
    ///   - owner: Keeps the memory alive; released together with the table.
    package init(
        mapped base: UnsafePointer<Float>,
        count: Int,
        dimension: Int,
        owner: AnyObject
    ) {
        self.base = base
        self.count = count
        self.dimension = dimension
        self.owner = owner
    }

    /// The row of a concept.
    package func row(_ index: Int) -> [Float] {
        precondition(index >= 0 && index < count, "EmbeddingTable: row \(index) of \(count)")
        return Array(UnsafeBufferPointer(start: base + index * dimension, count: dimension))
    }

    /// The cosine of `query` with each row.
    ///
    /// - Parameter query: A unit vector of length d.
    /// - Returns: C cosines.
    package func cosines(with query: [Float]) -> [Float] {
        precondition(
            query.count == dimension,
            "EmbeddingTable: query of \(query.count) against rows of \(dimension)"
        )
        return [Float](unsafeUninitializedCapacity: count) { output, initialized in
            query.withUnsafeBufferPointer { query in
                guard let start = query.baseAddress else { return }
                for index in 0..<count {
                    output[index] = Self.dot(start, base + index * dimension, dimension)
                }
            }
            initialized = count
        }
    }

    /// The cosine of each of a few rows with every row.
    ///
    /// - Parameter rows: Indices of a few concepts, whose rows fit into the cache.
    /// - Returns: C cosines for each of `rows`.
    func cosines(ofRows rows: [Int]) -> [[Float]] {
        var cosines = rows.map { _ in [Float](repeating: 0, count: count) }
        for index in 0..<count {
            let other = base + index * dimension
            for place in rows.indices {
                cosines[place][index] = Self.dot(base + rows[place] * dimension, other, dimension)
            }
        }
        return cosines
    }

    /// The cosine of two rows.
    func cosine(_ a: Int, _ b: Int) -> Float {
        Self.dot(base + a * dimension, base + b * dimension, dimension)
    }

    /// Dot product in sixteen lanes in a fixed order, so that the result is the same on every
    /// machine.
    @inline(__always)
    static func dot(
        _ a: UnsafePointer<Float>,
        _ b: UnsafePointer<Float>,
        _ count: Int
    ) -> Float {
        var lanes = SIMD16<Float>.zero
        var index = 0
        while index + 16 <= count {
            let x = UnsafeRawPointer(a + index).loadUnaligned(as: SIMD16<Float>.self)
            let y = UnsafeRawPointer(b + index).loadUnaligned(as: SIMD16<Float>.self)
            lanes += x * y
            index += 16
        }
        var sum = lanes.sum()
        while index < count {
            sum += a[index] * b[index]
            index += 1
        }
        return sum
    }
}

/// Rows in memory allocated by the table.
private final class OwnedRows {
    let base: UnsafePointer<Float>
    private let memory: UnsafeMutablePointer<Float>

    init(_ rows: [Float]) {
        // At least one element, so that an empty table has an address too.
        memory = .allocate(capacity: max(rows.count, 1))
        for index in rows.indices { memory[index] = rows[index] }
        base = UnsafePointer(memory)
    }

    deinit { memory.deallocate() }
}
