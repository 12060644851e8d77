/// Cleans and case-folds text and splits it into words and punctuation marks, before WordPiece.
///
/// ## Source
/// `BasicTokenizer` of BERT's `tokenization.py`.
struct BasicTokenizer: Sendable {
    let lowercases: Bool
    let stripsAccents: Bool
    let separatesIdeographs: Bool

    /// Calls `body` with the UTF-8 of each word and its number of scalars, until `body` returns false.
    func forEachWord(
        of text: String,
        _ body: (_ word: UnsafeBufferPointer<UInt8>, _ scalars: Int) -> Bool
    ) {
        var word: [UInt8] = []
        var scalars = 0
        var goesOn = true
        func endWord() {
            guard scalars > 0, goesOn else { return }
            goesOn = word.withUnsafeBufferPointer { body($0, scalars) }
            word.removeAll(keepingCapacity: true)
            scalars = 0
        }
        for scalar in (stripsAccents ? CanonicalForm.decomposed(text) : text).unicodeScalars {
            guard goesOn else { return }
            switch kind(of: scalar) {
            case .dropped:
                continue
            case .space:
                endWord()
            case .lone:
                endWord()
                scalars = append(scalar, to: &word)
                endWord()
            case .letter:
                scalars += append(scalar, to: &word)
            }
        }
        endWord()
    }

    /// How a scalar is treated.
    private enum Kind {
        /// Part of a word.
        case letter
        /// Ends a word and is not part of one.
        case space
        /// A word on its own.
        case lone
        case dropped
    }

    /// Appends the scalar, case-folded, and returns the number of scalars that it became.
    private func append(_ scalar: Unicode.Scalar, to word: inout [UInt8]) -> Int {
        if scalar.isASCII {
            let byte = UInt8(scalar.value)
            word.append(lowercases && (0x41...0x5A).contains(byte) ? byte | 0x20 : byte)
            return 1
        }
        guard lowercases else {
            word.append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? [])
            return 1
        }
        let folded = scalar.properties.lowercaseMapping
        word.append(contentsOf: folded.utf8)
        return folded.unicodeScalars.count
    }

    private func kind(of scalar: Unicode.Scalar) -> Kind {
        if scalar.isASCII { return Self.asciiKinds[Int(scalar.value)] }
        if separatesIdeographs, Self.isIdeograph(scalar) { return .lone }
        return switch scalar.properties.generalCategory {
        case .control, .format, .privateUse, .surrogate:
            .dropped
        case .spaceSeparator, .lineSeparator, .paragraphSeparator:
            .space
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
            .initialPunctuation, .finalPunctuation, .otherPunctuation:
            .lone
        case .nonspacingMark:
            stripsAccents ? .dropped : .letter
        default:
            scalar == "\u{FFFD}" ? .dropped : .letter
        }
    }

    /// The kinds of ASCII; all that is neither letter, digit, space nor control is punctuation.
    private static let asciiKinds: [Kind] = (0..<128).map { byte -> Kind in
        switch byte {
        case 0x09, 0x0A, 0x0D, 0x20: .space
        case 0x00...0x1F, 0x7F: .dropped
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: .letter
        default: .lone
        }
    }

    private static func isIdeograph(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F,
            0x2B740...0x2B81F, 0x2B820...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
            true
        default:
            false
        }
    }
}
