import Contract

/// Refuses text that is not UTF-8, and says how to save it so.
enum Encoding {
    private static let remedy =
        "Save the file as UTF-8: in Excel by “Save As › CSV UTF-8”, in Numbers by “Export To › CSV › "
        + "Unicode (UTF-8)”, in LibreOffice by “Save As › Edit filter settings”, in an editor by "
        + "“Save with encoding”"

    /// Checks that the bytes are UTF-8 without a zero byte.
    ///
    /// - Parameters:
    ///   - bytes: A whole file, or a piece of one that ends with a whole character.
    ///   - fileName: The name for messages.
    ///   - firstLine: The line of the first byte.
    /// - Throws: `wrongEncoding` with line and column; `unknownFormat` for data that are no text.
    static func check(
        _ bytes: [UInt8],
        fileName: String,
        firstLine: Int = 1
    ) throws(SubmissionError) {
        let isLittle = bytes.starts(with: [0xFF, 0xFE])
        if isLittle || bytes.starts(with: [0xFE, 0xFF]) {
            throw SubmissionError(
                .wrongEncoding,
                at: .init(file: fileName, line: 1, column: 1),
                "found the byte order mark of UTF-16, expected UTF-8",
                remedy: remedy(from: "UTF-16")
            )
        }
        if let zero = bytes.firstIndex(of: 0) {
            let zeros = bytes.prefix(1_000).indices.filter { bytes[$0] == 0 }
            let isWide = zeros.count * 3 > min(bytes.count, 1_000)
            let isOdd = zeros.count { $0 % 2 == 1 } * 2 > zeros.count
            throw SubmissionError(
                isWide ? .wrongEncoding : .unknownFormat,
                at: place(zero, in: bytes, fileName: fileName, firstLine),
                isWide
                    ? "every second byte is zero as in UTF-16, expected UTF-8"
                    : "found a zero byte, expected text: the file is of a kind that taxod does not know",
                remedy: isWide
                    ? remedy(from: isOdd ? "UTF-16LE" : "UTF-16BE")
                    : "Save the names as text in UTF-8 or as a table (.xlsx, .csv), and drop that."
            )
        }
        guard let fault = firstInvalid(bytes) else { return }
        let guess = likely(bytes)
        throw SubmissionError(
            .wrongEncoding,
            at: place(fault, in: bytes, fileName: fileName, firstLine),
            """
            found the byte 0x\([bytes[fault]].hexadecimal), which is not UTF-8 there; the file seems \
            to be in \(guess.name)
            """,
            remedy: remedy(from: guess.iconv)
        )
    }

    private static func remedy(from encoding: String) -> String {
        "\(remedy), or in a shell by `iconv -f \(encoding) -t UTF-8`; then drop it again."
    }

    /// The 8-bit encoding that the bytes most likely are in.
    ///
    /// Accented letters lie below 0xA0 in Mac Roman and above it in Windows-1252, which has
    /// quotation marks, dashes and a few capitals there.
    private static func likely(_ bytes: [UInt8]) -> (name: String, iconv: String) {
        let punctuation: Set<UInt8> = [0x80, 0x85, 0x91, 0x92, 0x93, 0x94, 0x96, 0x97, 0x99]
        let low = bytes.count { (0x80..<0xA0).contains($0) && !punctuation.contains($0) }
        let high = bytes.count { $0 >= 0xC0 }
        return low > high ? ("Mac Roman", "MACINTOSH") : ("Windows-1252", "WINDOWS-1252")
    }

    private static func place(
        _ index: Int,
        in bytes: [UInt8],
        fileName: String,
        _ firstLine: Int
    ) -> SubmissionError.Location {
        let before = bytes[..<index]
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        return .init(
            file: fileName,
            line: before.count { $0 == 0x0A } + firstLine,
            column: bytes[lineStart..<index].count { $0 & 0xC0 != 0x80 } + 1
        )
    }

    /// The position of the first byte that is not valid UTF-8; `nil` if all are.
    private static func firstInvalid(_ bytes: [UInt8]) -> Int? {
        if String(validating: bytes, as: UTF8.self) != nil { return nil }
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var index = 0
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let scalar): index += scalar.count
            case .error, .emptyInput: return min(index, bytes.count - 1)
            }
        }
    }
}
