import Fixtures
import TaxoInstruct
import Taxonomy
import Testing

@Suite("Retrieval of candidate parents")
struct RetrieverTests {
    private func retriever(hiding: [String] = [], orphan: Int? = nil) throws -> Retriever {
        Retriever(
            view: try Sample.vocabulary().view(hiding: hiding, orphan: orphan),
            encoder: HashingEncoder(),
            settings: MethodSettings()
        )
    }

    @Test("as many candidates as asked for, best first, each once")
    func order() throws {
        let retriever = try retriever()
        let search = retriever.search(for: try retriever.probe("Chronic Heart Failure"))
        let all = retriever.candidates(for: search, count: 100)
        #expect(Set(all.map(\.index)) == Set(0..<16))
        #expect(zip(all, all.dropFirst()).allSatisfy { $0.score >= $1.score })
        #expect(all.first?.index == 2)
        let few = retriever.candidates(for: search, count: 3)
        #expect(few.map(\.index) == all.prefix(3).map(\.index))
    }

    @Test("what is excluded or hidden is no candidate")
    func open() throws {
        let retriever = try retriever(hiding: [Sample.identifier("Lung Diseases")])
        let search = retriever.search(for: retriever.probe(2), excluding: [2, 3])
        let found = Set(retriever.candidates(for: search, count: 100).map(\.index))
        #expect(found == Set(0..<16).subtracting([2, 3, 7, 8, 9, 10]))
    }

    @Test("a pool given by name holds hidden concepts, too, and nothing else")
    func pool() throws {
        let retriever = try retriever(hiding: [Sample.identifier("Lung Diseases")])
        let search = retriever.search(for: retriever.probe(2), excluding: [2])
        let found = retriever.candidates(for: search, count: 100, among: [2, 4, 8])
        #expect(Set(found.map(\.index)) == [4, 8])
    }

    @Test("what must be a candidate stands at the end if it is not among the best")
    func always() throws {
        let retriever = try retriever()
        let search = retriever.search(for: retriever.probe(2), excluding: [2])
        let order = retriever.candidates(for: search, count: 100).map(\.index)
        let (first, last) = (order[0], order[14])
        let found = retriever.candidates(for: search, count: 2, always: [last, first])
        #expect(found.map(\.index) == [order[0], order[1], last])
    }

    @Test("a known term's own vector and further names are what a written one would have")
    func probes() throws {
        let retriever = try retriever()
        let known = retriever.probe(2)
        let written = try retriever.probe("Heart Failure", synonyms: ["Cardiac Failure"])
        #expect(known.terms == written.terms)
        #expect(known.cosines == written.cosines)
        #expect(known.trigrams == written.trigrams)
        #expect(abs(known.cosines[2] - 1) < 1e-5)
        #expect(known.contained == [2])
    }
}
