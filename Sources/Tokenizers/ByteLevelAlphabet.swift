/// The characters by which byte-level vocabularies spell bytes.
///
/// Visible characters of Latin-1 spell their own byte; the other bytes are spelled by characters from
/// U+0100 on, so that a space reads as `Ġ`.
///
/// ## Source
/// `bytes_to_unicode` of GPT-2's `encoder.py`.
enum ByteLevelAlphabet {
    /// The bytes that a token spells; `nil` if it contains any other character.
    static func bytes(of token: some Sequence<Unicode.Scalar>) -> [UInt8]? {
        var bytes: [UInt8] = []
        for scalar in token {
            guard scalar.value < byByte.count, let byte = byByte[Int(scalar.value)] else {
                return nil
            }
            bytes.append(byte)
        }
        return bytes
    }

    private static let byByte: [UInt8?] = {
        var table = [UInt8?](repeating: nil, count: 0x144)
        var shifted = 0x100
        for byte in UInt8.min...UInt8.max {
            switch byte {
            case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF:
                table[Int(byte)] = byte
            default:
                table[shifted] = byte
                shifted += 1
            }
        }
        return table
    }()
}
