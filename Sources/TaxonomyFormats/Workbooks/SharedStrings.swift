import Contract

/// Reads the texts that the cells of a workbook share.
///
/// The runs of a formatted text are joined; the reading aids of Japanese texts are left out.
final class SharedStrings: XMLHandler {
    private enum Place {
        static let table: XMLPaths.Place = 1
        static let item: XMLPaths.Place = 2
        static let run: XMLPaths.Place = 3
        static let text: XMLPaths.Place = 4
    }

    let paths = XMLPaths(
        [
            .init(XMLPaths.document, "sst", Place.table),
            .init(Place.table, "si", Place.item),
            .init(Place.item, "t", Place.text),
            .init(Place.item, "r", Place.run),
            .init(Place.run, "t", Place.text),
        ],
        capturing: [Place.text]
    )
    /// The texts, cleaned, in their order.
    private(set) var texts: [String] = []
    private let fileName: String
    private let limits: ReadLimits
    private var item: [UInt8] = []
    private var bytes = 0

    init(fileName: String, limits: ReadLimits) {
        self.fileName = fileName
        self.limits = limits
    }

    func begin(
        _ place: XMLPaths.Place,
        attributes: XMLAttributes,
        line: Int
    ) throws(SubmissionError) {
        if place == Place.item { item.removeAll(keepingCapacity: true) }
    }

    func end(_ place: XMLPaths.Place, text: UnsafeBufferPointer<UInt8>) throws(SubmissionError) {
        switch place {
        case Place.text:
            item += text
            bytes += text.count
        case Place.item:
            texts.append(CellText.clean(item))
        default: break
        }
        guard bytes <= limits.listBytes, texts.count <= limits.cells else {
            throw SubmissionError(
                .fileTooLarge,
                at: .init(file: fileName),
                "the workbook has more than \(limits.listBytes) bytes or \(limits.cells) texts"
            )
        }
    }
}
