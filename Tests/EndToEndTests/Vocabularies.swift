import Foundation

/// State folders with vocabularies in them, made once and copied by each test.
actor Vocabularies {
    static let shared = Vocabularies()

    private var ready: Sandbox?

    /// A state folder in which the small MEDIC of the examples is loaded.
    func small() async throws -> URL {
        if let ready { return ready.state }
        let sandbox = try Sandbox()
        let file = sandbox.root.appending(path: "mini-medic.xml")
        try Checkout.example("mini-medic.xml").write(to: file)
        let end = try await sandbox.taxod("load", file.path())
        guard end.status == 0 else { throw Unready(errors: end.errors) }
        if ready == nil { ready = sandbox }
        return sandbox.state
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
