import TaxoInstruct
import Taxonomy
import Testing

@Suite("What a query may see")
struct VocabularyViewTests {
    private func index(_ name: String) throws -> Concept.Index {
        try #require(Sample.lines.firstIndex { $0.name == name })
    }

    private func names(_ indices: some Sequence<Concept.Index>) -> Set<String> {
        Set(indices.map { Sample.lines[$0].name })
    }

    @Test("without anything hidden it is the taxonomy itself")
    func whole() throws {
        let vocabulary = try Sample.vocabulary()
        let view = vocabulary.view()
        for index in vocabulary.taxonomy.concepts.indices {
            #expect(view.parents(of: index) == vocabulary.taxonomy.parents[index])
            #expect(view.children(of: index) == vocabulary.taxonomy.children[index])
            #expect(
                Set(view.lineage.ancestors(of: index).map(Int.init)) == view.ancestors(of: index)
            )
            #expect(
                Int(view.lineage.descendantCounts[index]) == view.descendants(of: index).count
            )
        }
    }

    @Test("a hidden subtree has neither edges nor a part in what is counted")
    func hidden() throws {
        let view = try Sample.vocabulary()
            .view(hiding: [Sample.identifier("Kidney Diseases"), "unknown"])
        let renal = try index("Hypertension, Renal")
        #expect(view.isHidden(renal))
        #expect(view.parents(of: renal).isEmpty)
        #expect(try !view.children(of: index("Hypertension")).contains(renal))
        #expect(view.lineage.ancestors(of: renal).isEmpty)
        #expect(try view.lineage.descendantCounts[index("Vascular Diseases")] == 2)
        #expect(try !view.edges.commonParents.contains(index("Kidney Diseases")))
    }

    @Test("an orphan has no parents of its own and is no child, but keeps its children")
    func orphan() throws {
        let own = try index("Heart Diseases")
        let view = try Sample.vocabulary().view(orphan: own)
        #expect(view.parents(of: own).isEmpty)
        #expect(view.children(of: 0).count == 3)
        #expect(view.children(of: own).count == 4)
        #expect(view.lineage.ancestors(of: own).isEmpty)
        #expect(try view.ancestors(of: index("Heart Failure")) == [own])
    }

    @Test("common parents stand by their children, each divided among its parents")
    func commonParents() throws {
        let common = try Sample.vocabulary().view().edges.commonParents
        // Diseases and Heart Diseases have four each, Lung Diseases three, Vascular two,
        // Cardiomyopathies one, Hypertension and Kidney Diseases half of one; ties by index.
        #expect(common == [0, 1, 7, 12, 5, 11, 13])
    }

    @Test("the vectors' classes are learned once for all views with the same concepts hidden")
    func shared() throws {
        let vocabulary = try Sample.vocabulary()
        let hidden = [Sample.identifier("Lung Diseases")]
        let first = vocabulary.view(hiding: hidden)
        #expect(first.discriminant === vocabulary.view(hiding: hidden, orphan: 2).discriminant)
        #expect(first.discriminant !== vocabulary.view().discriminant)
        #expect(first.edges === vocabulary.view(hiding: hidden).edges)
    }
}
