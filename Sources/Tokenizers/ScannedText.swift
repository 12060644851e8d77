/// Text as UTF-8 with the class of every scalar, which is all that a ``PreTokenizer`` needs.
struct ScannedText {
    enum Class: UInt8 {
        /// `\p{L}`
        case letter
        /// `\p{N}`
        case number
        /// `[\r\n]`
        case lineBreak
        /// `\s` without `[\r\n]`
        case whitespace
        /// `[^\s\p{L}\p{N}]`
        case other

        var isWhitespace: Bool { self == .whitespace || self == .lineBreak }
    }

    let bytes: [UInt8]
    private(set) var classes: [Class] = []
    /// Where each scalar begins; `nil` for ASCII text, where that is its index.
    private var offsets: [Int]?

    init(_ text: String) {
        var text = text
        bytes = text.withUTF8 { Array($0) }
        classes.reserveCapacity(bytes.count)
        if bytes.allSatisfy({ $0 < 0x80 }) {
            for byte in bytes { classes.append(Self.asciiClasses[Int(byte)]) }
        } else {
            var starts: [Int] = []
            starts.reserveCapacity(bytes.count)
            var offset = 0
            for scalar in text.unicodeScalars {
                starts.append(offset)
                classes.append(Self.classify(scalar))
                offset += UTF8.width(scalar)
            }
            offsets = starts
        }
    }

    /// Where a scalar begins, in bytes; for the number of scalars, the end of the text.
    func offset(_ scalar: Int) -> Int {
        guard let offsets else { return scalar }
        return scalar == offsets.count ? bytes.count : offsets[scalar]
    }

    /// Whether the scalar is U+0020, the only white space that can begin a word.
    func isSpace(_ scalar: Int) -> Bool { bytes[offset(scalar)] == UInt8(ascii: " ") }

    /// The end of `'s|'t|'re|'ve|'m|'ll|'d` at `start`; `nil` if there is none.
    func contractionEnd(from start: Int, to end: Int, ignoringCase: Bool) -> Int? {
        let first = offset(start)
        guard bytes[first] == UInt8(ascii: "'") else { return nil }
        let limit = offset(end)
        func byte(_ index: Int) -> UInt8 {
            guard first + index < limit else { return 0 }
            let byte = bytes[first + index]
            return ignoringCase && (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
        }
        switch (byte(1), byte(2)) {
        case (UInt8(ascii: "s"), _), (UInt8(ascii: "t"), _), (UInt8(ascii: "m"), _),
            (UInt8(ascii: "d"), _):
            return start + 2
        case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
            (UInt8(ascii: "l"), UInt8(ascii: "l")):
            return start + 3
        case (0xC5, 0xBF) where ignoringCase:
            // U+017F, the long s, equals s when case is ignored.
            return start + 2
        default:
            return nil
        }
    }

    private static let asciiClasses: [Class] = (0..<128).map { classify(Unicode.Scalar(UInt8($0))) }

    private static func classify(_ scalar: Unicode.Scalar) -> Class {
        if scalar == "\r" || scalar == "\n" { return .lineBreak }
        return switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            .letter
        case .decimalNumber, .letterNumber, .otherNumber:
            .number
        default:
            scalar.properties.isWhitespace ? .whitespace : .other
        }
    }
}
