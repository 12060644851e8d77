import Contract

/// Reads which styles of a workbook show a number as a date or as a code.
final class CellStyles: XMLHandler {
    /// How a style shows a number.
    enum Display: Equatable, Sendable {
        case number
        case date
        case time
        /// A number of hours and minutes that may exceed a day.
        case duration
        /// With a number of digits between fixed texts, as identifiers are often shown: `"D"000000`.
        case code(prefix: String, digits: Int, suffix: String)
    }

    private enum Place {
        static let sheet: XMLPaths.Place = 1
        static let formats: XMLPaths.Place = 2
        static let format: XMLPaths.Place = 3
        static let styles: XMLPaths.Place = 4
        static let style: XMLPaths.Place = 5
    }

    /// Excel itself allows 65,490.
    private static let limit = 100_000

    let paths = XMLPaths(
        [
            .init(XMLPaths.document, "styleSheet", Place.sheet),
            .init(Place.sheet, "numFmts", Place.formats),
            .init(Place.formats, "numFmt", Place.format),
            .init(Place.sheet, "cellXfs", Place.styles),
            .init(Place.styles, "xf", Place.style),
        ],
        capturing: []
    )
    private var formats: [Int: Display] = [:]
    private var styles: [Display] = []

    func display(_ style: Int) -> Display {
        styles.indices.contains(style) ? styles[style] : .number
    }

    func begin(
        _ place: XMLPaths.Place,
        attributes: XMLAttributes,
        line: Int
    ) throws(SubmissionError) {
        guard place == Place.format || place == Place.style else { return }
        let number = attributes.value(of: "numFmtId").flatMap { Int($0) } ?? 0
        if place == Place.style, styles.count < Self.limit {
            styles.append(formats[number] ?? Self.standard(number))
        } else if place == Place.format, formats.count < Self.limit {
            formats[number] = Self.display(ofFormat: attributes.text(of: "formatCode") ?? "")
        }
    }

    func end(_ place: XMLPaths.Place, text: UnsafeBufferPointer<UInt8>) throws(SubmissionError) {}

    /// The formats that a workbook need not spell (ECMA-376, part 1, 18.8.30).
    private static func standard(_ number: Int) -> Display {
        switch number {
        case 14...17, 22, 27...31, 36, 50...54, 57, 58: .date
        case 18...21, 32...35, 45, 47, 55, 56: .time
        case 46: .duration
        default: .number
        }
    }

    /// How a format shows a positive number.
    static func display(ofFormat code: String) -> Display {
        var letters = ""
        // The fixed texts before the first and after the last digit.
        var texts = [""]
        var isElapsed = false
        var rest = code[...]
        scan: while let character = rest.popFirst() {
            switch character {
            case ";": break scan
            case "\"":
                let text = rest.prefix { $0 != "\"" }
                texts[texts.count - 1] += text
                rest = rest.dropFirst(text.count + 1)
            case "\\": texts[texts.count - 1] += String(rest.popFirst() ?? " ")
            case "_", "*": rest = rest.dropFirst()
            case "[":
                let inside = rest.prefix { $0 != "]" }.lowercased()
                rest = rest.dropFirst(inside.count + 1)
                if let first = inside.first, inside.allSatisfy({ $0 == first }),
                    "hms".contains(first)
                {
                    isElapsed = true
                }
            default:
                if texts.count == 1 || texts.last != "" { texts.append("") }
                letters += character.lowercased()
            }
        }
        if isElapsed { return .duration }
        if letters.allSatisfy({ $0 == "0" }), texts.count == 2,
            letters.count > 1 || texts != ["", ""]
        {
            return .code(prefix: texts[0], digits: letters.count, suffix: texts[1])
        }
        if letters.contains("general") || letters.contains("0") || letters.contains("#") {
            return .number
        }
        if letters.contains("y") || letters.contains("d") { return .date }
        if letters.contains("h") || letters.contains("s") { return .time }
        return letters.contains("m") ? .date : .number
    }
}
