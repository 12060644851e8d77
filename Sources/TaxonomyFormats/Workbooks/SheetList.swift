import Contract

/// Reads the main part of a workbook: its sheets in order, and how it counts days.
final class SheetList: XMLHandler {
    struct Sheet: Sendable {
        let name: String
        /// The identifier of the relation that leads to its part.
        let relation: String
        let isHidden: Bool

        /// Whether the name says that the sheet explains the others.
        var isNotes: Bool {
            let key = name.lowercased().filter { $0.isLetter }
            return [
                "readme", "instructions", "instruction", "notes", "about", "legend", "cover",
                "info",
                "help", "guidance", "guide", "key", "howto", "contents", "changelog",
                "exportsummary",
                "liesmich", "hinweise", "anleitung", "lisezmoi",
            ].contains(key)
        }
    }

    private enum Place {
        static let workbook: XMLPaths.Place = 1
        static let properties: XMLPaths.Place = 2
        static let sheets: XMLPaths.Place = 3
        static let sheet: XMLPaths.Place = 4
    }

    /// Further sheets are refused, because each is looked into.
    private static let limit = 256

    let paths = XMLPaths(
        [
            .init(XMLPaths.document, "workbook", Place.workbook),
            .init(Place.workbook, "workbookPr", Place.properties),
            .init(Place.workbook, "sheets", Place.sheets),
            .init(Place.sheets, "sheet", Place.sheet),
        ],
        capturing: []
    )
    private(set) var sheets: [Sheet] = []
    /// Whether day 0 is 1904-01-01, as Excel for Mac once counted.
    private(set) var countsFrom1904 = false
    private let fileName: String

    init(fileName: String) {
        self.fileName = fileName
    }

    func begin(
        _ place: XMLPaths.Place,
        attributes: XMLAttributes,
        line: Int
    ) throws(SubmissionError) {
        switch place {
        case Place.properties:
            countsFrom1904 = attributes.isTrue("date1904")
        case Place.sheet:
            guard sheets.count < Self.limit else {
                throw SubmissionError(
                    .fileTooLarge,
                    at: .init(file: fileName),
                    "the workbook has more than \(Self.limit) sheets",
                    remedy: "Save the sheet that is meant as a workbook of its own."
                )
            }
            sheets.append(
                Sheet(
                    name: Text.cut(
                        Text.clean(attributes.text(of: "name") ?? "Sheet\(sheets.count + 1)")
                    ),
                    relation: Text.cut(attributes.value(of: "id") ?? "", to: 1_000),
                    isHidden: (attributes.value(of: "state") ?? "visible") != "visible"
                )
            )
        default: break
        }
    }

    func end(_ place: XMLPaths.Place, text: UnsafeBufferPointer<UInt8>) throws(SubmissionError) {}
}

extension XMLAttributes {
    /// Whether the attribute is the XML spelling of true.
    func isTrue(_ name: String) -> Bool {
        let value = value(of: name)
        return value == "1" || value == "true"
    }

    /// The value of an attribute that holds text; libxml2 leaves “&” as a character reference.
    func text(of name: String) -> String? {
        value(of: name)?.replacing("&#38;", with: "&").replacing("&#60;", with: "<")
    }
}
