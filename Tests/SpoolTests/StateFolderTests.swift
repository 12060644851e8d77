import Files
import Testing

@Suite struct StateFolderTests {
    private let folder = TemporaryFolder()
    private var state: StateFolder { StateFolder(folder.path) }

    @Test("the names in the state folder are those that earlier versions wrote")
    func names() {
        let paths = [
            state.ledger, state.ledgerBeingRebuilt, state.audit, state.requests, state.taxonomies,
            state.configuration, state.modelHashes, state.lock,
        ]
        let names = paths.map { String($0.description.dropFirst(folder.path.count + 1)) }
        #expect(
            names == [
                "ledger.sqlite", "ledger.rebuilt.sqlite", "audit", "requests", "taxonomies",
                "configuration.json", "model-hashes.json", ".taxod.lock",
            ]
        )
    }

    @Test("a vocabulary version is ready once its vectors are written; without any none is")
    func readyVersions() throws {
        #expect(try state.readyVersions().isEmpty)
        for version in ["ready", "half-written"] { try folder.makeFolder("taxonomies/\(version)") }
        try folder.write("", to: "taxonomies/ready/embeddings.f32")
        #expect(try state.readyVersions() == ["ready"])
    }
}
