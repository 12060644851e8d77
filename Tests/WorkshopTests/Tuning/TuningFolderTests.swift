import Contract
import Fixtures
import Inference
import TaxoInstruct
import Testing
import Training
import Workshop

@Suite("The folder of a training")
struct TuningFolderTests {
    private let space: Workspace

    init() throws { space = try Workspace() }

    private func note(_ change: (inout TuningNote) -> Void = { _ in }) -> TuningNote {
        var note = TuningNote(
            taxonomy: "T",
            version: "v",
            base: AdapterCard.Origin(name: "m", sha256: "s"),
            hidden: [],
            heldOut: [],
            encoderSHA256: "e",
            settingsSHA256: "s",
            method: "1",
            recipe: Recipe()
        )
        change(&note)
        return note
    }

    @Test("a folder is empty, then holds an unfinished training of the same note")
    func standing() throws {
        let folder = try TuningFolder("\(space.path)/out")
        guard case .empty = try folder.standing(note()) else {
            Issue.record("a new folder is empty")
            return
        }
        try folder.begin(note(), rows: [])
        guard case .unfinished = try folder.standing(note()) else {
            Issue.record("a training that was begun is unfinished")
            return
        }
    }

    @Test("another training is refused, and the first difference is named")
    func difference() throws {
        let folder = try TuningFolder("\(space.path)/out")
        try folder.begin(note(), rows: [])
        let error = #expect(throws: CommandError.self) {
            _ = try folder.standing(note { $0.recipe.epochs += 1 })
        }
        #expect(error?.description.contains("recipe.epochs") == true)
    }

    @Test("rows that were changed since are refused")
    func rows() throws {
        let folder = try TuningFolder("\(space.path)/out")
        try folder.begin(note(), rows: [])
        _ = try space.write("{}\n", as: "out/rows.jsonl")
        let error = #expect(throws: CommandError.self) { _ = try folder.standing(note()) }
        #expect(error?.description.contains("rows.jsonl") == true)
    }

    @Test("a second training in the same folder has to wait: try later")
    func busy() throws {
        let folder = try TuningFolder("\(space.path)/out")
        let error = #expect(throws: CommandError.self) {
            _ = try TuningFolder("\(space.path)/out")
        }
        withExtendedLifetime(folder) {}
        guard case .busy = error else {
            Issue.record("found \(String(describing: error))")
            return
        }
    }

    @Test("a folder that cannot be made is the disk's fault")
    func unwritable() throws {
        let file = try space.write("", as: "file")
        let error = #expect(throws: CommandError.self) { _ = try TuningFolder("\(file)/out") }
        guard case .disk = error else {
            Issue.record("found \(String(describing: error))")
            return
        }
    }
}
