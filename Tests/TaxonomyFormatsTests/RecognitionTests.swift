import Contract
import Fixtures
import FoundationEssentials
import TaxonomyFormats
import Testing

/// Files that are not read, and what is said of them.
private enum ForeignFiles {
    private static let html = "<html><head><title>Verify</title></head></html>"

    /// Text, name, code, words of the message, words of the remedy.
    static let texts: [(String, String, SubmissionError.Code, String, String)] = [
        ("<!DOCTYPE html>\n\(html)", "a.xml", .unknownFormat, "a web page", "download"),
        ("\u{FEFF}\n <!doctype HTML>\n\(html)", "a.csv", .unknownFormat, "a web page", "download"),
        ("<HTML><BODY>x</BODY></HTML>", "a.json", .unknownFormat, "a web page", "download"),
        (
            "<?xml version=\"1.0\"?><!-- x -->\(html)", "a.xml", .unknownFormat, "a web page",
            "download"
        ),
        ("<html><table/></html>", "a.xls", .unknownFormat, "called a workbook", "Save As"),
        ("404: Not Found", "a.csv", .unknownFormat, "web server", "download"),
        (
            "<Error><Code>AccessDenied</Code></Error>", "a.xml", .unknownFormat, "web server",
            "download"
        ),
        (
            "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "a.csv",
            .unknownFormat, "Git LFS", "git lfs pull"
        ),
        ("%PDF-1.7 x", "a.pdf", .unknownFormat, "a PDF document", "plain text"),
        ("{\\rtf1\\ansi Asthma\\par}", "a.txt", .unknownFormat, "RTF", "plain text"),
        ("\\documentclass{article}\n", "a.txt", .unknownFormat, "LaTeX", "plain text"),
        ("#!/bin/sh\necho\n", "a", .unknownFormat, "a program", "Drop"),
        ("SQLite format 3\0x", "a.db", .unknownFormat, "SQLite", "CSV"),
        ("PAR1\u{15}\u{4}", "a.parquet", .unknownFormat, "Parquet", "CSV"),
        ("\u{7F}ELF\u{2}", "a", .unknownFormat, "a program", "Drop"),
        ("MZ\0\0", "a.exe", .unknownFormat, "a program", "Drop"),
        ("GIF89a", "a.gif", .unknownFormat, "a picture", "text file"),
        ("<svg xmlns='x'/>", "a.svg", .unknownFormat, "a picture", "text"),
        (
            String(repeating: "x", count: 257) + "ustar\0", "a.tar.gz", .unknownFormat, "tar",
            "Unpack"
        ),
        ("From: a@b\nSubject: terms\n\nAsthma\n", "a.eml", .unknownFormat, "an e-mail", "attached"),
        ("@article{x,\n", "a.bib", .unknownFormat, "BibTeX", "articles"),
        ("PMID- 1\n", "a.txt", .unknownFormat, "MEDLINE", "articles"),
        ("CREATE TABLE t (x);\n", "a.sql", .unknownFormat, "SQL", "CSV"),
        ("[InternetShortcut]\nURL=x\n", "a.url", .unknownFormat, "shortcut", "browser"),
        (
            "\(String(repeating: "0", count: 64))  terms.csv\n", "SHA256SUMS", .unknownFormat,
            "checksums", ".sha256"
        ),
        (
            "SHA256 (terms.csv) = \(String(repeating: "0", count: 64))\n", "a.txt", .unknownFormat,
            "checksums", ".sha256"
        ),
        (
            "<http://id.nlm.nih.gov/mesh/D1> <http://x#label> \"Asthma\"@en .\n", "mesh.nt",
            .unknownVocabularyShape, "N-Triples", "desc"
        ),
        (
            "# x\n@prefix skos: <http://x#> .\n", "a.ttl", .unknownVocabularyShape, "Turtle",
            "CTD_diseases.xml"
        ),
        (
            "<?xml version=\"1.0\"?>\n<rdf:RDF xmlns:rdf=\"x\"/>", "a.owl", .unknownVocabularyShape,
            "OWL, SKOS", "table"
        ),
        ("<Ontology xmlns=\"x\"/>", "a.owx", .unknownVocabularyShape, "OWL", "table"),
        (
            "Prefix(:=<http://x>)\nOntology(<http://x>\n", "a.ofn", .unknownVocabularyShape, "OWL",
            "table"
        ),
        (
            "<!DOCTYPE QualifierRecordSet SYSTEM 'x'><QualifierRecordSet/>", "qual.xml",
            .unknownVocabularyShape, "qualifiers", "desc"
        ),
        (
            "<PharmacologicalActionSet/>", "pa.xml", .unknownVocabularyShape, "pharmacological",
            "desc"
        ),
        ("<DescriptorRecord/>", "d.xml", .unknownVocabularyShape, "a single record", "whole file"),
        ("*NEWRECORD\nRECTYPE = D\n", "d2026.bin", .unknownVocabularyShape, "ASCII", "desc"),
        (
            "Body Regions;A01\nAbdomen;A01.923.047\n", "mtrees.bin", .unknownVocabularyShape,
            "tree numbers", "desc"
        ),
        ("<Workbook xmlns='x'/>", "a.xls", .unknownFormat, "Excel 2003", "Save As"),
        ("<TEI/>", "a.xml", .unknownVocabularyShape, "<TEI>", "CTD_diseases.xml"),
    ]

    static let office: [(String, [String], String, String)] = [
        ("a.docx", ["[Content_Types].xml", "word/document.xml"], "(.docx)", "plain text"),
        ("a.pptx", ["[Content_Types].xml", "ppt/presentation.xml"], "slides", "plain text"),
        ("a.xlsb", ["[Content_Types].xml", "xl/workbook.bin"], "(.xlsb)", "Save As"),
        ("a.numbers", ["Index/Document.iwa", "preview.jpg"], "Numbers", "Export To"),
        ("a.pages", ["Index/Document.iwa"], "Pages", "plain text"),
    ]
}

@Suite("What a file is")
struct RecognitionTests {
    private let space: Workspace

    init() throws { space = try Workspace() }

    @Test(
        "each kind of file that is not read has its own sentence and remedy",
        arguments: ForeignFiles.texts
    )
    func text(
        text: String,
        name: String,
        code: SubmissionError.Code,
        found: String,
        remedy: String
    )
        throws
    {
        for (bytes, name) in [
            (Array(text.utf8), name), (try Gzip.pack(Array(text.utf8)), "\(name).gz"),
        ] {
            let fault = try #require(space.fault(bytes, as: name), "\(name)")
            #expect(fault.code == code, "\(name): \(fault)")
            #expect(fault.message.contains(found), "\(name): \(fault)")
            #expect(fault.remedy.contains(remedy), "\(name): \(fault)")
        }
    }

    @Test(
        "files of office programs are told apart by what they hold",
        arguments: ForeignFiles.office
    )
    func office(name: String, parts: [String], found: String, remedy: String) throws {
        let fault = try #require(
            space.fault(Zip.pack(parts.map { Zip.Member($0, "x") }), as: name)
        )
        #expect(fault.code == .unknownFormat)
        #expect(fault.message.contains(found) && fault.remedy.contains(remedy), "\(fault)")
    }

    @Test("OpenDocument is told apart by its mimetype")
    func openDocument() throws {
        for (type, found) in [("spreadsheet", "(.ods)"), ("text", ".odt")] {
            let zip = Zip.pack([
                Zip.Member("mimetype", "application/vnd.oasis.opendocument.\(type)"),
                Zip.Member("content.xml", "<x/>"),
            ])
            #expect(space.fault(zip, as: "a.ods")?.message.contains(found) == true)
        }
    }

    @Test("old Office files are told apart by their names, and locked workbooks are told of")
    func ole() throws {
        let bytes: [UInt8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0, 0]
        for (name, found) in [
            ("a.xls", "Excel 97 to 2003"), ("a.xlsx", "password"), ("a.doc", "old Office program"),
        ] {
            let fault = try #require(space.fault(bytes, as: name))
            #expect(fault.code == .unknownFormat && fault.message.contains(found), "\(fault)")
        }
    }

    @Test("text that is not UTF-8 is refused with its place, its likely encoding and a way out")
    func encoding() throws {
        let cases: [([UInt8], String, Int, Int, String)] = [
            ([0xFF, 0xFE, 0x61, 0], "UTF-16", 1, 1, "-f UTF-16 "),
            ([0x61, 0, 0x62, 0, 0x0A, 0], "UTF-16", 1, 2, "UTF-16LE"),
            ([0, 0x61, 0, 0x62, 0, 0x0A], "UTF-16", 1, 1, "UTF-16BE"),
            (
                Array("gout\nSj".utf8) + [0xF6] + Array("gren".utf8), "Windows-1252", 2, 3,
                "WINDOWS-1252"
            ),
            (Array("gout\nSj".utf8) + [0x9A] + Array("gren".utf8), "Mac Roman", 2, 3, "MACINTOSH"),
        ]
        for (bytes, found, line, column, remedy) in cases {
            let fault = try #require(space.fault(bytes, as: "a.csv"))
            #expect(fault.code == .wrongEncoding)
            #expect(fault.message.contains(found), "\(fault)")
            #expect(fault.location?.line == line && fault.location?.column == column, "\(fault)")
            #expect(fault.remedy.contains("CSV UTF-8") && fault.remedy.contains(remedy), "\(fault)")
        }
    }

    @Test(
        "a file without ending is read if its text looks like a list",
        arguments: [
            "Thunderstorm asthma\nPopcorn lung\n", "gout", "# seeds\nLong COVID\n",
            "term\tnote\ngout\tA sentence that ends. And goes on for many, many words, as notes do.\n",
            "Diabetes mellitus, type 2\nFever of unknown origin\nN.O.S. disease\n",
            "{\"term\": \"gout\"}",
        ]
    )
    func list(text: String) {
        #expect(space.fault(text, as: "terms") == nil)
    }

    @Test(
        "a file without ending that is no list is refused with words",
        arguments: [
            "This archive holds the files of the release.\n\nSee LICENSE for terms.\nContact: a@b.org\n",
            "4913", "123\n456\n", "all: build\n\tswift build\n",
            """
            Permission is hereby granted, free of charge, to any person obtaining a copy
            of this software and associated documentation files (the "Software"), to deal
            in the Software without restriction, including without limitation the rights
            """,
            "name = \"x\"\nversion = \"1\"\n",
            "2026-12-01 10:00 started.\n2026-12-01 10:01 stopped.\n",
        ]
    )
    func noList(text: String) throws {
        let fault = try #require(space.fault(text, as: "README"))
        #expect(fault.code == .unknownFormat)
        #expect(fault.message.contains("does not look like a list"))
        #expect(fault.remedy.contains(".txt"))
    }

    @Test("names of terms that begin like other files are terms")
    func similar() {
        for text in [
            "BM failure\n", "MZ twins\n", "PAR1 deficiency\n", "From: asthma to COPD\n",
            "Prefix syndrome\n", "Asthma;C08.127.108\n", "404 syndrome\n",
            "Not found in MeSH disease\n",
            "BZh91 syndrome\n", "[obsolete] gout\n", "ID3 deficiency\n", "Received: wisdom\n",
        ] { #expect(space.fault(text, as: "a.txt") == nil, "\(text)") }
    }
}

@Suite(
    "Dropped files of the field test",
    .enabled(if: SharedData.path != nil, "no shared data here")
)
struct DroppedFileTests {
    private func refusal(_ name: String) -> SubmissionError? {
        do throws(SubmissionError) {
            _ = try Submission.read("\(SharedData.path ?? "")/dropped/\(name)")
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "they are refused with words",
        arguments: [
            ("14f_obo.obo", "1 of 1 records"), ("14g_obo.txt", "records"),
            ("19a_utf16.txt", "UTF-16"),
            ("19b_cp1252.txt", "Windows-1252"), ("20f_trailing_garbage.txt.gz", "gzip"),
            ("20g_terms.xlsx", "names no sheet"), ("20h_double.txt.gz", "inside a packed file"),
            ("20k.pdf", "PDF"), ("20n_textedit.rtf", "RTF"), ("21a_captcha.xml.gz", "web page"),
            ("21b_captcha_lower.xml.gz", "web page"), ("21d_lfs_pointer.xml", "Git LFS"),
            ("21f_mesh.nt.gz", "N-Triples"), ("21g_owl.owl", "OWL"), ("21h_qual.xml", "qualifiers"),
            ("21i_pa.xml", "pharmacological"), ("21j_mtrees2026.bin", "mtrees"),
            ("21k_d2026.bin", "ASCII"), ("README", "does not look like a list"),
            ("SHA256SUMS", "checksums"),
        ]
    )
    func refused(name: String, words: String) throws {
        let fault = try #require(refusal(name))
        #expect(fault.message.contains(words), "\(fault)")
        #expect(fault.isPermanent)
    }

    @Test(
        "they are read",
        arguments: [
            "20a_list.txt.bz2", "20b_list.txt.xz", "20c_list.zip", "20d_multimember.txt.gz",
            "20e_list.gz", "20i_notgz.txt.gz", "20j_list.txt.bz2.csv", "20l_real.xlsx",
            "20o_desc.zip",
            "20q_desc.xml.bz2",
        ]
    )
    func read(name: String) { #expect(refusal(name) == nil) }
}
