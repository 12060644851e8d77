import Glibc

/// An inverted index from character trigrams to terms.
///
/// Trigrams are taken from a term's key, padded with a space on both sides, over an alphabet of 38
/// symbols: the space, 26 letters, ten digits, and one for everything else. Similarity is the
/// cosine of the trigram sets, weighted by the inverse document frequency `ln(T / terms with it)`.
package struct TrigramIndex: Sendable {
    private static let alphabet = 38
    private static let codes = alphabet * alphabet * alphabet

    /// Offset of each code's postings, `[codes + 1]`.
    private let starts: [Int32]
    /// The terms that contain each code, ascending within a code.
    private let postings: [Int32]
    /// The squared weight of each code.
    private let weights: [Float]
    /// The norm of each term's weight vector.
    private let norms: [Float]

    package init(_ lexicon: Lexicon) {
        let terms = lexicon.termCount
        var scratch: [UInt16] = []
        var counts = [Int32](repeating: 0, count: Self.codes + 1)
        for term in 0..<terms {
            Self.trigrams(of: lexicon.key(term), into: &scratch)
            for code in scratch { counts[Int(code) + 1] += 1 }
        }
        var weights = [Float](repeating: 0, count: Self.codes)
        for code in 0..<Self.codes where counts[code + 1] > 0 {
            let weight = log(Double(terms + 1) / Double(counts[code + 1]))
            weights[code] = Float(weight * weight)
        }
        for code in 0..<Self.codes { counts[code + 1] += counts[code] }
        var next = counts
        var postings = [Int32](repeating: 0, count: Int(counts[Self.codes]))
        var norms = [Float](repeating: 0, count: terms)
        for term in 0..<terms {
            Self.trigrams(of: lexicon.key(term), into: &scratch)
            var sum: Float = 0
            for code in scratch {
                postings[Int(next[Int(code)])] = Int32(term)
                next[Int(code)] += 1
                sum += weights[Int(code)]
            }
            norms[term] = sum.squareRoot()
        }
        starts = counts
        self.postings = postings
        self.weights = weights
        self.norms = norms
    }

    /// The similarity of each term to `key`, 0 to 1.
    package func similarities(to key: String) -> [Float] {
        var sums = [Float](repeating: 0, count: norms.count)
        var own: Float = 0
        var codes: [UInt16] = []
        Self.trigrams(of: Array(key.utf8)[...], into: &codes)
        for code in codes {
            let weight = weights[Int(code)]
            // A trigram that occurs in no term still adds to the norm of the query.
            own += weight > 0 ? weight : Self.unseenWeight
            for posting in Int(starts[Int(code)])..<Int(starts[Int(code) + 1]) {
                sums[Int(postings[posting])] += weight
            }
        }
        guard own > 0 else { return sums }
        let length = own.squareRoot()
        for term in sums.indices where sums[term] > 0 { sums[term] /= length * norms[term] }
        return sums
    }

    /// Approximately the squared weight of a trigram that occurs in one of a few thousand terms.
    private static let unseenWeight: Float = 64

    /// Writes the trigram codes of a key, ascending and without repetition.
    private static func trigrams(of key: ArraySlice<UInt8>, into codes: inout [UInt16]) {
        codes.removeAll(keepingCapacity: true)
        guard !key.isEmpty else { return }
        var first = 0
        var second = 0
        for byte in key {
            let third = symbol(byte)
            codes.append(UInt16((first * alphabet + second) * alphabet + third))
            first = second
            second = third
        }
        codes.append(UInt16((first * alphabet + second) * alphabet))
        codes.sort()
        var kept = 0
        for index in codes.indices where index == 0 || codes[index] != codes[kept - 1] {
            codes[kept] = codes[index]
            kept += 1
        }
        codes.removeLast(codes.count - kept)
    }

    private static func symbol(_ byte: UInt8) -> Int {
        switch byte {
        case 0x20: 0
        case 0x61...0x7A: Int(byte) - 0x60
        case 0x30...0x39: Int(byte) - 0x30 + 27
        default: 37
        }
    }
}
