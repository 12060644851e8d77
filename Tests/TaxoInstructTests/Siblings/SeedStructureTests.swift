import Glibc
import TaxoInstruct
import Taxonomy
import Testing

@Suite("What edges say of a seed set")
struct SeedStructureTests {
    private func structure(
        _ seeds: [Concept.Index],
        category: Concept.Index? = nil,
        hiding: [String] = []
    ) throws -> SeedStructure {
        SeedStructure(
            seeds: seeds,
            category: category,
            view: VisibleTaxonomy(try Sample.taxonomy(), hiding: hiding)
        )
    }

    @Test("the class is the narrowest that holds most seeds; siblings share it and the parent")
    func siblings() throws {
        // Heart Failure and Heart Arrest.
        let structure = try structure([2, 3])
        #expect(structure.category == 1)
        #expect(structure.sharedParents == [1])
        // Myocarditis beside them, a cardiomyopathy one level lower, Asthma elsewhere.
        #expect(structure.agreement(of: 4) == 1)
        #expect(structure.agreement(of: 6) == 0.5)
        #expect(structure.agreement(of: 8) == 0)
        #expect(structure.isKnownSibling(4) && !structure.isKnownSibling(6))
    }

    @Test("seeds of two classes agree with both by their shares, and by size")
    func mixed() throws {
        // Two of three are heart diseases, one is a lung disease.
        let structure = try structure([2, 3, 8])
        #expect(structure.sharedParents == [1])
        // Six heart diseases with the class, four lung diseases, of sixteen concepts.
        let heart = 2.0 / 3 * (1 - log(6.0) / log(16))
        let lung = 1.0 / 3 * (1 - log(4.0) / log(16))
        let expected = 0.5 * lung / heart + 0.5 / 3
        #expect(abs(structure.agreement(of: 9) - expected) < 1e-12)
    }

    @Test("a class that is named outweighs what the seeds have in common")
    func named() throws {
        let structure = try structure([2, 3], category: 5)
        #expect(structure.category == 5)
        #expect(structure.sharedParents == [1, 5])
        #expect(structure.agreement(of: 6) == 0.5 * 0.5 + 0.5)
        #expect(structure.agreement(of: 4) == 0.5)
        #expect(structure.isKnownSibling(6))
    }

    @Test("seeds whose place is hidden say nothing")
    func hidden() throws {
        let structure = try structure([2, 3], hiding: [Sample.identifier("Heart Diseases")])
        #expect(structure.category == nil)
        #expect(structure.sharedParents.isEmpty)
        #expect(structure.agreement(of: 8) == 0)
    }
}
