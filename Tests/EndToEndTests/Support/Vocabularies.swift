import Foundation
import Glibc

/// State folders with vocabularies in them, made once and copied by each test.
actor Vocabularies {
    static let shared = Vocabularies()

    /// Goes with the process.
    private static let folder: URL = {
        atexit { try? FileManager.default.removeItem(at: Vocabularies.folder) }
        return FileManager.default.temporaryDirectory.appending(path: "taxod-states-\(getpid())")
    }()

    /// A state folder in which the small MEDIC of the examples is loaded.
    func small() async throws -> URL {
        let ready = Self.folder.appending(path: "small")
        if FileManager.default.fileExists(atPath: ready.path()) { return ready }
        let sandbox = try Sandbox()
        let file = sandbox.root.appending(path: "mini-medic.xml")
        try Checkout.example("mini-medic.xml").write(to: file)
        let end = try await sandbox.taxod("load", file.path())
        guard end.status == 0 else { throw Unready(errors: end.errors) }
        try FileManager.default.createDirectory(
            at: Self.folder,
            withIntermediateDirectories: true
        )
        try FileManager.default.moveItem(at: sandbox.state, to: ready)
        return ready
    }

    struct Unready: Error {
        let errors: String
    }
}

/// A vocabulary in MEDIC's shape.
func medic(_ rows: [(identifier: String, name: String, parents: [String])]) -> String {
    let body = rows.map { row in
        """
        <Row><DiseaseName>\(row.name)</DiseaseName><DiseaseID>\(row.identifier)</DiseaseID>\
        <ParentIDs>\(row.parents.joined(separator: "|"))</ParentIDs></Row>
        """
    }
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<RowSet>\n"
        + body.joined(separator: "\n") + "\n</RowSet>\n"
}
