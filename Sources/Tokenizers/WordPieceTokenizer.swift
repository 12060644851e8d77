/// The tokenizer of BERT and the encoders derived from it.
///
/// ``BasicTokenizer`` cleans the text and splits it into words. A word becomes the longest piece that
/// it begins with, then the longest `##` piece that continues it, and so on. A word that cannot be
/// spelled this way becomes `[UNK]`.
///
/// ## Source
/// Devlin et al., *BERT*, 2019 (arXiv:1810.04805); its `tokenization.py`.
package struct WordPieceTokenizer: Tokenizer {
    /// A word of more scalars becomes `[UNK]`, as by transformers' `max_input_chars_per_word`.
    private static let longestWord = 100
    private static let continuation = Array("##".utf8)

    /// The number of `[PAD]`; 0 if the vocabulary has none.
    package let paddingToken: Int32
    package let maximumTokens: Int
    private let classToken: Int32
    private let separatorToken: Int32
    private let unknownToken: Int32
    private let basic: BasicTokenizer
    private let spellings: [String]
    /// Pieces that begin a word, and those that continue one, stored without their `##`.
    private let starts: ByteStringTable
    private let continuations: ByteStringTable
    private let specials: SpecialTokens

    /// - Parameters:
    ///   - vocabulary: The pieces in order, the lines of `vocab.txt`.
    ///   - maximumTokens: Most tokens of an encoding, including `[CLS]` and `[SEP]`; at least 2.
    ///   - lowercases: Whether text is converted to lower case.
    ///   - stripsAccents: Whether accents are removed; by default if text is lower-cased.
    ///   - separatesIdeographs: Whether every CJK ideograph is a word.
    /// - Throws: ``TokenizerError/inconsistent(found:expected:)``.
    package init(
        vocabulary: [String],
        maximumTokens: Int,
        lowercases: Bool = true,
        stripsAccents: Bool? = nil,
        separatesIdeographs: Bool = true
    ) throws(TokenizerError) {
        guard vocabulary.count < Int32.max, maximumTokens >= 2 else {
            throw .inconsistent(
                found: "\(vocabulary.count) pieces, \(maximumTokens) tokens at most",
                expected: "fewer than 2³¹ − 1 pieces and room for two tokens"
            )
        }
        var starts = ByteStringTable(capacity: vocabulary.count)
        var continuations = ByteStringTable(capacity: vocabulary.count)
        for (index, piece) in vocabulary.enumerated() {
            let bytes = Array(piece.utf8)
            starts.insert(bytes, number: Int32(index))
            if bytes.starts(with: Self.continuation), bytes.count > Self.continuation.count {
                continuations.insert(Array(bytes.dropFirst(2)), number: Int32(index))
            }
        }
        let names = ["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"]
        let numbers = names.map { starts.number(of: Array($0.utf8)) }
        guard let unknown = numbers[0], let first = numbers[1], let last = numbers[2] else {
            throw .inconsistent(
                found: "\(vocabulary.count) pieces without [UNK], [CLS] or [SEP]",
                expected: "a vocabulary with these three pieces"
            )
        }
        (unknownToken, classToken, separatorToken) = (unknown, first, last)
        paddingToken = numbers[3] ?? 0
        self.maximumTokens = maximumTokens
        basic = BasicTokenizer(
            lowercases: lowercases,
            stripsAccents: stripsAccents ?? lowercases,
            separatesIdeographs: separatesIdeographs
        )
        spellings = vocabulary
        self.starts = starts
        self.continuations = continuations
        specials = SpecialTokens(
            zip(names, numbers).compactMap { name, number in number.map { (Array(name.utf8), $0) } }
        )
    }

    package var vocabularySize: Int { spellings.count }
    package var beginToken: Int32? { classToken }
    package var endToken: Int32? { separatorToken }
    package var addsBeginToken: Bool { true }

    /// Encodes a text for the model: `[CLS]`, its pieces, `[SEP]`; truncated to ``maximumTokens``.
    package func encodeSequence(_ text: String) -> [Int32] {
        var tokens = [classToken]
        append(text, to: &tokens, limit: maximumTokens - 1)
        tokens.append(separatorToken)
        return tokens
    }

    /// Splits text into pieces, without `[CLS]` and `[SEP]` and without a limit.
    package func encode(_ text: String, parsingSpecial: Bool) -> [Int32] {
        specials.tokens(of: text, parsing: parsingSpecial) { text, tokens in
            append(text, to: &tokens, limit: .max)
        }
    }

    /// The spelling of a piece; one that begins a word has a space before it.
    package func bytes(of token: Int32) -> [UInt8] {
        guard spellings.indices.contains(Int(token)) else { return [] }
        let piece = Array(spellings[Int(token)].utf8)
        if piece.starts(with: Self.continuation) { return Array(piece.dropFirst(2)) }
        let isSpecial = [classToken, separatorToken, paddingToken].contains(token)
        return isSpecial ? [] : [UInt8(ascii: " ")] + piece
    }

    private func append(_ text: String, to tokens: inout [Int32], limit: Int) {
        basic.forEachWord(of: text) { word, scalars in
            if scalars > Self.longestWord {
                tokens.append(unknownToken)
            } else {
                appendPieces(of: word, to: &tokens)
            }
            if tokens.count > limit { tokens.removeLast(tokens.count - limit) }
            return tokens.count < limit
        }
    }

    private func appendPieces(of word: UnsafeBufferPointer<UInt8>, to tokens: inout [Int32]) {
        let before = tokens.count
        var start = 0
        while start < word.count {
            let table = start == 0 ? starts : continuations
            var end = min(word.count, start + table.longest)
            while end > start {
                // A piece consists of whole characters, so it cannot end before a continuation byte.
                let isBoundary = end == word.count || word[end] & 0xC0 != 0x80
                let slice = UnsafeBufferPointer(rebasing: word[start..<end])
                if isBoundary, let token = table.number(of: slice) {
                    tokens.append(token)
                    break
                }
                end -= 1
            }
            guard end > start else {
                tokens.removeLast(tokens.count - before)
                tokens.append(unknownToken)
                return
            }
            start = end
        }
    }
}
