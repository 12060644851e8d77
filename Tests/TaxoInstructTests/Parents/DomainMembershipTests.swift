import Fixtures
import TaxoInstruct
import Testing

@Suite("Whether a term has a place at all")
struct DomainMembershipTests {
    @Test("agrees with the same descent in numpy, and refuses one member in twenty")
    func golden() throws {
        let golden = try LearnersGolden.read().membership
        let fitted = DomainMembership.fit(golden.members, against: golden.phrases)
        // 150 steps in 32 bits against 64.
        expectClose(golden.members.map(fitted.probability), golden.ofMembers, within: 1e-3)
        expectClose(golden.phrases.map(fitted.probability), golden.ofPhrases, within: 1e-3)
        #expect(abs(fitted.threshold - golden.threshold) < 1e-3)
    }

    @Test("with too few phrases nearness alone decides")
    func nearness() throws {
        let golden = try LearnersGolden.read().membership
        let members: [[Float]] = (1...50).map { [Float($0) / 50, 3, -3] }
        let fitted = DomainMembership.fit(members, against: Array(golden.phrases.prefix(59)))
        #expect(fitted.probability([0.5, 9, 9]) == 0.5)
        // 10 · (cosine − 0.5), and the threshold passes over one in fifty.
        #expect(abs(fitted.probability([0.7, 0, 0]) - 0.880797) < 1e-5)
        #expect(fitted.threshold == fitted.probability(members[1]))
    }

    @Test("nothing fitted refuses nothing")
    func any() {
        let any = DomainMembership.any
        #expect(any.probability([0, 0, 0, 0, 1]) >= any.threshold)
        #expect(DomainMembership.fit([], against: []) == .any)
    }

    @Test("read are the nearest concept's cosine, the mean of ten, spelling, words and the vector")
    func readings() throws {
        let vocabulary = try Sample.vocabulary()
        let retriever = Retriever(
            view: vocabulary.view(),
            encoder: HashingEncoder(),
            settings: MethodSettings()
        )
        let probe = retriever.probe(2)
        let search = retriever.search(for: probe, excluding: [2])
        let readings = DomainMembership.readings(search)
        let ten = search.nearest.prefix(10).map { probe.bestCosines[$0] }
        #expect(readings[0] == ten.max())
        #expect(abs(readings[1] - ten.reduce(0, +) / 10) < 1e-6)
        #expect(Array(readings.dropFirst(4)) == probe.vector)
        let all = Set(vocabulary.taxonomy.concepts.indices)
        let alone = DomainMembership.readings(retriever.search(for: probe, excluding: all))
        #expect(alone == [0, 0, 0, 0] + probe.vector)
    }
}
