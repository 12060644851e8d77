/// The rules under which two spellings of a word are the same word.
///
/// A word becomes a form that its singular and plural share, and its British and American spelling.
/// The form is for comparison only and is often no word: “diseases” becomes “diseas”. What a rule
/// may do is limited by what it makes equal in MEDIC, MeSH and HPO: of their names, none becomes
/// equal to the name of another concept that means something else.
enum SpellingRules {
    /// The form that all spellings of a word share.
    ///
    /// - Parameters:
    ///   - word: Small letters.
    ///   - isCapital: Whether the word was written in capitals, so that a short one may be an
    ///     acronym, whose last letter is not a plural.
    /// - Returns: The shared form.
    static func form(_ word: [UInt8], isCapital: Bool = false) -> [UInt8] {
        guard word.count >= 4, !(isCapital && word.count < 6) else { return word }
        if let irregular = irregular[word] { return irregular }
        return american(singular(word))
    }

    private static func singular(_ word: [UInt8]) -> [UInt8] {
        let length = word.count
        func ends(_ ending: Ending) -> Bool { ending.ends(word) }
        func cut(_ count: Int, _ more: StaticString = "") -> [UInt8] {
            var cut = word
            cut.removeLast(count)
            more.withUTF8Buffer { cut.append(contentsOf: $0) }
            return cut
        }
        switch word[length - 1] {
        case UInt8(ascii: "s"):
            if ends("ies"), length >= 5 { return cut(3, "y") }
            if ends("itides") { return cut(3, "s") }
            if ends("sses") || ends("shes") || ends("zes") { return cut(2) }
            if ends("ches") { return cut(2) }
            if ends("xes") { return latin(cut(2)) }
            if ends("ices"), length >= 6 { return cut(2) }
            if length >= 5, ends("ses") || ends("sis") { return cut(2) }
            if ends("us") || ends("ss") || ends("is") { return word }
            return latin(cut(1))
        case UInt8(ascii: "e"):
            if length >= 5, ends("se") || ends("che") { return cut(1) }
            if length >= 5, ends("ae") { return cut(1) }
        case UInt8(ascii: "a"):
            if ends("mata"), length >= 6 { return cut(2) }
        case UInt8(ascii: "i"):
            if length >= 5 { return cut(1, "us") }
        default: break
        }
        return latin(word)
    }

    /// Gives a Latin singular the form of its plural: “varix” and “varices”, “ileum” and “ilea”.
    private static func latin(_ word: [UInt8]) -> [UInt8] {
        let length = word.count
        if length >= 5, Ending("ix").ends(word) || Ending("ex").ends(word) {
            return word[..<(length - 2)] + Array("ic".utf8)
        }
        if length >= 6, Ending("um").ends(word) { return word[..<(length - 2)] + Array("a".utf8) }
        return word
    }

    private static func american(_ word: [UInt8]) -> [UInt8] {
        let length = word.count
        guard length >= 5 else { return word }
        var result: [UInt8] = []
        result.reserveCapacity(length)
        var index = 0
        func at(_ text: StaticString) -> Bool {
            guard index + text.utf8CodeUnitCount <= length else { return false }
            return text.withUTF8Buffer { bytes in
                bytes.indices.allSatisfy { word[index + $0] == bytes[$0] }
            }
        }
        while index < length {
            let byte = word[index]
            switch byte {
            case UInt8(ascii: "a") where at("ae"), UInt8(ascii: "o") where at("oe"):
                index += 1
                continue
            case UInt8(ascii: "o") where length >= 6 && at("our"):
                result.append(byte)
                index += 2
                continue
            case UInt8(ascii: "z") where length >= 6 && index > 0:
                let before = word[index - 1]
                let isVerb = before == UInt8(ascii: "i") || before == UInt8(ascii: "y")
                result.append(isVerb ? UInt8(ascii: "s") : byte)
            case UInt8(ascii: "p") where index > 2 && at("ph") && endsInSul(result):
                result.append(UInt8(ascii: "f"))
                index += 2
                continue
            case UInt8(ascii: "c") where index == 3 && result == Array("leu".utf8):
                result.append(UInt8(ascii: "k"))
            case UInt8(ascii: "l") where length >= 7 && index + 5 >= length:
                // “labelled” and “labeled”, at the end of a word only.
                let rest = length - index
                let isDoubled =
                    rest == 4 && (at("lled") || at("ller")) || rest == 5 && at("lling")
                if !isDoubled { result.append(byte) }
            default: result.append(byte)
            }
            index += 1
        }
        return ended(result)
    }

    private static func endsInSul(_ word: [UInt8]) -> Bool { Ending("sul").ends(word) }

    /// Applies the rules for the end of a word: “centre”, “fibre” and “analogue”.
    private static func ended(_ word: [UInt8]) -> [UInt8] {
        let length = word.count
        if length >= 5, Ending("tre").ends(word) || Ending("bre").ends(word) {
            return word[..<(length - 2)] + Array("er".utf8)
        }
        if length >= 6, Ending("ogue").ends(word) { return Array(word[..<(length - 2)]) }
        return word
    }

    /// An end of words.
    private struct Ending: ExpressibleByStringLiteral {
        private let text: StaticString

        init(_ text: StaticString) { self.text = text }
        init(stringLiteral text: StaticString) { self.text = text }

        func ends(_ word: [UInt8]) -> Bool {
            let count = text.utf8CodeUnitCount
            guard count <= word.count else { return false }
            let start = word.count - count
            return text.withUTF8Buffer { bytes in
                for index in 0..<count where word[start + index] != bytes[index] { return false }
                return true
            }
        }
    }

    /// Plurals and spellings that follow no rule.
    private static let irregular: [[UInt8]: [UInt8]] = {
        let pairs = [
            "feet": "foot", "teeth": "tooth", "children": "child", "women": "woman", "men": "man",
            "lice": "louse", "mice": "mouse", "lens": "lens", "aids": "aids", "sars": "sars",
            "ganglion": "ganglia", "phenomenon": "phenomena", "mitochondrion": "mitochondria",
            "criterion": "criteria", "ovum": "ova", "grey": "gray", "mould": "mold",
            "neurone": "neuron", "neurones": "neuron", "programme": "program",
            "manoeuvre": "maneuver", "aluminium": "aluminum", "sceptic": "skeptic",
            "leukaemia": "leukemia", "leucaemia": "leukemia", "mucus": "mucus", "mucous": "mucous",
            "neoplasm": "tumor", "neoplasms": "tumor", "tumour": "tumor", "tumours": "tumor",
            "calves": "calf", "halves": "half", "feces": "feces", "faeces": "feces",
        ]
        return Dictionary(
            uniqueKeysWithValues: pairs.map { (Array($0.utf8), Array($1.utf8)) }
        )
    }()
}
