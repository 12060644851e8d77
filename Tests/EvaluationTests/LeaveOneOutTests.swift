import Evaluation
import Fixtures
import TaxoInstruct
import Taxonomy
import Testing

@Suite("What is left out")
struct LeaveOneOutTests {
    @Test("concepts left out are placed with and without the model, those it saw are not asked")
    func leaveOneOut() throws {
        let vocabulary = try Sample.vocabulary(of: Sample.taxonomy(classes: 40, leaves: 6))
        let fitting = VocabularyFitting(
            vocabulary: vocabulary,
            encoder: HashingEncoder(),
            settings: MethodSettings()
        )
        let wrong = ScriptedModel(likelihood: { name, _ in name == " root" ? 0 : -1000 })
        let placed = try fitting.leaveOneOut(model: wrong, wasSeen: { ($0.last ?? "0") < "4" })
        #expect(!placed.isEmpty && placed.allSatisfy { ($0.identifier.last ?? "0") >= "4" })
        for one in placed {
            #expect(one.candidates.count == one.isParent.count)
            let hit = try #require(one.isParent.firstIndex(of: true))
            #expect(one.rankWithoutModel == hit + 1)
            // Sure and wrong, the model rules out nothing.
            #expect(one.sums.allSatisfy { $0 > -7 })
        }
        let hits = placed.count { $0.rank == 1 }
        #expect(hits >= placed.count { $0.rankWithoutModel == 1 } - placed.count / 10)
    }

    @Test("held-out concepts are leaves, as many as asked for, drawn by seed")
    func heldOut() throws {
        let taxonomy = try Sample.taxonomy(classes: 3, leaves: 3)
        let drawn = HeldOut.leaves(of: taxonomy, share: 0.5, seed: 3)
        let leaves = taxonomy.concepts.indices.filter { taxonomy.children[$0].isEmpty }
        #expect(drawn.count == (leaves.count + 1) / 2)
        #expect(drawn == HeldOut.leaves(of: taxonomy, share: 0.5, seed: 3))
        #expect(drawn != HeldOut.leaves(of: taxonomy, share: 0.5, seed: 4))
        for identifier in drawn {
            let index = try #require(taxonomy.index(ofIdentifier: identifier))
            #expect(leaves.contains(index))
        }
    }
}
