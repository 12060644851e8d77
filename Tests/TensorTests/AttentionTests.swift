import Tensor
import Testing

@Suite("Attention")
struct AttentionTests {
    @Test(
        "agrees with PyTorch",
        arguments: try GoldenCase.all("attention"),
        KernelLevel.supported
    )
    func golden(_ golden: GoldenCase, level: KernelLevel) {
        let heads = golden.number("keyValueHeads")
        let size = golden.number("headSize")
        let cache = KeyValueCache(capacity: golden.rows + 5, heads: heads, headSize: size)
        // Not at slot 0, so that the blocks of the cache and of the sequence differ.
        let slots = (0..<golden.rows).map { $0 + 5 }
        fill(cache, golden.array("keys"), golden.array("values"), slots: slots)
        let isCausal = golden.number("causal") == 1
        let spans = (0..<golden.rows).map { row in
            AttentionSpan(own: 5..<Int32(5 + (isCausal ? row + 1 : golden.rows)))
        }
        let output = attend(
            golden.array("queries"),
            heads: golden.number("heads"),
            cache,
            spans,
            level
        )
        expectClose(output.elements, golden.array("output"), absolute: 2e-6, relative: 1e-5)
    }

    @Test(
        "keys in one run of slots or in two give the same bits",
        arguments: [8, 20, 64, 128],
        KernelLevel.supported
    )
    func splitInvariance(_ size: Int, level: KernelLevel) {
        var samples = Samples(seed: 21)
        let (length, heads) = (75, 2)
        let keys = samples.floats(length * heads * size)
        let values = samples.floats(length * heads * size)
        let query = samples.floats(6 * size)

        let whole = KeyValueCache(capacity: length, heads: heads, headSize: size)
        fill(whole, keys, values, slots: Array(0..<length))
        let expected = attend(query, heads: 6, whole, [AttentionSpan(own: 0..<75)], level).bits

        for split in [0, 1, 15, 16, 17, 40, 74, 75] {
            for (prefixStart, ownStart) in [(0, 83), (7, 101), (101, 3)] {
                let cache = KeyValueCache(capacity: 200, heads: heads, headSize: size)
                let slots = (0..<length).map {
                    $0 < split ? prefixStart + $0 : ownStart + $0 - split
                }
                fill(cache, keys, values, slots: slots)
                let span = AttentionSpan(
                    prefix: Int32(prefixStart)..<Int32(prefixStart + split),
                    own: Int32(ownStart)..<Int32(ownStart + length - split)
                )
                let bits = attend(query, heads: 6, cache, [span], level).bits
                #expect(bits == expected, "split at \(split), \(prefixStart) and \(ownStart)")
            }
        }
    }

    @Test(
        "rows of a packed pass have the bits of single rows, and agree with a plain sum",
        arguments: [(64, 9, 3), (20, 4, 4), (128, 2, 1)],
        KernelLevel.supported
    )
    func rowInvariance(_ shape: (size: Int, heads: Int, kvHeads: Int), level: KernelLevel) {
        var samples = Samples(seed: 22)
        let slots = 160
        let keys = samples.floats(slots * shape.kvHeads * shape.size)
        let values = samples.floats(slots * shape.kvHeads * shape.size)
        let cache = KeyValueCache(
            capacity: slots,
            heads: shape.kvHeads,
            headSize: shape.size
        )
        fill(cache, keys, values, slots: Array(0..<slots))
        var spans: [AttentionSpan] = []
        // A causal prompt, three branches of it, streams with their own tails, and other spans.
        for row in 0..<19 { spans.append(AttentionSpan(own: 2..<Int32(row + 3))) }
        for branch in 0..<3 {
            let start = Int32(40 + branch * 5)
            for row in Int32(0)..<4 {
                spans.append(AttentionSpan(prefix: 2..<21, own: start..<start + row + 1))
            }
        }
        for stream in Int32(0)..<4 {
            let start = 60 + 20 * stream
            spans.append(AttentionSpan(prefix: 2..<37, own: start..<start + 3 * stream))
        }
        spans += [
            AttentionSpan(prefix: 5..<50, own: 0..<0), AttentionSpan(prefix: 1..<2, own: 0..<160),
            AttentionSpan(own: 0..<0), AttentionSpan(own: 33..<34),
        ]
        let width = shape.heads * shape.size
        let queries = samples.floats(spans.count * width)
        let together = attend(queries, heads: shape.heads, cache, spans, level)
        for (row, span) in spans.enumerated() {
            let query = Array(queries[row * width..<(row + 1) * width])
            let alone = attend(query, heads: shape.heads, cache, [span], level)
            #expect(alone.bits == Array(together.bits[row * width..<(row + 1) * width]), "\(span)")
            expectClose(
                alone.elements,
                reference(query, keys, values, shape, span),
                absolute: 2e-6,
                relative: 1e-5
            )
        }
    }

    @Test(
        "a key that a row does not see never affects it, even if it is NaN",
        arguments: KernelLevel.supported
    )
    func poison(_ level: KernelLevel) {
        var samples = Samples(seed: 23)
        let clean = samples.floats(40 * 16)
        let query = samples.floats(12 * 16)
        let spans = (0..<12).map { AttentionSpan(prefix: 0..<10, own: 17..<Int32(18 + $0)) }
        func run(_ poisoned: Set<Int>) -> [UInt32] {
            let cache = KeyValueCache(capacity: 40, heads: 1, headSize: 16)
            let rows = clean.indices.map { poisoned.contains($0 / 16) ? Float.nan : clean[$0] }
            fill(cache, rows, rows, slots: Array(0..<40))
            return attend(query, heads: 1, cache, spans, level).bits
        }
        let expected = run([])
        // Slots between prefix and own run, and after it; then one that the last five rows see.
        #expect(run(Set(10..<17).union(29..<40)) == expected)
        let last = run([24])
        #expect(last[..<(7 * 16)] == expected[..<(7 * 16)])
        #expect(last[(7 * 16)...].allSatisfy { Float(bitPattern: $0).isNaN })
    }

    @Test("a row that sees one key returns its value", arguments: KernelLevel.supported)
    func oneKey(_ level: KernelLevel) {
        let cache = KeyValueCache(capacity: 1, heads: 1, headSize: 3)
        fill(cache, [1e30, -1e30, 4], [1, -2, 3], slots: [0])
        let output = attend([2, 3, 4], heads: 1, cache, [AttentionSpan(own: 0..<1)], level)
        #expect(output.elements == [1, -2, 3])
    }

    private func fill(
        _ cache: KeyValueCache,
        _ keys: [Float],
        _ values: [Float],
        slots: [Int]
    ) {
        let width = cache.heads * cache.headSize
        let keyRows = Matrix(keys, rows: slots.count, columns: width)
        let valueRows = Matrix(values, rows: slots.count, columns: width)
        cache.store(keys: keyRows.view, values: valueRows.view, slots: slots.map { Int32($0) })
        withExtendedLifetime((keyRows, valueRows)) {}
    }

    private func attend(
        _ queries: [Float],
        heads: Int,
        _ cache: KeyValueCache,
        _ spans: [AttentionSpan],
        _ level: KernelLevel
    ) -> Matrix {
        let width = heads * cache.headSize
        let rows = Matrix(queries, rows: spans.count, columns: width)
        let output = Matrix(rows: spans.count, columns: width)
        Attention.attend(
            rows.view,
            cache: cache,
            spans: spans,
            scale: 1 / Float(cache.headSize).squareRoot(),
            output: output.view,
            level: level
        )
        withExtendedLifetime(rows) {}
        return output
    }

    /// One row in double precision; slot = row of `keys`.
    private func reference(
        _ query: [Float],
        _ keys: [Float],
        _ values: [Float],
        _ shape: (size: Int, heads: Int, kvHeads: Int),
        _ span: AttentionSpan
    ) -> [Float] {
        let slots = span.prefix.map { Int($0) } + span.own.map { Int($0) }
        let width = shape.kvHeads * shape.size
        return (0..<shape.heads).flatMap { head -> [Float] in
            let offset = head / (shape.heads / shape.kvHeads) * shape.size
            let weights = slots.map { slot -> Double in
                var score = 0.0
                for c in 0..<shape.size {
                    score +=
                        Double(query[head * shape.size + c])
                        * Double(keys[slot * width + offset + c])
                }
                return exponential(score / Double(shape.size).squareRoot())
            }
            let total = weights.reduce(0, +)
            return (0..<shape.size).map { c in
                var sum = 0.0
                for (slot, weight) in zip(slots, weights) {
                    sum += weight * Double(values[slot * width + offset + c])
                }
                return slots.isEmpty ? 0 : Float(sum / total)
            }
        }
    }
}
