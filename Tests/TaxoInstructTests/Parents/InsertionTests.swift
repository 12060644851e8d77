import Fixtures
import Inference
import TaxoInstruct
import Taxonomy
import Testing

@Suite("Insertion")
struct InsertionTests {
    /// Organs, each with a chronic and an acute class of four diseases whose names say so.
    private func vocabulary() throws -> Vocabulary {
        var names = ["Diseases"]
        var parents: [[Int]] = [[]]
        for organ in ["Heart", "Lung", "Kidney", "Liver", "Eye", "Skin", "Bone", "Brain"] {
            let top = names.count
            names.append("\(organ) Diseases")
            parents.append([0])
            for kind in ["Failure", "Cancer", "Injury"] {
                let class_ = names.count
                names.append("\(organ) \(kind)")
                parents.append([top])
                for form in ["Acute", "Chronic", "Infantile"] {
                    names.append("\(form) \(organ) \(kind)")
                    parents.append([class_])
                }
            }
            for single in ["Atrophy", "Dysplasia"] {
                names.append("\(organ) \(single)")
                parents.append([top])
            }
        }
        // One organ waits for the class of its failures.
        let top = names.count
        names.append("Nerve Diseases")
        parents.append([0])
        for name in [
            "Acute Nerve Failure", "Chronic Nerve Failure", "Infantile Nerve Failure",
            "Nerve Atrophy", "Nerve Dysplasia", "Nerve Cancer",
        ] {
            names.append(name)
            parents.append([top])
        }
        let taxonomy = try Taxonomy(
            concepts: names.map { Concept(identifier: $0, name: $0) },
            parents: parents
        )
        return try Sample.vocabulary(of: taxonomy)
    }

    @Test("the children that a new class's name covers move below it, the others stay")
    func moves() throws {
        let vocabulary = try vocabulary()
        let insertion = Insertion(vocabulary.view())
        func moved(_ term: String) throws -> [String] {
            let vector = try HashingEncoder().encode([term])
            let newcomer = Insertion.Newcomer(
                terms: [term],
                cosines: vocabulary.embeddings.cosines(with: vector)
            )
            let parent = try #require(vocabulary.taxonomy.index(ofIdentifier: "Nerve Diseases"))
            return insertion.children(of: newcomer, under: [parent])
                .map { vocabulary.taxonomy.concepts[$0.child].name }.sorted()
        }
        #expect(
            try moved("Nerve Failure")
                == ["Acute Nerve Failure", "Chronic Nerve Failure", "Infantile Nerve Failure"]
        )
        #expect(try moved("Nerve Oedema") == [])
    }

    @Test("a taxonomy that teaches nothing moves nothing")
    func flat() throws {
        let taxonomy = try Taxonomy(
            concepts: ["a", "b", "c"].map { Concept(identifier: $0, name: $0) },
            parents: [[], [0], [0]]
        )
        let vocabulary = try Sample.vocabulary(of: taxonomy)
        let newcomer = Insertion.Newcomer(
            terms: ["b"],
            cosines: vocabulary.embeddings.cosines(with: try HashingEncoder().encode(["b"]))
        )
        #expect(Insertion(vocabulary.view()).children(of: newcomer, under: [0]).isEmpty)
    }
}
