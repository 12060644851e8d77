/// Makes hostile files from good ones; the same seed gives the same files.
///
/// It knows the structure of what it changes: whole tokens of XML and JSON are dropped, doubled,
/// swapped, nested and replaced; binary headers get numbers that make readers overflow. Most
/// results are therefore well-formed enough to pass a reader's first checks.
struct Mutator {
    enum Structure: String, Sendable {
        case xml, json, lines, obo, packed, gguf, safetensors
    }

    private var random: SeededNumbers

    init(seed: UInt64) {
        random = SeededNumbers(seed: seed)
    }

    /// Changes a good file in one to four places.
    mutating func mutate(_ bytes: [UInt8], as structure: Structure) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            bytes = change(bytes, as: structure)
        }
        // Repeated doubling could make a file huge; the size limits of readers have tests of their
        // own.
        return Array(bytes.prefix(4 << 20))
    }

    private mutating func change(_ bytes: [UInt8], as structure: Structure) -> [UInt8] {
        guard !bytes.isEmpty else { return [chance(256)] }
        // One change in five ignores the structure.
        if chance(5) == 0 { return changeBlindly(bytes) }
        switch structure {
        case .xml: return join(changeTokens(Tokens.ofXML(bytes), by: Hostile.xml))
        case .json: return join(changeTokens(Tokens.ofJSON(bytes), by: Hostile.json))
        case .lines: return join(changeTokens(Tokens.ofLines(bytes), by: Hostile.lines))
        case .obo: return join(changeTokens(Tokens.ofWords(bytes), by: Hostile.obo))
        case .packed: return changeNumber(bytes, within: bytes.count, widths: [1, 2, 4])
        case .gguf: return changeNumber(bytes, within: 16_384)
        case .safetensors: return changeHeader(bytes)
        }
    }

    // MARK: Tokens

    private mutating func changeTokens(
        _ tokens: [ArraySlice<UInt8>],
        by hostile: [[UInt8]]
    ) -> [ArraySlice<UInt8>] {
        guard !tokens.isEmpty else { return [hostile[pick(hostile.count)][...]] }
        var tokens = tokens
        let place = pick(tokens.count)
        let other = pick(tokens.count)
        let length = min(1 + pick(8), tokens.count - place)
        switch pick(8) {
        case 0: tokens.removeSubrange(place..<(place + length))
        case 1: tokens.insert(contentsOf: tokens[place..<(place + length)], at: other)
        case 2: tokens.swapAt(place, other)
        case 3: tokens[place] = hostile[pick(hostile.count)][...]
        case 4: tokens.insert(hostile[pick(hostile.count)][...], at: place)
        case 5:
            // Deep nesting: the same few tokens again and again.
            let part = Array(tokens[place..<(place + length)])
            for _ in 0..<[2, 20, 300, 3_000][pick(4)] { tokens.insert(contentsOf: part, at: place) }
        case 6: tokens[place] = tokens[place] + tokens[other]
        default: tokens[place] = changeBlindly(Array(tokens[place]))[...]
        }
        return tokens
    }

    private func join(_ tokens: [ArraySlice<UInt8>]) -> [UInt8] {
        var bytes: [UInt8] = []
        for token in tokens where bytes.count < 4 << 20 { bytes += token }
        return bytes
    }

    // MARK: Bytes and numbers

    private mutating func changeBlindly(_ bytes: [UInt8]) -> [UInt8] {
        guard !bytes.isEmpty else { return bytes }
        var bytes = bytes
        let place = pick(bytes.count)
        switch pick(5) {
        case 0: bytes[place] = chance(256)
        case 1: bytes[place] ^= 1 << chance(8)
        case 2: bytes.removeSubrange(place...)
        case 3: bytes.removeSubrange(place..<min(place + 1 + pick(64), bytes.count))
        default:
            let end = min(place + 1 + pick(256), bytes.count)
            bytes.insert(contentsOf: bytes[place..<end], at: pick(bytes.count))
        }
        return bytes
    }

    /// Overwrites a few bytes of the head with a number that makes arithmetic overflow.
    private mutating func changeNumber(
        _ bytes: [UInt8],
        within head: Int,
        widths: [Int] = [4, 8]
    ) -> [UInt8] {
        var bytes = bytes
        let place = pick(min(head, bytes.count))
        let number = Hostile.numbers[pick(Hostile.numbers.count)]
        withUnsafeBytes(of: number.littleEndian) { value in
            for (index, byte) in value.prefix(widths[pick(widths.count)]).enumerated()
            where place + index < bytes.count { bytes[place + index] = byte }
        }
        return bytes
    }

    /// Changes the JSON header of a safetensors file and its length to match, or the length alone.
    private mutating func changeHeader(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count > 8 else { return changeBlindly(bytes) }
        let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(bytes.count - 8) else { return changeNumber(bytes, within: 8) }
        if pick(6) == 0 { return changeNumber(bytes, within: 8) }
        let end = 8 + Int(length)
        let header = join(changeTokens(Tokens.ofJSON(Array(bytes[8..<end])), by: Hostile.json))
        let size = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) }
        return size + header + bytes[end...]
    }

    private mutating func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }
    private mutating func chance(_ count: Int) -> UInt8 { UInt8(truncatingIfNeeded: pick(count)) }
}

/// Splits files into tokens, which a mutation moves as a whole.
enum Tokens {
    /// Tags, and the text between them.
    static func ofXML(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        split(bytes) { bytes, start in
            let end = bytes[start] == 0x3C ? UInt8(0x3E) : 0x3C
            let next = bytes[(start + 1)...].firstIndex(of: end) ?? bytes.count
            return min(end == 0x3E ? next + 1 : next, bytes.count)
        }
    }

    /// Strings, words and numbers, and single punctuation characters.
    static func ofJSON(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        split(bytes) { bytes, start in
            if bytes[start] == 0x22 {
                var end = start + 1
                while end < bytes.count, bytes[end] != 0x22 { end += bytes[end] == 0x5C ? 2 : 1 }
                return min(end + 1, bytes.count)
            }
            var end = start + 1
            func isWord(_ byte: UInt8) -> Bool {
                byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A
                    || (0x2B...0x39).contains(byte)
                        && byte != 0x2C
            }
            while isWord(bytes[start]), end < bytes.count, isWord(bytes[end]) { end += 1 }
            return end
        }
    }

    static func ofLines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        split(bytes) { bytes, start in
            (bytes[start...].firstIndex(of: 0x0A) ?? bytes.count - 1) + 1
        }
    }

    /// Lines, parted at each space behind which a word begins.
    static func ofWords(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        split(bytes) { bytes, start in
            var end = start + 1
            while end < bytes.count, bytes[end] != 0x20, bytes[end - 1] != 0x0A { end += 1 }
            return end
        }
    }

    private static func split(
        _ bytes: [UInt8],
        _ end: ([UInt8], Int) -> Int
    ) -> [ArraySlice<UInt8>] {
        var tokens: [ArraySlice<UInt8>] = []
        var start = 0
        while start < bytes.count {
            let next = end(bytes, start)
            tokens.append(bytes[start..<next])
            start = next
        }
        return tokens
    }
}

/// Numbers and fragments that have made readers fail.
enum Hostile {
    static let numbers: [UInt64] = [
        0, 1, 2, 3, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x1_0000, 0x7FFF_FFFF, 0x8000_0000,
        0xFFFF_FFFF, 1 << 32, 1 << 40, 1 << 61, 1 << 62, .max >> 1, 1 << 63, .max - 31, .max,
    ]

    private static func texts(_ texts: [String]) -> [[UInt8]] { texts.map { Array($0.utf8) } }

    private static let bad: [[UInt8]] = [
        [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0],
        [0xEF, 0xBB, 0xBF],
        [0xFE, 0xFF], [0xE2, 0x80, 0xAE], [0x1F, 0x8B, 8, 0],
    ]

    static let xml =
        bad
        + texts([
            "<", ">", "</", "<a>", "</a>", "<a/>", "&", "&amp;", "&lt;", "&x;", "&#0;",
            "&#x110000;",
            "&#xD800;", "<!--", "-->", "<![CDATA[", "]]>", "<?xml version='1.0'?>", "<?pi?>",
            "<!DOCTYPE a [<!ENTITY x 'y'>]>", "<!DOCTYPE a SYSTEM 'file:///etc/passwd'>",
            "<!DOCTYPE a [<!ENTITY % p SYSTEM 'file:///dev/zero'> %p;]>", "<!ENTITY a '&a;&a;'>",
            "<?xml version='1.0' encoding='UTF-16'?>", "<?xml version='1.0' encoding='x'?>",
            "<a xmlns:b='c' b:d='e' b:d='f'>",
            "<a b='" + String(repeating: "c", count: 70_000) + "'>",
            "|", "||", "MESH:D000001|MESH:D000001", "C01.001.001", ".", "-1", "\u{202E}", "\n", "",
            String(repeating: "<a>", count: 300), String(repeating: "x", count: 1_100_000),
            String(repeating: "&amp;", count: 5_000), "<Row>", "</Row>", "<RowSet>",
            "<DescriptorRecordSet>", "<SupplementalRecordSet>",
        ])

    static let json =
        bad
        + texts([
            "{", "}", "[", "]", ",", ":", "\"", "null", "true", "-", "-0", "1e999", "-1e999",
            "1e-999",
            "0.1", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "NaN",
            "Infinity", "\"\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u0000\"", "\"\\x\"",
            "\"seeds\"", "\"terms\"", "\"tree\"", "\"task\":\"grow\"", "\"parent\"", "\"child\"",
            "\"shape\"", "\"dtype\"", "\"data_offsets\"", "[0,18446744073709551615]", "\"BF16\"",
            "//", "/*", "\u{2028}", "\u{FEFF}", String(repeating: "[", count: 500),
            String(repeating: "{\"a\":", count: 500),
            "\"" + String(repeating: "n", count: 70_000) + "\"",
            String(repeating: "9", count: 400), "[[[[]]]]", "{\"a\":1,\"a\":2}", "\u{0301}",
        ])

    static let obo =
        bad
        + texts([
            "[Term]\n", "[Typedef]\n", "[Instance]\n", "[", "id: X:1\n", "id: X:2\n", "name: x\n",
            "is_a: X:3\n", "is_a: X:6\n", "is_a: Y:1\n", "is_a:\n", "is_obsolete: true\n",
            "replaced_by: X:5\n", "replaced_by: X:3\n", "alt_id: X:3\n", "ontology: y\n",
            "synonym: \"a\" EXACT []\n", "synonym: \"a\" ", "def: \"a\n", "\"", "\\", "\\\n",
            "\\\"", " {",
            " {a=\"b\"}", " {a=", "}", " ! ", "!\n", "[]", "[X:1", ":", "\n\n", "\r", "\t", "\n",
            "relationship: part_of X:1\n", "xref: http\\://a.b\n",
            "name: " + String(repeating: " {a=", count: 20_000) + "\n",
            "comment: " + String(repeating: "x", count: 1_100_000) + "\n",
            String(repeating: "\\\n", count: 2_000), String(repeating: "a\n", count: 3_000),
        ])

    static let lines =
        bad
        + texts([
            "\n", "\r\n", "\r", "\t", ",", ";", "\"", "\"\"", "\"a\nb\"", "a,b,c\n",
            "name,parent\n",
            "child\tparent\n", "\u{2028}", "\u{85}", "#", "[UNK]\n", "[PAD]\n", "##\n", "##a\n",
            String(repeating: "x", count: 70_000), String(repeating: "\n", count: 3_000),
            String(repeating: ",", count: 3_000), "\u{1F468}\u{200D}\u{1F469}\n", "[1]\n", "{\n",
        ])
}

/// A seeded generator of random numbers (SplitMix64), the same on every machine.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
