import Contract

/// What a zip file is: a workbook, or one packed file.
enum ZipContent {
    /// A workbook of Excel 2007 or later.
    case workbook
    case file(ZipArchive.Member)
}

extension ZipArchive {
    /// Tells what the archive is by what it holds.
    ///
    /// - Throws: `unknownFormat` for a file of another program, and for an archive of several files
    ///   or of none.
    func content() throws(SubmissionError) -> ZipContent {
        let location = SubmissionError.Location(file: fileName)
        let paths = Set(members.map { $0.path.lowercased() })
        let isOffice = paths.contains("[content_types].xml") || paths.contains("_rels/.rels")
        if isOffice, paths.contains(where: { $0.hasSuffix("workbook.xml") }) { return .workbook }
        if let foreign = try foreign(paths, isOffice: isOffice) {
            throw foreign.error(at: location)
        }
        guard let first = members.first else {
            throw SubmissionError(
                .unknownFormat,
                at: location,
                "the zip file holds no file",
                remedy: "Pack the file again, or drop it unpacked."
            )
        }
        guard members.count == 1 else {
            let names = members.prefix(3).map { "“\(Text.cut($0.path, to: 60))”" }
            let rest = members.count > 3 ? " …" : ""
            throw SubmissionError(
                .unknownFormat,
                at: location,
                """
                the zip file holds \(members.count) files (\(names.joined(separator: ", "))\(rest)), \
                expected one
                """,
                remedy: "Unpack it and drop each file by itself."
            )
        }
        return .file(first)
    }

    private func foreign(
        _ paths: Set<String>,
        isOffice: Bool
    ) throws(SubmissionError) -> ForeignFormat? {
        func holds(_ suffix: String) -> Bool { paths.contains { $0.hasSuffix(suffix) } }
        if isOffice {
            if holds("xl/workbook.bin") {
                return .init(found: "a binary workbook (.xlsb)", remedy: ForeignFormat.saveSheet)
            }
            if holds("word/document.xml") {
                return .init(found: "a word-processor file (.docx)", remedy: ForeignFormat.saveText)
            }
            if holds("ppt/presentation.xml") {
                return .init(found: "slides (.pptx)", remedy: ForeignFormat.saveText)
            }
        }
        if holds(".iwa") || paths.contains("index.zip") {
            return FileNames.baseExtension(fileName) == "pages"
                ? .init(found: "a word-processor file (Pages)", remedy: ForeignFormat.saveText)
                : .init(
                    found: "a file of Apple's Numbers, Pages or Keynote",
                    remedy: "Choose “Export To” Excel or CSV (UTF-8) there, and drop that."
                )
        }
        guard paths.contains("content.xml") || paths.contains("meta-inf/container.xml"),
            let type = members.first(where: { $0.path.lowercased() == "mimetype" })
        else { return nil }
        let mimetype = try text(of: type)
        if mimetype.contains("spreadsheet") {
            return .init(
                found: "a sheet of OpenDocument (.ods)",
                remedy: ForeignFormat.saveSheet
            )
        }
        return mimetype.contains("epub")
            ? .init(found: "a book (EPUB)", remedy: ForeignFormat.saveText)
            : .init(
                found: "a document of OpenDocument (such as .odt)",
                remedy: ForeignFormat.saveText
            )
    }

    /// The first 128 bytes of a member.
    private func text(of member: Member) throws(SubmissionError) -> String {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 128, alignment: 16)
        defer { buffer.deallocate() }
        let count = try stream(member).read(into: buffer)
        return String(decoding: buffer[..<count], as: UTF8.self)
    }
}
