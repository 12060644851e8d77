import Contract

/// The parts of a workbook by their paths, and the relations between them (ECMA-376, part 2).
struct WorkbookParts {
    static let remedy = "Open the workbook in Excel or LibreOffice and save it again as .xlsx."

    let archive: ZipArchive
    private let members: [String: ZipArchive.Member]

    /// - Throws: `malformedXML` if two parts have the same path.
    init(_ archive: ZipArchive) throws(SubmissionError) {
        self.archive = archive
        var members: [String: ZipArchive.Member] = [:]
        for member in archive.members {
            // Paths of parts are equal whatever their case.
            guard members.updateValue(member, forKey: member.path.lowercased()) == nil else {
                throw SubmissionError(
                    .malformedXML,
                    at: .init(file: archive.fileName),
                    "the workbook holds “\(Text.cut(member.path))” twice",
                    remedy: Self.remedy
                )
            }
        }
        self.members = members
    }

    /// The path of the main part: what the package names as its document, else `xl/workbook.xml`.
    func workbook() throws(SubmissionError) -> String {
        let document = try relations(of: "").values.first { $0.isOf("officeDocument") }
        return document?.target ?? "xl/workbook.xml"
    }

    /// The relations that a part names, by their identifiers; none if it has no file of relations.
    func relations(of part: String) throws(SubmissionError) -> [String: Relations.Relation] {
        var folders = part.split(separator: "/").map(String.init)
        let name = folders.popLast() ?? ""
        let path = (folders + ["_rels", "\(name).rels"]).joined(separator: "/")
        guard holds(path) else { return [:] }
        let relations = Relations(folder: folders)
        try parse(path, by: relations)
        return relations.byIdentifier
    }

    func holds(_ path: String) -> Bool { members[path.lowercased()] != nil }

    /// Parses a part.
    ///
    /// - Throws: `malformedXML` if it is missing, what the handler throws, or a fault in zip or XML.
    func parse(
        _ path: String,
        by handler: any XMLHandler,
        progress: (Double) -> Void = { _ in }
    ) throws(SubmissionError) {
        guard let member = members[path.lowercased()] else {
            throw SubmissionError(
                .malformedXML,
                at: .init(file: archive.fileName),
                "the workbook names the part “\(Text.cut(path))” and does not hold it",
                remedy: Self.remedy
            )
        }
        let reader = XMLReader(name: archive.fileName, limits: archive.limits) {
            _ throws(SubmissionError) in handler
        }
        let stream = try archive.stream(member)
        do throws(SubmissionError) {
            try reader.parse(stream, head: [], progress: progress)
        } catch {
            // A handler names no line, because the parts have hardly any line ends.
            guard let place = error.location, let line = place.line else { throw error }
            throw SubmissionError(
                error.code,
                at: .init(file: archive.fileName),
                "“\(Text.cut(path))”, line \(line), column \(place.column ?? 1): \(error.message)",
                remedy: Self.remedy
            )
        }
    }
}

/// Reads a file of relations.
final class Relations: XMLHandler {
    struct Relation: Sendable {
        let type: String
        /// A path inside the package, without “/” at the start.
        let target: String

        /// Whether the relation is of this type, whichever of the two standards names it.
        func isOf(_ type: String) -> Bool { self.type.hasSuffix("/\(type)") }
    }

    /// More than any workbook has; each is looked up, none is followed further.
    private static let limit = 10_000
    /// The most bytes of a relation; a longer one leads to no part.
    private static let lengthLimit = 4_000

    let paths = XMLPaths(
        [.init(XMLPaths.document, "Relationships", 1), .init(1, "Relationship", 2)],
        capturing: []
    )
    private(set) var byIdentifier: [String: Relation] = [:]
    private let folder: [String]

    /// - Parameter folder: The folder that relative targets start from.
    init(folder: [String]) {
        self.folder = folder
    }

    func begin(
        _ place: XMLPaths.Place,
        attributes: XMLAttributes,
        line: Int
    ) throws(SubmissionError) {
        guard place == 2, byIdentifier.count < Self.limit,
            attributes.value(of: "TargetMode") != "External",
            let identifier = attributes.value(of: "Id"), let type = attributes.value(of: "Type"),
            let target = attributes.value(of: "Target"),
            identifier.utf8.count + type.utf8.count + target.utf8.count < Self.lengthLimit
        else { return }
        byIdentifier[identifier] = Relation(type: type, target: path(target))
    }

    func end(_ place: XMLPaths.Place, text: UnsafeBufferPointer<UInt8>) throws(SubmissionError) {}

    private func path(_ target: String) -> String {
        var parts = target.hasPrefix("/") ? [] : folder
        for part in target.split(whereSeparator: { $0 == "/" || $0 == "\\" }) {
            switch part {
            case ".": break
            case "..": _ = parts.popLast()
            default: parts.append(String(part))
            }
        }
        return parts.joined(separator: "/")
    }
}
