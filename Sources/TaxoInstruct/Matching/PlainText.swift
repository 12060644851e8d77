import Foundation

/// Text in the letters of ASCII, as far as it has an equal there.
///
/// Accents, ligatures and small figures become the plain letter or digit, apostrophes and dashes of
/// any shape become `'` and `-`, and a Greek letter becomes its name as a word of its own: “Sjögren”
/// becomes “Sjogren”, and “TNFα” “TNF alpha ”. The sharp s is two letters and no beta. Letters of
/// other scripts stay, in UTF-8. This needs all of Foundation: FoundationEssentials has no normal
/// forms.
enum PlainText {
    /// The name as it is written in form NFC, in which equal names have equal bytes.
    static func composed(_ text: String) -> String {
        isASCII(text) ? text : text.precomposedStringWithCanonicalMapping
    }

    static func bytes(of text: String) -> [UInt8] {
        if isASCII(text) { return Array(text.utf8) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 8)
        var greek: [Unicode.Scalar] = []
        func endGreek() {
            // A longer run is a word of the Greek language.
            if greek.count <= 2 {
                for letter in greek {
                    bytes.append(0x20)
                    bytes.append(contentsOf: (name(ofGreek: letter) ?? "").utf8)
                    bytes.append(0x20)
                }
            } else {
                for letter in greek { bytes.append(contentsOf: String(letter).utf8) }
            }
            greek.removeAll()
        }
        // Whether the letter before is one whose accents do not matter; in other scripts a mark may
        // be a vowel.
        var isPlain = false
        for scalar in text.decomposedStringWithCompatibilityMapping.unicodeScalars {
            if (0x300...0x36F).contains(scalar.value), isPlain || !greek.isEmpty { continue }
            if let letter = greekLetter(scalar) {
                greek.append(letter)
                continue
            }
            endGreek()
            isPlain = scalar.isASCII
            if let plain = replacements[scalar] {
                bytes.append(contentsOf: plain.utf8)
            } else if scalar.isASCII {
                bytes.append(UInt8(scalar.value))
            } else if scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                || scalar.properties.generalCategory == .nonspacingMark
            {
                bytes.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
            } else {
                bytes.append(0x20)
            }
        }
        endGreek()
        return bytes
    }

    private static func isASCII(_ text: String) -> Bool { text.utf8.allSatisfy { $0 < 0x80 } }

    /// The small letter, if the scalar is a Greek letter.
    private static func greekLetter(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        switch scalar.value {
        case 0x391...0x3A9: Unicode.Scalar(scalar.value + 0x20)
        case 0x3B1...0x3C9: scalar
        default: nil
        }
    }

    /// The names of the Greek letters, from alpha, with both forms of sigma.
    static let greekNames = [
        "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa",
        "lambda", "mu", "nu", "xi", "omicron", "pi", "rho", "sigma", "sigma", "tau", "upsilon",
        "phi", "chi", "psi", "omega",
    ]

    private static func name(ofGreek letter: Unicode.Scalar) -> String? {
        let index = Int(letter.value) - 0x3B1
        return greekNames.indices.contains(index) ? greekNames[index] : nil
    }

    /// Letters and signs that decomposition leaves alone.
    private static let replacements: [Unicode.Scalar: String] = [
        "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O",
        "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ł": "l", "Ł": "L",
        "ı": "i", "ħ": "h", "Ħ": "H",
        "’": "'", "‘": "'", "ʼ": "'", "ʹ": "'", "′": "'", "´": "'", "‛": "'", "`": "'",
        "\u{2010}": "-", "\u{2011}": "-", "\u{2012}": "-", "\u{2013}": "-", "\u{2014}": "-",
        "\u{2015}": "-", "\u{2212}": "-", "\u{2044}": "/", "\u{AD}": "", "\u{200B}": "",
        "\u{200C}": "", "\u{200D}": "", "\u{FEFF}": "",
    ]
}
