/// The rules by which a byte-level tokenizer splits text into words before it merges bytes.
///
/// Each is a hand-written equivalent of a regular expression over Unicode's general categories. Where
/// text is split depends only on the classes of its scalars; see ``ScannedText``.
package enum PreTokenizer: String, Hashable, Sendable, CaseIterable {
    /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
    case gpt2 = "gpt-2"
    /// Splits off each `\p{N}`, then splits the text between them as ``gpt2``.
    case smollm = "smollm"
    /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|`
    /// `\s*[\r\n]+|\s+(?!\S)|\s+`, on text in Unicode's form NFC.
    case qwen2 = "qwen2"
    /// Like ``qwen2`` with `\p{N}{1,3}`, on the text as it is; a word that is a token becomes that token
    /// without merging.
    case llamaBPE = "llama-bpe"

    /// Finds the rules by the name in a GGUF file's `tokenizer.ggml.pre`.
    ///
    /// - Parameter name: The name, or `nil` if the file has none; then the rules of GPT-2 apply.
    /// - Throws: ``TokenizerError/unknownPreTokenizer(name:)``.
    package init(named name: String?) throws(TokenizerError) {
        switch name {
        case nil, "gpt-2", "gpt2", "default": self = .gpt2
        case "smollm": self = .smollm
        case "qwen2", "deepseek-r1-qwen": self = .qwen2
        case "llama-bpe", "llama3", "llama-v3": self = .llamaBPE
        case .some(let name): throw .unknownPreTokenizer(name: name)
        }
    }

    /// Whether a word that is a token becomes that token without merging.
    var prefersWholeWords: Bool { self == .llamaBPE }

    /// Whether text is normalised to form NFC first.
    var composes: Bool { self == .qwen2 }

    /// Splits text into words, which joined together are the text.
    package func words(of text: String) -> [String] {
        let text = ScannedText(composes ? CanonicalForm.composed(text) : text)
        var words: [String] = []
        forEachWord(of: text) { range in
            words.append(String(decoding: text.bytes[range], as: UTF8.self))
        }
        return words
    }

    /// Calls `body` with the bytes of each word in turn.
    func forEachWord(of text: ScannedText, _ body: (Range<Int>) -> Void) {
        text.classes.withUnsafeBufferPointer { classes in
            var start = 0
            while start < classes.count {
                let end = wordEnd(from: start, in: text, classes)
                body(text.offset(start)..<text.offset(end))
                start = end
            }
        }
    }

    private func wordEnd(
        from start: Int,
        in text: ScannedText,
        _ classes: UnsafeBufferPointer<ScannedText.Class>
    ) -> Int {
        switch self {
        case .gpt2:
            return spacedWordEnd(from: start, to: classes.count, text, classes)
        case .smollm:
            if classes[start] == .number { return start + 1 }
            // A space before a digit is a word on its own, because the digit is split off first.
            var end = start
            while end < classes.count, classes[end] != .number { end += 1 }
            return spacedWordEnd(from: start, to: end, text, classes)
        case .qwen2:
            return prefixedWordEnd(from: start, digits: 1, text, classes)
        case .llamaBPE:
            return prefixedWordEnd(from: start, digits: 3, text, classes)
        }
    }

    /// GPT-2's rules on text that ends at `end`.
    private func spacedWordEnd(
        from start: Int,
        to end: Int,
        _ text: ScannedText,
        _ classes: UnsafeBufferPointer<ScannedText.Class>
    ) -> Int {
        if let contraction = text.contractionEnd(from: start, to: end, ignoringCase: false) {
            return contraction
        }
        var first = start
        if text.isSpace(start), start + 1 < end { first += 1 }
        if !classes[first].isWhitespace {
            return runEnd(of: classes[first], from: first, to: end, classes)
        }
        return whitespaceEnd(from: start, to: end, classes)
    }

    /// The rules that Qwen2 and LLaMA 3 share, with up to `digits` digits in a word.
    private func prefixedWordEnd(
        from start: Int,
        digits: Int,
        _ text: ScannedText,
        _ classes: UnsafeBufferPointer<ScannedText.Class>
    ) -> Int {
        let end = classes.count
        if let contraction = text.contractionEnd(from: start, to: end, ignoringCase: true) {
            return contraction
        }
        let own = classes[start]
        switch own {
        case .letter:
            return runEnd(of: .letter, from: start, to: end, classes)
        case .number:
            return runEnd(of: .number, from: start, to: min(end, start + digits), classes)
        case .other, .whitespace:
            if start + 1 < end, classes[start + 1] == .letter {
                return runEnd(of: .letter, from: start + 1, to: end, classes)
            }
        case .lineBreak:
            break
        }
        let first = text.isSpace(start) && start + 1 < end ? start + 1 : start
        if classes[first] == .other {
            let marks = runEnd(of: .other, from: first, to: end, classes)
            return runEnd(of: .lineBreak, from: marks, to: end, classes)
        }
        var run = start
        var lastBreak: Int?
        while run < end, classes[run].isWhitespace {
            if classes[run] == .lineBreak { lastBreak = run }
            run += 1
        }
        if let lastBreak { return lastBreak + 1 }
        return whitespaceEnd(from: start, to: end, classes)
    }

    private func runEnd(
        of kind: ScannedText.Class,
        from start: Int,
        to end: Int,
        _ classes: UnsafeBufferPointer<ScannedText.Class>
    ) -> Int {
        var run = start
        while run < end, classes[run] == kind { run += 1 }
        return run
    }

    /// `\s+(?!\S)|\s+`: a run of white space without its last character, which belongs to the next
    /// word.
    private func whitespaceEnd(
        from start: Int,
        to end: Int,
        _ classes: UnsafeBufferPointer<ScannedText.Class>
    ) -> Int {
        var run = start
        while run < end, classes[run].isWhitespace { run += 1 }
        return run == end || run == start + 1 ? run : run - 1
    }
}
