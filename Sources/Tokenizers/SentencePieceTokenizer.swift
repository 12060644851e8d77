import HeapModule

/// SentencePiece's byte-pair encoding, as LLaMA 1 and 2 and Mistral use it.
///
/// Spaces become `▁`. Each character of the text starts as its own piece, and neighbours are merged,
/// highest score first, as long as the result is in the vocabulary. A character that is not in the
/// vocabulary becomes one token for each of its bytes.
///
/// ## Source
/// Kudo & Richardson, *SentencePiece*, 2018 (arXiv:1808.06226); its `bpe_model.cc`.
package struct SentencePieceTokenizer: Tokenizer {
    private static let space = Array("\u{2581}".utf8)

    package let beginToken: Int32?
    package let endToken: Int32?
    package let addsBeginToken: Bool
    private let addsSpacePrefix: Bool
    private let spellings: [[UInt8]]
    private let scores: [Float]
    private let table: ByteStringTable
    /// The token of each byte; if the vocabulary has none, the unknown token or −1.
    private let byteTokens: [Int32]
    private let specials: SpecialTokens

    /// - Parameters:
    ///   - vocabulary: The pieces in order.
    ///   - scores: The score of each piece; higher ones merge first.
    ///   - kinds: The raw value of each piece's ``BytePairTokenizer/TokenKind``.
    ///   - addsSpacePrefix: Whether a text is encoded as if it began with a space.
    ///   - beginToken: The token that the model expects before a text.
    ///   - endToken: The token that the model generates at the end.
    ///   - addsBeginToken: Whether the model was trained with ``beginToken`` before every text.
    /// - Throws: ``TokenizerError/inconsistent(found:expected:)``.
    package init(
        vocabulary: [String],
        scores: [Float],
        kinds: [Int],
        addsSpacePrefix: Bool = true,
        beginToken: Int32? = nil,
        endToken: Int32? = nil,
        addsBeginToken: Bool = true
    ) throws(TokenizerError) {
        guard !vocabulary.isEmpty, vocabulary.count < Int32.max, scores.count == vocabulary.count,
            kinds.count == vocabulary.count, !scores.contains(where: \.isNaN)
        else {
            throw .inconsistent(
                found: "\(vocabulary.count) pieces, \(scores.count) scores, \(kinds.count) types",
                expected: "a score, not a NaN, and a type for each piece"
            )
        }
        try SpecialTokens.require([beginToken, endToken], below: vocabulary.count)
        var table = ByteStringTable(capacity: vocabulary.count)
        var spellings: [[UInt8]] = []
        var specials: [(name: [UInt8], token: Int32)] = []
        var unknown: Int32 = -1
        var byteTokens: [UInt8: Int32] = [:]
        for (index, piece) in vocabulary.enumerated() {
            let number = Int32(index)
            switch BytePairTokenizer.TokenKind(rawValue: kinds[index]) ?? .normal {
            case .unknown:
                unknown = number
                spellings.append([])
            case .control:
                specials.append((Array(piece.utf8), number))
                spellings.append([])
            case .byte:
                guard let byte = Self.byte(named: piece) else {
                    throw .inconsistent(
                        found: "the byte piece “\(piece)”",
                        expected: "a name such as <0x0A>"
                    )
                }
                byteTokens[byte] = number
                spellings.append([byte])
            case .normal, .userDefined, .unused:
                table.insert(Array(piece.utf8), number: number)
                spellings.append(Array(piece.replacing("\u{2581}", with: " ").utf8))
            }
        }
        self.byteTokens = (UInt8.min...UInt8.max).map { byteTokens[$0] ?? unknown }
        self.table = table
        self.spellings = spellings
        self.scores = scores
        self.specials = SpecialTokens(specials)
        self.addsSpacePrefix = addsSpacePrefix
        self.beginToken = beginToken
        self.endToken = endToken
        self.addsBeginToken = addsBeginToken
    }

    package var vocabularySize: Int { spellings.count }

    package func bytes(of token: Int32) -> [UInt8] {
        spellings.indices.contains(Int(token)) ? spellings[Int(token)] : []
    }

    package func encode(_ text: String, parsingSpecial: Bool) -> [Int32] {
        specials.tokens(of: text, parsing: parsingSpecial) { text, tokens in
            append(text, prefixed: addsSpacePrefix, to: &tokens)
        }
    }

    package func encodeContinuation(_ text: String) -> [Int32] {
        var tokens: [Int32] = []
        append(text, prefixed: false, to: &tokens)
        return tokens
    }

    /// Two neighbouring pieces that together are a piece; the greatest merge comes first.
    private struct Merge: Comparable {
        let score: Float
        /// Where the left piece begins and the right one ends, in bytes.
        let start: Int
        let end: Int

        static func < (left: Self, right: Self) -> Bool {
            left.score != right.score ? left.score < right.score : left.start > right.start
        }
    }

    private func append(_ text: String, prefixed: Bool, to tokens: inout [Int32]) {
        guard !text.isEmpty else { return }
        var bytes = prefixed ? Self.space : []
        for byte in text.utf8 {
            if byte == UInt8(ascii: " ") {
                bytes.append(contentsOf: Self.space)
            } else {
                bytes.append(byte)
            }
        }
        bytes.withUnsafeBufferPointer { bytes in
            var start = 0
            let ends = pieceEnds(of: bytes)
            while start < bytes.count {
                let slice = UnsafeBufferPointer(rebasing: bytes[start..<ends[start]])
                if let token = table.number(of: slice) {
                    tokens.append(token)
                } else {
                    for byte in slice where byteTokens[Int(byte)] >= 0 {
                        tokens.append(byteTokens[Int(byte)])
                    }
                }
                start = ends[start]
            }
        }
    }

    /// Merges characters into pieces; the result has the end of every piece at the piece's start.
    private func pieceEnds(of bytes: UnsafeBufferPointer<UInt8>) -> [Int] {
        let none = -1
        // At the start of a piece: where it ends, and where the piece before it starts.
        var ends = [Int](repeating: none, count: bytes.count)
        var previous = ends
        var heap = Heap<Merge>()
        func push(_ left: Int) {
            guard left >= 0, ends[left] < bytes.count else { return }
            let end = ends[ends[left]]
            let slice = UnsafeBufferPointer(rebasing: bytes[left..<end])
            guard let token = table.number(of: slice) else { return }
            heap.insert(Merge(score: scores[Int(token)], start: left, end: end))
        }
        var last = none
        for index in bytes.indices where bytes[index] & 0xC0 != 0x80 {
            if last >= 0 { ends[last] = index }
            previous[index] = last
            last = index
        }
        if last >= 0 { ends[last] = bytes.count }
        for index in bytes.indices where ends[index] != none { push(index) }
        while let merge = heap.popMax() {
            let left = merge.start
            // If either piece has merged with another one since, this pair no longer exists.
            guard ends[left] != none, ends[left] < merge.end, ends[ends[left]] == merge.end else {
                continue
            }
            ends[ends[left]] = none
            ends[left] = merge.end
            if merge.end < bytes.count { previous[merge.end] = left }
            push(left)
            push(previous[left])
        }
        return ends
    }

    /// The byte that a piece such as `<0x0A>` names.
    private static func byte(named piece: String) -> UInt8? {
        guard piece.hasPrefix("<0x"), piece.hasSuffix(">"), piece.utf8.count == 6 else {
            return nil
        }
        return UInt8(piece.dropFirst(3).dropLast(), radix: 16)
    }
}
