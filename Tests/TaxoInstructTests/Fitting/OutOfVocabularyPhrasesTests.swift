import Inference
import TaxoInstruct
import Taxonomy
import Testing

@Suite("Phrases that are no terms")
struct OutOfVocabularyPhrasesTests {
    private func phrases(
        _ definitions: [String],
        count: Int = 100,
        seed: UInt64 = 1,
        isHidden: (Int) -> Bool = { _ in false }
    ) throws -> [String] {
        let taxonomy = try Taxonomy(
            concepts: definitions.enumerated().map { index, definition in
                Concept(
                    identifier: "\(index)",
                    name: index == 0 ? "Inner Chamber" : "Term\(index)",
                    definition: definition
                )
            },
            parents: definitions.map { _ in [] }
        )
        var generator = SplitMix64(seed: seed)
        return OutOfVocabularyPhrases(taxonomy).phrases(count, isHidden: isHidden, &generator)
    }

    @Test("they are pairs of long small words within a clause that hold no term")
    func pairs() throws {
        let found = try phrases(["Swelling of the inner chamber walls, often after long fever"])
        // “inner chamber” is a term; a comma ends a clause, short words and capitals end a pair.
        #expect(Set(found) == ["chamber walls", "often after", "after long", "long fever"])
    }

    @Test("where hundreds of headings are written in capitals, these are taken")
    func capitals() throws {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        let headings = (0..<400).map { "\(letters[$0 / 26])\(letters[$0 % 26])X" }
        let text = headings.map { "the \($0) of" }.joined(separator: ", ")
        let found = try phrases([text + ", small words here", "INNER CHAMBER, OF"])
        #expect(found.count == 100)
        #expect(found.allSatisfy { $0.count == 3 && $0.hasSuffix("x") })
    }

    @Test("hidden concepts are not read; the same seed draws the same phrases")
    func drawing() throws {
        let texts = ["alpha betas gammas", "deltas epsilon zetas"]
        #expect(try Set(phrases(texts) { $0 == 0 }) == ["deltas epsilon", "epsilon zetas"])
        #expect(try phrases(texts, count: 2) == phrases(texts, count: 2))
        #expect(try phrases(texts, count: 2).count == 2)
    }
}
