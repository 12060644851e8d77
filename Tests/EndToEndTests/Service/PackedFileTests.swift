import Foundation
import Testing

extension EndToEnd {
    /// Files that a library unpacks, in the confined reader.
    @Suite("Packed files", .enabled(if: Checkout.hasModels, "the default models are not there"))
    struct PackedFileTests {
        @Test("the confined reader takes a workbook, and tells which sheets it left out")
        func workbook() async throws {
            let sandbox = try Sandbox(holding: try await Vocabularies.shared.small())
            let golden = "Tests/TaxonomyFormatsTests/Golden/workbooks/openpyxl-sheets.xlsx"
            let file = Checkout.root.appending(path: golden).path()
            let end = try await sandbox.taxod("load", "--json", file)
            #expect(end.status == 0, "\(end.errors)")
            let lines = try JSON.lines(end.output)
            #expect(lines.first?["kind"].string == "list")
            let notes = lines.first?["notes"].array.compactMap(\.string) ?? []
            #expect(notes.contains { $0.contains("“More” (35 rows)") }, "\(notes)")
        }

        @Test("the confined reader loads a vocabulary out of a zip file")
        func vocabulary() async throws {
            let sandbox = try Sandbox()
            let source = Checkout.root.appending(path: "Inbox/_examples/mini-medic.xml")
            let file = sandbox.root.appending(path: "mini-medic.zip")
            let program =
                "import sys, zipfile; zipfile.ZipFile(sys.argv[1], 'w', 8).write(sys.argv[2])"
            let python = ["python3", "-I", "-c", program, file.path(), source.path()]
            #expect(try Checkout.run("/usr/bin/env", python).status == 0)
            let end = try await sandbox.taxod("load", file.path())
            #expect(end.status == 0, "\(end.errors)")
            #expect(end.text.contains("MEDIC"), "\(end.text)")
        }
    }
}
