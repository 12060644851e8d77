import Contract

/// A kind of file that people drop and taxod does not read, with what to do instead.
struct ForeignFormat {
    /// What the file is, as in “found a web page”.
    let found: String
    let remedy: String
    var code = SubmissionError.Code.unknownFormat
    /// Whether a file is of this kind.
    var test: @Sendable (FileHead) -> Bool = { _ in false }

    func error(at location: SubmissionError.Location) -> SubmissionError {
        let expected =
            code == .unknownFormat
            ? "a vocabulary or a list"
            : "MEDIC, MeSH, an ontology in OBO, OBO Graphs, OWL or SKOS, or a list"
        return SubmissionError(
            code,
            at: location,
            "found \(found), expected \(expected)",
            remedy: remedy
        )
    }

    /// The first kind of the table that the file is of.
    static func of(_ head: FileHead) -> ForeignFormat? { all.first { $0.test(head) } }

    /// The kinds in the order in which they are tried.
    private static let all = packed + documents + data + texts + vocabularies

    // MARK: Packed once more, or by something else

    private static let packed: [ForeignFormat] = [
        .init(
            found: "a packed file inside a packed file",
            remedy: "Unpack it once and drop what comes out."
        ) { Packing($0.bytes) != nil },
        .init(
            found: "an archive of a kind that taxod does not unpack (7z, rar, tar, zstd, lz4)",
            remedy: "Unpack it and drop the file itself, plain or as .gz, .xz, .bz2 or .zip."
        ) {
            $0.begins(0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C) || $0.has("Rar!\u{1A}\u{7}")
                || $0.has("ustar", at: 257) || $0.begins(0x28, 0xB5, 0x2F, 0xFD)
                || $0.begins(0x04, 0x22, 0x4D, 0x18) || $0.begins(0x1F, 0x9D)
                || $0.has("!<arch>\n") || $0.begins(0x5D, 0, 0)
        },
    ]

    // MARK: Documents and spreadsheets

    static let saveSheet = "Open it and choose “Save As” .xlsx or “CSV UTF-8”, then drop that."
    static let saveText =
        "Open it and save it as plain text in UTF-8, one name a line, or put the names into a "
        + "table (.xlsx, .csv)."

    private static let documents: [ForeignFormat] = [
        .init(
            found: "a workbook that is protected by a password",
            remedy: "Open it in Excel, remove the password (File › Info › Protect), and save it."
        ) { $0.isOLE && $0.ending.hasPrefix("xlsx") },
        .init(found: "a workbook of Excel 97 to 2003 (.xls)", remedy: saveSheet) {
            $0.isOLE && ["xls", "xlt", "xla"].contains($0.ending)
        },
        .init(
            found: "a file of an old Office program (.xls, .doc, .ppt, .msg)",
            remedy: "Open it and choose “Save As” .xlsx, “CSV UTF-8” or plain text, then drop that."
        ) { $0.isOLE },
        .init(found: "a PDF document", remedy: saveText) { $0.has("%PDF-") },
        .init(found: "a word-processor file (RTF)", remedy: saveText) { $0.has("{\\rtf") },
        .init(found: "a PostScript or LaTeX document", remedy: saveText) {
            $0.has("%!PS") || $0.opens("\\documentclass", "\\begin{document}")
        },
        .init(
            found: "a picture",
            remedy: "Write the names into a text file or a table (.xlsx, .csv), and drop that."
        ) {
            $0.begins(0x89, 0x50, 0x4E, 0x47) || $0.begins(0xFF, 0xD8, 0xFF) || $0.has("GIF87a")
                || $0.has("GIF89a") || $0.has("II*\0") || $0.has("MM\0*") || $0.has("WEBP", at: 8)
                || $0.has("ftyphei", at: 4) || $0.has("BM") && $0.isBinary
        },
    ]

    // MARK: Data and programs

    private static let data: [ForeignFormat] = [
        .init(
            found: "a database or data frame (SQLite, Parquet, Arrow, HDF5, NumPy, R)",
            remedy: "Export the table that is meant as CSV in UTF-8, and drop that."
        ) {
            $0.has("SQLite format 3\0")
                || $0.has("PAR1") && ($0.bytes.dropFirst(4).first ?? 32) < 32
                || $0.has("ARROW1\0") || $0.has("HDF\r\n", at: 1) || $0.has("NUMPY", at: 1)
                || $0.has("RDX2\n") || $0.has("RDX3\n") || $0.has("Standard Jet DB", at: 4)
                || $0.has("Standard ACE DB", at: 4)
        },
        .init(
            found: "a program",
            remedy:
                "Drop a vocabulary (MEDIC, MeSH, OBO, OWL …) or a list (.json, .jsonl, .txt, .csv, "
                + ".tsv, .xlsx)."
        ) {
            $0.has("\u{7F}ELF") || $0.has("MZ") && $0.isBinary || $0.has("#!/")
                || $0.begins(0xCA, 0xFE, 0xBA, 0xBE) || $0.begins(0xCF, 0xFA, 0xED, 0xFE)
        },
    ]

    // MARK: Texts that are no list

    private static let texts: [ForeignFormat] = [
        .init(
            found: "a web page that is called a workbook",
            remedy: saveSheet
        ) { $0.ending.hasPrefix("xls") && $0.isWebPage },
        .init(
            found: "a web page",
            remedy: "The download gave a page in place of the file (a login, a captcha, an error). "
                + "Open the address in a browser, save the file itself, and drop that."
        ) { $0.isWebPage },
        .init(
            found: "the error message of a web server",
            remedy: "The address of the download is wrong or closed; download the file again."
        ) { head in
            head.lines.count == 1
                && head.text.firstMatch(
                    of:
                        /^(?:[45]\d\d[: ]+)?(?:not found|forbidden|access denied|bad gateway|internal server error|service unavailable|unauthorized)\W*$/
                ) != nil
        },
        .init(
            found: "a pointer of Git LFS in place of the file",
            remedy: "Run `git lfs pull` where the file was cloned, and drop the real file."
        ) { $0.opens("version https://git-lfs.github.com/spec/") },
        .init(
            found: "a list of checksums",
            remedy:
                "Name it NAME.sha256 if it belongs to a file NAME; it holds no names of concepts."
        ) { head in
            // The last line may be cut short.
            let lines = head.lines.count > 1 ? head.lines.dropLast() : head.lines[...]
            return !lines.isEmpty
                && lines.allSatisfy {
                    $0.wholeMatch(
                        of: /[0-9a-f]{32,128}[ \t]+\*?\S.*|(?:md5|sha\d+) \(.+\) = [0-9a-f]+/
                    )
                        != nil
                }
        },
        .init(
            found: "an e-mail",
            remedy:
                "Save what is attached to it, or copy its names into a text file, and drop that."
        ) {
            $0.opens("mime-version:", "received:", "return-path:", "delivered-to:", "from:")
                && $0.text.contains("\nsubject:")
        },
        .init(
            found: "references to literature (BibTeX, RIS, MEDLINE)",
            remedy: "taxod reads names of concepts, not articles."
        ) { $0.text.firstMatch(of: /^(?:@[a-z]+\s*\{|ty {2}- |pmid ?- )/) != nil },
        .init(
            found: "an SQL script",
            remedy: "Export the table that is meant as CSV in UTF-8, and drop that."
        ) {
            $0.opens(
                "create table ",
                "insert into ",
                "-- mysql dump",
                "--\n-- postgresql",
                "pragma "
            )
        },
        .init(
            found: "a shortcut to a web page",
            remedy: "Open the address in a browser, save the file itself, and drop that."
        ) { $0.opens("[internetshortcut]", "[desktop entry]") },
    ]

    // MARK: Vocabularies of another kind

    private static let convertOWL =
        "Convert it, for example by `robot convert --input FILE --output FILE.owl` or in Protégé by "
        + "“Save as › RDF/XML”, and drop that."
    private static let meshXML =
        "Drop NLM's XML instead: descYYYY.xml (or .gz, .zip), or suppYYYY.xml."

    private static let vocabularies: [ForeignFormat] = [
        .init(
            found: "an ontology in OWL (functional or Manchester syntax)",
            remedy: convertOWL,
            code: .unknownVocabularyShape
        ) {
            $0.text.firstMatch(of: /^(?:prefix\(\S*=<|ontology\(<|prefix: \S* ?<|ontology: <)/)
                != nil
        },
        .init(
            found: "MeSH in NLM's ASCII format",
            remedy: meshXML,
            code: .unknownVocabularyShape
        ) { $0.opens("*newrecord") },
        .init(
            found: "the tree numbers of MeSH (mtrees.bin)",
            remedy: meshXML,
            code: .unknownVocabularyShape
        ) { head in
            let lines = head.lines.dropLast(head.bytes.count < 1_024 ? 0 : 1)
            return !lines.isEmpty
                && (head.ending == "bin" || head.name.lowercased().hasPrefix("mtrees")
                    || head.opens("body regions;a01"))
                && lines.allSatisfy { $0.wholeMatch(of: /.+;[a-z]\d\d(?:\.\d{3})*/) != nil }
        },
    ]

    // MARK: XML

    /// The kind of an XML file, told by its root element, if it is a known one of another kind.
    static func ofXML(root: String) -> ForeignFormat? {
        switch root.lowercased() {
        case "ontology":
            .init(
                found: "an ontology in OWL/XML",
                remedy: convertOWL,
                code: .unknownVocabularyShape
            )
        case "rdf":
            .init(
                found: "RDF whose namespace is not that of RDF",
                remedy: "Write the namespace \(RDFXMLReader.namespace) into the root element.",
                code: .unknownVocabularyShape
            )
        case "qualifierrecordset":
            .init(
                found: "the qualifiers of MeSH, which are no diseases",
                remedy: meshXML,
                code: .unknownVocabularyShape
            )
        case "pharmacologicalactionset":
            .init(
                found: "the pharmacological actions of MeSH",
                remedy: meshXML,
                code: .unknownVocabularyShape
            )
        case "descriptorrecord", "supplementalrecord":
            .init(
                found: "a single record of MeSH",
                remedy: "Drop the whole file, or put the record between "
                    + "<DescriptorRecordSet> and </DescriptorRecordSet> (or SupplementalRecordSet).",
                code: .unknownVocabularyShape
            )
        case "workbook":
            .init(found: "a workbook in the XML of Excel 2003", remedy: saveSheet)
        case "document", "document-content":
            .init(
                found: "a document of an office program in XML",
                remedy: "Open it and choose “Save As” .xlsx, “CSV UTF-8” or plain text."
            )
        case "pubmedarticleset", "pubmedarticle":
            .init(
                found: "articles of PubMed",
                remedy: "taxod reads names of concepts, not articles."
            )
        case "error":
            .init(
                found: "the error message of a web server",
                remedy: "The address of the download is wrong or closed; download the file again."
            )
        case "svg": .init(found: "a picture (SVG)", remedy: saveText)
        default: nil
        }
    }
}

extension FileHead {
    /// The container of Office files before 2007, and of encrypted ones since (MS-CFB, 2.2).
    fileprivate var isOLE: Bool { begins(0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1) }

    fileprivate var isWebPage: Bool {
        opens("<!doctype html", "<html", "<head>", "<body", "<script", "<title>", "<meta ")
    }
}
