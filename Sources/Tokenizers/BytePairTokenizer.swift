/// Byte-level byte-pair encoding, as GPT-2 and most later models use it.
///
/// A ``PreTokenizer`` splits the text into words. Each byte of a word starts as its own token, and
/// neighbours are merged in the order of the merge list until no pair can be merged.
///
/// ## Source
/// Sennrich et al., *Neural Machine Translation of Rare Words with Subword Units*, 2016
/// (arXiv:1508.07909); Radford et al., *Language Models are Unsupervised Multitask Learners*, 2019.
package struct BytePairTokenizer: Tokenizer {
    /// The kind of a token; the raw values are those of GGUF's `tokenizer.ggml.token_type`.
    package enum TokenKind: Int, Sendable {
        case normal = 1
        case unknown, control, userDefined, unused, byte
    }

    package let beginToken: Int32?
    package let endToken: Int32?
    package let addsBeginToken: Bool
    package let preTokenizer: PreTokenizer

    /// The bytes that each token stands for.
    private let spellings: [[UInt8]]
    private let table: ByteStringTable
    private let merges: MergeTable
    /// The token of each byte; −1 if the vocabulary has none.
    private let byteTokens: [Int32]
    private let specials: SpecialTokens

    /// - Parameters:
    ///   - vocabulary: The tokens in order, spelled in the byte-level alphabet.
    ///   - merges: Pairs of tokens with a space between them, highest priority first.
    ///   - kinds: The raw value of each token's ``TokenKind``; empty if all are normal.
    ///   - preTokenizer: The rules that split text into words.
    ///   - beginToken: The token that the model expects before a text.
    ///   - endToken: The token that the model generates at the end.
    ///   - addsBeginToken: Whether the model was trained with ``beginToken`` before every text.
    /// - Throws: ``TokenizerError/inconsistent(found:expected:)``.
    package init(
        vocabulary: [String],
        merges: [String],
        kinds: [Int] = [],
        preTokenizer: PreTokenizer,
        beginToken: Int32? = nil,
        endToken: Int32? = nil,
        addsBeginToken: Bool = false
    ) throws(TokenizerError) {
        guard !vocabulary.isEmpty, vocabulary.count < Int32.max, merges.count < Int32.max else {
            throw .inconsistent(
                found: "\(vocabulary.count) tokens and \(merges.count) merges",
                expected: "1 to 2³¹ − 2 tokens"
            )
        }
        guard kinds.isEmpty || kinds.count == vocabulary.count else {
            throw .inconsistent(
                found: "\(kinds.count) token types",
                expected: "\(vocabulary.count), one for each token"
            )
        }
        try SpecialTokens.require([beginToken, endToken], below: vocabulary.count)
        var spellings: [[UInt8]] = []
        spellings.reserveCapacity(vocabulary.count)
        var table = ByteStringTable(capacity: vocabulary.count)
        var specials: [(name: [UInt8], token: Int32)] = []
        for (index, token) in vocabulary.enumerated() {
            let kind = kinds.isEmpty ? .normal : TokenKind(rawValue: kinds[index]) ?? .normal
            let number = Int32(index)
            switch kind {
            case .control, .unknown:
                specials.append((Array(token.utf8), number))
                spellings.append([])
            case .userDefined:
                specials.append((Array(token.utf8), number))
                spellings.append(Array(token.utf8))
            case .normal, .unused, .byte:
                let spelling = ByteLevelAlphabet.bytes(of: token.unicodeScalars)
                spellings.append(spelling ?? Array(token.utf8))
                if let spelling { table.insert(spelling, number: number) }
            }
        }
        self.merges = try Self.mergeTable(merges, table)
        byteTokens = (UInt8.min...UInt8.max).map { table.number(of: [$0]) ?? -1 }
        self.spellings = spellings
        self.table = table
        self.specials = SpecialTokens(specials)
        self.preTokenizer = preTokenizer
        self.beginToken = beginToken
        self.endToken = endToken
        self.addsBeginToken = addsBeginToken
    }

    package var vocabularySize: Int { spellings.count }

    package func bytes(of token: Int32) -> [UInt8] {
        spellings.indices.contains(Int(token)) ? spellings[Int(token)] : []
    }

    package func encode(_ text: String, parsingSpecial: Bool) -> [Int32] {
        var merger = PairMerger(merges)
        return specials.tokens(of: text, parsing: parsingSpecial) { text, tokens in
            append(text, to: &tokens, &merger)
        }
    }

    private func append(_ text: String, to tokens: inout [Int32], _ merger: inout PairMerger) {
        let text = ScannedText(preTokenizer.composes ? CanonicalForm.composed(text) : text)
        var word: [Int32] = []
        text.bytes.withUnsafeBufferPointer { bytes in
            preTokenizer.forEachWord(of: text) { range in
                let slice = UnsafeBufferPointer(rebasing: bytes[range])
                if preTokenizer.prefersWholeWords, let token = table.number(of: slice) {
                    tokens.append(token)
                    return
                }
                word.removeAll(keepingCapacity: true)
                for byte in slice {
                    let token = byteTokens[Int(byte)]
                    if token >= 0 { word.append(token) }
                }
                merger.merge(&word)
                tokens.append(contentsOf: word)
            }
        }
    }

    /// Builds the table of merges, without those whose parts or result are not in the vocabulary: they
    /// can never be applied.
    private static func mergeTable(
        _ merges: [String],
        _ table: ByteStringTable
    ) throws(TokenizerError) -> MergeTable {
        var result = MergeTable(capacity: merges.count)
        for (rank, merge) in merges.enumerated() {
            let parts = merge.unicodeScalars.split(separator: " ", omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw .inconsistent(
                    found: "the merge “\(merge)” at rank \(rank)",
                    expected: "two tokens with a space between them"
                )
            }
            guard let left = ByteLevelAlphabet.bytes(of: parts[0]),
                let right = ByteLevelAlphabet.bytes(of: parts[1]),
                let leftToken = table.number(of: left), let rightToken = table.number(of: right),
                let token = table.number(of: left + right)
            else { continue }
            result.insert(leftToken, rightToken, rank: Int32(rank), result: token)
        }
        return result
    }
}
