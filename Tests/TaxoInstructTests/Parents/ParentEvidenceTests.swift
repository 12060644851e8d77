import Glibc
import TaxoInstruct
import Taxonomy
import Testing

@Suite("What the nearest concepts say")
struct ParentEvidenceTests {
    @Test("known concepts that have a parent are sought, nearest first, without what is excluded")
    func nearest() throws {
        let vocabulary = try Small.vocabulary()
        #expect(Small.search(in: vocabulary).nearest == [3, 4, 1, 2, 5])
        #expect(Small.search(in: vocabulary, excluding: [3, 2]).nearest == [4, 1, 5])
        #expect(Small.search(in: vocabulary, hiding: ["bbb"]).nearest == [2, 5])
        let few = ParentSearch(
            Small.search(in: vocabulary).probe,
            in: vocabulary.view(),
            excluding: [],
            nearest: 2
        )
        #expect(few.nearest == [3, 4])
    }

    @Test("what is excluded is counted where it is missing, and hidden concepts are not open")
    func excluded() throws {
        let search = Small.search(
            in: try Small.vocabulary(),
            hiding: ["ccc"],
            excluding: [1, 3, 4]
        )
        #expect(search.excludedBelow == [0: 3, 1: 2])
        #expect((0..<6).filter(search.isExcluded) == [1, 3, 4])
        #expect((0..<6).filter(search.isOpen) == [0])
    }

    @Test("votes are shares of the fourth power of nearness; parents get them, and what is above")
    func votes() throws {
        let evidence = ParentEvidence(Small.search(in: try Small.vocabulary()))
        let (d, e, b): (Float, Float, Float) = (0.4096, 0.1296, 0.0625)
        let total = d + e + b
        expectClose(evidence.votes, [b / total, (d + e) / total, 0, 0, 0, 0], within: 1e-6)
        expectClose(evidence.grandVotes, [(d + e) / total, 0, 0, 0, 0, 0], within: 1e-6)
        expectClose(evidence.below, [1, (d + e) / total, 0, 0, 0, 0], within: 1e-6)
        #expect(evidence.topVotes == [1, 2, 0, 0, 0, 0])
        expectClose(evidence.topBelow, [0.3, 0.2, 0, 0, 0, 0], within: 1e-6)
        expectClose(evidence.bestVoter, [0.5, 0.8, 0, 0, 0, 0], within: 1e-6)
        expectClose(evidence.childCosine, [0.5, 0.8, 0, -1, -1, -1], within: 1e-6)
    }

    @Test("the scores without a fit are the sums that they are said to be")
    func scores() throws {
        let vocabulary = try Small.vocabulary()
        let evidence = ParentEvidence(Small.search(in: vocabulary))
        // The sixth powers of the cosines of ddd, eee and bbb.
        let (d, e, b): (Float, Float, Float) = (0.262144, 0.046656, 0.015625)
        let total = d + e + b
        #expect(abs(evidence.meaningVotes[1] - (d + e) / total) < 1e-6)
        let quick =
            0.5 + 0.12 + 2 * evidence.votes[1] + 1.5 * (d + e) / total
            + 0.5 * evidence.grandVotes[1]
        #expect(abs(evidence.quick[1] - quick) < 1e-6)
        let wide =
            0.5 + 0.12 + evidence.votes[1] + (d + e) / total + 0.7 * 0.8
            + 0.5 * (d + e) / total / log(Float(5))
        #expect(abs(evidence.wide[1] - wide) < 1e-6)
    }

    @Test("definitions that mention the term count for the concept and for its parents")
    func mentions() throws {
        let vocabulary = try Small.vocabulary(definitions: [nil, nil, nil, "like an eee or fff"])
        let evidence = ParentEvidence(Small.search(in: vocabulary, term: "eee"))
        #expect(evidence.mentions == [0, 0, 0, 1, 0, 0])
        #expect(evidence.childMentions == [0, 1, 0, 0, 0, 0])
        // The one concept with the word is a child of bbb and below aaa.
        #expect(evidence.wordChildren == [0, 1, 0, 0, 0, 0])
        #expect(evidence.wordBelow == [1, 1, 0, 0, 0, 0])
        let excluded = ParentEvidence(Small.search(in: vocabulary, excluding: [3], term: "eee"))
        #expect(excluded.mentions.allSatisfy { $0 == 0 })
    }
}
