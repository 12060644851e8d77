import Glibc
import TaxoInstruct
import Taxonomy
import Testing

@Suite("Words of terms and definitions")
struct WordIndexTests {
    private func index() throws -> WordIndex {
        let taxonomy = try Taxonomy(
            concepts: [
                Concept(identifier: "0", name: "Heart Disorders", synonyms: ["Cardiac Disorder"]),
                Concept(identifier: "1", name: "Allergies", definition: "A heart may race."),
                Concept(identifier: "2", name: "Stenosis"),
            ],
            parents: [[], [], []]
        )
        return WordIndex(Lexicon(taxonomy), taxonomy)
    }

    @Test("a plural is the word that it is the plural of, and “stenosis” is none")
    func stems() throws {
        let index = try index()
        #expect(index.words(of: "disorder") == index.words(of: "disorders"))
        #expect(index.words(of: "allergy") == index.words(of: "Allergies"))
        #expect(index.words(of: "stenosis") != [nil] && index.words(of: "stenosi") == [nil])
        #expect(index.words(of: "virus") == [nil])
        #expect(index.words(of: "Disorders, Heart") == index.words(of: "heart disorder"))
    }

    @Test("a rare word weighs more, and one that no term holds most")
    func weights() throws {
        let index = try index()
        let (heart, disorder) = (index.words(of: "heart")[0], index.words(of: "disorder")[0])
        // Four terms; “heart” stands in one of them, “disorder” in two.
        #expect(abs(index.weight(of: heart) - log(5)) < 1e-6)
        #expect(abs(index.weight(of: disorder) - log(2.5)) < 1e-6)
        #expect(index.weight(of: nil) == log(5))
    }

    @Test("similarity is the cosine of the weighted sets of words, of the nearest term")
    func similarity() throws {
        let index = try index()
        var best: [Float] = [0, 0, 0.25]
        index.raise(&best, by: index.words(of: "heart disorder heart"))
        #expect(abs(best[0] - 1) < 1e-6)
        #expect(best[1] == 0 && best[2] == 0.25)
        var half: [Float] = [0, 0, 0]
        index.raise(&half, by: index.words(of: "unheard disorder"))
        let (rare, common) = (log(Float(5)), log(Float(2.5)))
        let length = rare * rare + common * common
        // The synonym “Cardiac Disorder” is as near as the name.
        #expect(abs(half[0] - common * common / length) < 1e-6)
    }

    @Test("a word leads to the concepts with it in a term, and to those with it in a definition")
    func postings() throws {
        let index = try index()
        let heart = try #require(index.words(of: "heart")[0])
        let disorder = try #require(index.words(of: "disorder")[0])
        #expect(Array(index.concepts(with: heart)) == [0])
        #expect(Array(index.concepts(with: disorder)) == [0])
        #expect(Array(index.definitions(with: heart)) == [1])
        #expect(WordIndex.distinct([3, 1, 3, 2, 1]) == [3, 1, 2])
    }
}
