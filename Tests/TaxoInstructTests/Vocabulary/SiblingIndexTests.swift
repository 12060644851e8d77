import Glibc
import TaxoInstruct
import Taxonomy
import Testing

@Suite("What set expansion looks up in names")
struct SiblingIndexTests {
    private static let concepts = [
        Concept(identifier: "MESH:1", name: "Long QT Syndrome 3"),
        Concept(identifier: "MESH:2", name: "Long QT Syndrome 15", synonyms: ["LQT15"]),
        Concept(
            identifier: "OMIM:3",
            name: "Neuropathy with Cataracts",
            definition: "A neuropathy."
        ),
        Concept(identifier: "none", name: "Neuropathy"),
    ]

    private func index() throws -> SiblingIndex {
        SiblingIndex(
            try Taxonomy(concepts: Self.concepts, parents: Self.concepts.map { _ in [] })
        )
    }

    @Test("heads end before what goes on with a name, numbers are no heads")
    func heads() throws {
        let index = try index()
        #expect(index.heads[0] == index.heads[1])
        #expect(index.heads[2] == index.heads[3])
        #expect(index.heads[0] != index.heads[2])
        #expect(index.longEndings[0] == index.longEndings[1])
        #expect(index.shortEndings[2] != index.shortEndings[0])
    }

    @Test("a family is a name without the numbers at its end, a source what identifiers begin with")
    func families() throws {
        let index = try index()
        #expect(index.families[0] == index.families[1])
        #expect(Set(index.families).count == 3)
        #expect(index.sources[0] == index.sources[1])
        #expect(Set(index.sources).count == 3)
    }

    @Test("generality counts the names that hold all words of one")
    func generality() throws {
        let index = try index()
        expectClose(index.generality, [0, 0, 0, log(2)], within: 1e-6)
        expectClose(index.logTerms, [log(2), log(3), log(2), log(2)], within: 1e-6)
    }

    @Test("documents have length 1, and a definition is part of its concept's")
    func documents() throws {
        let index = try index()
        for document in index.documents {
            let length = document.weights.reduce(0) { $0 + $1 * $1 }
            #expect(abs(length - 1) < 1e-5)
            #expect(document.words == document.words.sorted())
        }
        for concept in 0..<4 {
            let similarities = index.similarities(to: concept)
            #expect(abs(similarities[concept] - 1) < 1e-5)
            for other in 0..<4 {
                let cosine = SiblingIndex.cosine(
                    index.documents[concept],
                    index.documents[other]
                )
                #expect(abs(similarities[other] - cosine) < 1e-6)
            }
        }
        #expect(index.similarities(to: 0)[3] == 0)
        #expect(index.definitions.map(\.words.isEmpty) == [true, true, false, true])
    }

    @Test("parts of lists, and the weight of what they have in common")
    func parts() throws {
        #expect(SiblingIndex.isPart([1, 3], of: [0, 1, 2, 3]))
        #expect(!SiblingIndex.isPart([1, 4], of: [0, 1, 2, 3]))
        #expect(!SiblingIndex.isPart([], of: [1]))
        #expect(SiblingIndex.isPart([1], of: [1]) && !SiblingIndex.isProperPart([1], of: [1]))
        let index = try index()
        let (one, other) = (index.nameSets[0], index.nameSets[1])
        let common = Set(one).intersection(other).reduce(0) { $0 + index.weights[Int($1)] }
        #expect(abs(index.commonWeight(one, other) - common) < 1e-5)
        #expect(index.termWords(of: 1).count == 5)
    }
}
