import Contract
import Fixtures
import Taxonomy
import TaxonomyFormats
import Testing
import Workshop

@Suite("Queries of a vocabulary")
struct VocabularyQueriesTests {
    private let space: Workspace

    init() throws { space = try Workspace() }

    private func info(_ file: VocabularyFile) -> VocabularyInfo {
        VocabularyInfo(
            name: "MEDIC",
            kind: file.kind,
            version: file.sha256,
            sourceFile: file.fileName,
            loadedAt: "2026-01-01T00:00:00.000Z",
            counts: file.counts
        )
    }

    private func loaded(_ text: String) throws -> VocabularyQueries.Loaded {
        let file = try space.vocabulary(text)
        return .init(info: info(file), taxonomy: file.taxonomy)
    }

    private func more(_ count: Int, extra: [String]) -> String {
        let rows = (1...count).map { Fixture.row("N\($0)", "Disease \($0)", parents: "R") }
        return Fixture.medic([Fixture.row("R", "Diseases")] + rows + extra)
    }

    @Test("the first of its kind is loaded; only its orphans are asked about")
    func first() throws {
        let file = try space.vocabulary(more(9, extra: [Fixture.row("X", "Lone")]))
        let (role, plan) = try VocabularyQueries.plan(for: file, previous: nil)
        #expect(role == .vocabulary(name: "MEDIC"))
        #expect(plan.queries.map(\.identifier) == ["X"])
        #expect(plan.queries.map(\.hide) == [["X"]])
    }

    @Test("a version that holds half asks about its new concepts, hiding them")
    func version() throws {
        let previous = try loaded(more(9, extra: []))
        let file = try space.vocabulary(
            more(9, extra: [Fixture.row("X", "New", parents: "N3")])
        )
        let (role, plan) = try VocabularyQueries.plan(for: file, previous: previous)
        #expect(role == .version(of: previous.info))
        #expect(plan.queries.map(\.term) == ["New"])
        #expect(plan.queries[0].hide == ["X"])
        #expect(plan.queries[0].mappedTo == ["N3"])
        #expect(plan.queries[0].key == "q000001")
    }

    @Test("a version that loses more than a tenth is held until it is accepted")
    func shrunken() throws {
        let previous = try loaded(more(39, extra: []))
        let tenth = try space.vocabulary(more(35, extra: []))
        let (role, _) = try VocabularyQueries.plan(for: tenth, previous: previous)
        #expect(role == .version(of: previous.info))
        let fewer = try space.vocabulary(more(34, extra: []))
        do throws(SubmissionError) {
            _ = try VocabularyQueries.plan(for: fewer, previous: previous)
            Issue.record("taken")
        } catch {
            #expect(error.code == .shrunkenVocabulary)
            #expect(error.message.contains("5 of the 40"))
        }
        let accepted = try VocabularyQueries.plan(
            for: fewer,
            previous: previous,
            acceptsShrunken: true
        )
        #expect(accepted.role == .version(of: previous.info))
    }

    @Test("a file with less than half is records to be placed in what is loaded")
    func contribution() throws {
        let previous = try loaded(more(9, extra: []))
        let file = try space.vocabulary(
            Fixture.medic([
                Fixture.row("R", "Diseases"), Fixture.row("N1", "Disease 1", parents: "R"),
                Fixture.row("X", "New", parents: "N1"),
            ])
        )
        let (role, plan) = try VocabularyQueries.plan(for: file, previous: previous)
        #expect(role == .contribution(to: previous.info))
        #expect(plan.queries.map(\.identifier) == ["X"])
        #expect(plan.queries[0].mappedTo == ["N1"])
        #expect(plan.queries[0].hide.isEmpty)
        #expect(plan.reading.contains("2 known already"))
    }

    @Test("a larger stranger is loaded beside, under its own name")
    func stranger() throws {
        let previous = try loaded(more(3, extra: []))
        let rows = (1...9).map { Fixture.row("Y\($0)", "Other \($0)", parents: "Q") }
        let file = try space.vocabulary(
            Fixture.medic([Fixture.row("Q", "All")] + rows),
            as: "orpha.2026.xml"
        )
        let (role, plan) = try VocabularyQueries.plan(for: file, previous: previous)
        #expect(role == .vocabulary(name: "orpha"))
        #expect(plan.queries.isEmpty)
    }

    @Test("supplementary diseases are placed with NLM's mapping in the vocabulary's spelling")
    func supplementary() throws {
        func record(_ number: Int, _ recordClass: Int) -> String {
            """
            <SupplementalRecord SCRClass="\(recordClass)"><SupplementalRecordUI>C\(number)\
            </SupplementalRecordUI><SupplementalRecordName><String>Rare \(number)</String>\
            </SupplementalRecordName><HeadingMappedToList><HeadingMappedTo><DescriptorReferredTo>\
            <DescriptorUI>*D7</DescriptorUI></DescriptorReferredTo></HeadingMappedTo>\
            </HeadingMappedToList></SupplementalRecord>
            """
        }
        let file = try space.vocabulary(
            """
            <SupplementalRecordSet>\(record(1, 3))\(record(2, 1))\(record(3, 3))\
            </SupplementalRecordSet>
            """
        )
        let previous = try loaded(
            Fixture.medic([
                Fixture.row("R", "All"), Fixture.row("MESH:D7", "Gout", parents: "R"),
            ])
        )
        let (role, plan) = try VocabularyQueries.plan(for: file, previous: previous)
        #expect(role == .contribution(to: previous.info))
        #expect(plan.queries.map(\.term) == ["Rare 1", "Rare 3"])
        #expect(plan.queries.map(\.mappedTo) == [["MESH:D7"], ["MESH:D7"]])
        #expect(plan.reading.contains("1 of other classes"))
        #expect(throws: SubmissionError.self) {
            try VocabularyQueries.plan(for: file, previous: nil)
        }
    }

    @Test("an audit asks about every concept that has a parent")
    func audit() throws {
        let file = try space.vocabulary(more(3, extra: []))
        let (_, plan) = try VocabularyQueries.plan(for: file, previous: nil, audit: true)
        #expect(plan.queries.map(\.identifier) == ["N1", "N2", "N3"])
        #expect(plan.queries.allSatisfy { $0.task == .audit })
    }

    @Test("the counterpart is the newest of the kind, or of the name")
    func counterpart() throws {
        let medic = try loaded(more(2, extra: [])).info
        var other = medic
        other.name = "orpha"
        var mesh = medic
        mesh.kind = .mesh
        mesh.name = "MeSH"
        let all = [mesh, other, medic]
        #expect(try VocabularyQueries.counterpart(of: .medic, in: all) == medic)
        #expect(try VocabularyQueries.counterpart(of: .medic, name: "Orpha", in: all) == other)
        #expect(try VocabularyQueries.counterpart(of: .medic, name: "new", in: all) == nil)
        func supplementary(_ loaded: [VocabularyInfo]) throws -> VocabularyInfo? {
            try VocabularyQueries.counterpart(of: .meshSupplementary, in: loaded)
        }
        #expect(try supplementary([medic, mesh]) == mesh)
        // The one called MeSH, though another of its kind is newer.
        var part = mesh
        part.name = "desc2014-head"
        #expect(try supplementary([part, medic, mesh]) == mesh)
        #expect(throws: SubmissionError.self) { try supplementary([medic, other]) }
        #expect(try supplementary([]) == nil)
        #expect(try supplementary([medic]) == medic)
        #expect(
            try VocabularyQueries.counterpart(of: .meshSupplementary, configured: "MEDIC", in: all)
                == medic
        )
        #expect(try VocabularyQueries.counterpart(of: .mesh, in: [medic]) == nil)
    }
}
