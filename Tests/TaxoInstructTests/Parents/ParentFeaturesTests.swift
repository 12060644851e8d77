import Fixtures
import Glibc
import TaxoInstruct
import Taxonomy
import Testing

@Suite("What the ranker reads of a candidate parent")
struct ParentFeaturesTests {
    private func rows(
        of candidates: [Concept.Index],
        _ search: ParentSearch
    ) -> [[String: Float]] {
        let posterior = search.view.discriminant.posterior(
            of: search.probe.vector,
            excluding: search.excluded.sorted(),
            search.view.lineage
        )
        let rows = ParentFeatures.rows(candidates, search, ParentEvidence(search), posterior)
        return rows.map { row in
            #expect(row.count == ParentFeatures.names.count)
            return Dictionary(uniqueKeysWithValues: zip(ParentFeatures.names, row))
        }
    }

    @Test("every name is there once")
    func names() {
        #expect(Set(ParentFeatures.names).count == ParentFeatures.names.count)
    }

    @Test("children are counted without what is excluded, as if it had never been there")
    func children() throws {
        let vocabulary = try Small.vocabulary()
        let whole = rows(of: [1, 0, 3], Small.search(in: vocabulary))
        #expect(whole[0]["logChildren"] == log1p(2))
        #expect(whole[0]["logDescendants"] == log1p(2))
        #expect(whole[1]["logDescendants"] == log1p(5))
        #expect(whole[0]["childCosine"] == 0.8)
        #expect(abs((whole[0]["childCosineMean"] ?? 0) - 0.7) < 1e-6)
        #expect(whole.map { $0["depth"] } == [2, 1, 3])
        #expect(whole.map { $0["isLeaf"] } == [0, 0, 1])
        let without = rows(of: [1, 0], Small.search(in: vocabulary, excluding: [3]))
        #expect(without[0]["logChildren"] == log1p(1))
        #expect(without[0]["logDescendants"] == log1p(1))
        #expect(without[1]["logDescendants"] == log1p(4))
        #expect(abs((without[0]["childCosine"] ?? 0) - 0.6) < 1e-6)
    }

    @Test("a candidate is compared with the best ones, and told by its rank")
    func standing() throws {
        let found = rows(of: [1, 0, 3], Small.search(in: try Small.vocabulary()))
        #expect(found[0]["quickBelowBest"] == 0)
        #expect((found[1]["quickBelowBest"] ?? 0) < 0)
        #expect(found.map { $0["logRank"] } == [0, log1p(1), log1p(2)])
        #expect(abs((found[0]["cosineBelowBest"] ?? 0) + 0.3) < 1e-6)
        #expect(found.map { $0["parentAmongBest"] } == [1, 0, 1])
        #expect(found.map { $0["discriminantBelowBest"] ?? 1 }.max() == 0)
    }

    @Test("words of name, synonyms and head are compared with the term's")
    func words() throws {
        let vocabulary = try Sample.vocabulary()
        let probe = Retriever(
            view: vocabulary.view(),
            encoder: HashingEncoder(),
            settings: MethodSettings()
        )
        let search = probe.search(for: try probe.probe("Congestive Heart Failures"))
        let found = rows(of: [2, 1, 8], search)
        // “Heart Failure” stands whole among the words, “Heart Diseases” by half, “Asthma” not.
        #expect(found[0]["nameCovered"] == 1)
        #expect(found[1]["nameCovered"].map { $0 > 0 && $0 < 1 } == true)
        #expect(found[2]["nameCovered"] == 0)
        #expect(found.map { $0["sameHead"] } == [1, 0, 0])
        #expect(found[0]["synonymCovered"].map { $0 > 0 && $0 < 1 } == true)
        #expect(found.map { $0["nameLength"] } == [2, 2, 1])
        // “Heart Failures” ends on another letter than “heart failure”.
        #expect(found[0]["commonEnding"] == 0)
        // “heart failure” stands within the text.
        #expect(found.map { $0["isContained"] } == [1, 0, 0])
    }
}
