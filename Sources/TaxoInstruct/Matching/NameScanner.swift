/// Divides a name into runs of letters and runs of digits.
enum NameScanner {
    struct Piece {
        /// Small letters, or digits.
        var text: [UInt8]
        var isDigits: Bool
        /// Whether it has two or more letters, all capitals.
        var isCapital: Bool
        /// Whether nothing stands between it and the piece before.
        var isGlued: Bool
        /// Whether a comma, a bracket or the end of the name follows.
        var endsPart: Bool
    }

    static func pieces(of name: String) -> [Piece] {
        let bytes = PlainText.bytes(of: name)
        var pieces: [Piece] = []
        var index = 0
        var isGlued = false
        while index < bytes.count {
            let byte = bytes[index]
            if isDigit(byte) {
                let start = index
                while index < bytes.count, isDigit(bytes[index]) { index += 1 }
                pieces.append(
                    Piece(
                        text: Array(bytes[start..<index]),
                        isDigits: true,
                        isCapital: false,
                        isGlued: isGlued,
                        endsPart: false
                    )
                )
                isGlued = true
            } else if isLetter(byte) {
                pieces.append(word(bytes, &index, isGlued: isGlued))
                isGlued = true
            } else {
                isGlued = false
                if byte == UInt8(ascii: "&") { pieces.append(and) }
                if breaks.contains(byte), !pieces.isEmpty {
                    pieces[pieces.count - 1].endsPart = true
                }
                index += 1
            }
        }
        if !pieces.isEmpty { pieces[pieces.count - 1].endsPart = true }
        return pieces
    }

    /// Reads a run of letters, without its apostrophes, an “'s” or a “(s)” at its end.
    private static func word(_ bytes: [UInt8], _ index: inout Int, isGlued: Bool) -> Piece {
        var text: [UInt8] = []
        var capitals = 0
        func isLetterAt(_ place: Int) -> Bool { place < bytes.count && isLetter(bytes[place]) }
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "'") {
                index += 1
                let isPossessive =
                    index < bytes.count && bytes[index] | 0x20 == UInt8(ascii: "s")
                    && !isLetterAt(index + 1)
                if isPossessive { index += 1 }
                if !isLetterAt(index) { break }
                continue
            }
            guard isLetter(byte) else { break }
            let isCapital = (0x41...0x5A).contains(byte)
            if isCapital { capitals += 1 }
            text.append(isCapital ? byte | 0x20 : byte)
            index += 1
        }
        let plural = Array("(s)".utf8)
        if bytes[index...].starts(with: plural) { index += plural.count }
        return Piece(
            text: text,
            isDigits: false,
            isCapital: capitals > 1 && capitals == text.count,
            isGlued: isGlued,
            endsPart: false
        )
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20) && byte < 0x80 || byte >= 0x80
    }

    private static let breaks = Set(",;:()[]".utf8)
    private static let and = Piece(
        text: Array("and".utf8),
        isDigits: false,
        isCapital: false,
        isGlued: false,
        endsPart: false
    )
}
