import Contract
import Fixtures
import TaxonomyFormats
import Testing

@Suite("Tables as vocabularies")
struct TableVocabularyTests {
    private let space: Workspace

    init() throws { space = try Workspace() }

    private static let table = """
        id,label,definition,synonyms,parents
        DOID:4,disease,"A disposition, to undergo processes",,
        DOID:2841,asthma,A bronchial disease,bronchial asthma|asthma bronchiale,DOID:4
        DOID:3083,copd,,,disease
        """

    @Test("a table whose rows name each other as parents is a vocabulary, called after its file")
    func concepts() throws {
        let file = try space.vocabulary(Self.table, as: "doid.csv")
        #expect(file.kind == .table)
        #expect(file.ownName == "doid")
        #expect(file.taxonomy.concepts.map(\.identifier) == ["DOID:4", "DOID:2841", "DOID:3083"])
        #expect(file.taxonomy.parents == [[], [0], [0]])
        #expect(file.taxonomy.concepts[1].synonyms == ["bronchial asthma", "asthma bronchiale"])
        #expect(
            file.notes.contains { $0.contains("2 of its 2 parents") && $0.contains("Inbox/place") }
        )
    }

    @Test("four fifths of the parents must be rows; less is a list that says so")
    func fourFifths() throws {
        let rows = (1...4).map { "X:\($0),Disease \($0),X:0" }.joined(separator: "\n")
        let four = "id,name,parent\nX:0,Diseases,\n\(rows)\nX:9,Other,elsewhere\n"
        #expect(try space.vocabulary(four, as: "a.csv").taxonomy.concepts.count == 6)
        let three = four.replacing("X:4,Disease 4,X:0", with: "X:4,Disease 4,elsewhere")
        let list = try space.list(three, as: "a.csv")
        #expect(list.notes.contains { $0.contains("3 of the 5 parents") })
        let tops = (10...19).map { "X:\($0),Top \($0)," }.joined(separator: "\n")
        let forced = try Submission.read(space.write(three + tops, as: "b.csv"), asVocabulary: true)
        guard case .vocabulary(let file) = forced else {
            Issue.record("not a vocabulary")
            return
        }
        #expect(file.problems.count == 2)
        let placed = try Submission.read(space.write(four, as: "c.csv"), asVocabulary: false)
        guard case .list = placed else {
            Issue.record("not a list")
            return
        }
    }

    @Test(
        "what cannot be a vocabulary is refused where one is expected",
        arguments: [
            ("Ring asthma\nStorm asthma\n", "a.txt"), ("Term,Definition\nRing asthma,x\n", "a.csv"),
            ("[\"Ring asthma\"]", "a.json"),
        ]
    )
    func shapeless(text: String, name: String) throws {
        let path = try space.write(text, as: name)
        do throws(SubmissionError) {
            _ = try Submission.read(path, asVocabulary: true)
            Issue.record("read")
        } catch {
            #expect(error.code == .unknownVocabularyShape)
            #expect(error.remedy.contains("id, name and parent"))
        }
    }

    @Test("CTD's tables, whose header stands in a comment, are MEDIC", arguments: [",", "\t"])
    func medic(separator: String) throws {
        let titles = [
            "# DiseaseName", "DiseaseID", "AltDiseaseIDs", "Definition", "ParentIDs", "TreeNumbers",
            "ParentTreeNumbers", "Synonyms", "SlimMappings",
        ]
        let rows = [
            ["Diseases", "MESH:C", "", "", "", "C", "", "", ""],
            [
                "Asthma", "MESH:D001249", "OMIM:600807", "A form of disorder", "MESH:C",
                "C08.127.108", "C08", "Bronchial Asthma|HUNTINGTON; HD", "Lung",
            ],
        ]
        let lines = ["# Report", "#", titles.joined(separator: separator), "#"]
        let text = (lines + rows.map { $0.joined(separator: separator) }).joined(separator: "\n")
        let file = try space.vocabulary(text, as: "CTD_diseases.csv")
        #expect(file.kind == .medic)
        let asthma = try #require(file.taxonomy.concepts.last)
        #expect(asthma.synonyms == ["Bronchial Asthma", "HUNTINGTON; HD"])
        #expect(asthma.treeNumbers == ["C08.127.108"])
        #expect(file.taxonomy.parents == [[], [0]])
    }
}
