import Inference
import TaxoInstruct
import Taxonomy
import Testing

@Suite("What an adapter saw")
struct AdapterMemoryTests {
    /// 0 ← 1 ← 2, 0 ← 3 ← 4; 4 is also below 1.
    private static func taxonomy() throws -> Taxonomy {
        try Taxonomy(
            concepts: (0..<5).map { Concept(identifier: "MESH:D00000\($0)", name: "name \($0)") },
            parents: [[], [0], [1], [0], [3, 1]]
        )
    }

    private static func memory(_ stages: [AdapterCard.Stage]) throws -> AdapterMemory {
        let card = AdapterCard(
            name: "a",
            base: AdapterCard.Origin(name: "base", sha256: "00"),
            weightsSHA256: "11",
            stages: stages,
            trainedBy: "test"
        )
        return AdapterMemory(card, adapter: "adapters/a", of: try taxonomy(), named: "MEDIC")
    }

    private static func stage(
        _ namespaces: [String] = ["MESH"],
        hidden: [String] = [],
        heldOut: [String] = []
    ) -> AdapterCard.Stage {
        AdapterCard.Stage(
            taxonomy: "MEDIC",
            version: "v",
            namespaces: namespaces,
            hidden: hidden,
            heldOut: heldOut
        )
    }

    @Test("edges below a hidden concept and of held-out ones were not seen, all others were")
    func saw() throws {
        let memory = try Self.memory([Self.stage(hidden: ["MESH:D000001"], heldOut: ["D000003"])])
        #expect((0..<5).map(memory.saw(parentsOf:)) == [true, false, false, false, false])
        #expect(memory.unseen(among: 0..<5) == [1, 2, 3, 4])
    }

    @Test("what an adapter saw is the union of what its stages saw")
    func union() throws {
        let hiding = Self.stage(hidden: ["MESH:D000001"])
        #expect(try Self.memory([hiding]).saw(parentsOf: 2) == false)
        #expect(try Self.memory([hiding, Self.stage()]).saw(parentsOf: 2))
        #expect(try Self.memory([Self.stage(), hiding]).saw(parentsOf: 2))
        let elsewhere = Self.stage(["of environment"])
        #expect(try Self.memory([hiding, elsewhere]).saw(parentsOf: 2) == false)
        #expect(try Self.memory([hiding, Self.stage(["*"])]).saw(parentsOf: 2))
        #expect(try Self.memory([]).saw(parentsOf: 2) == false)
    }

    @Test("a refusal names adapter, concept and the command that trains another")
    func refusal() throws {
        let memory = try Self.memory([Self.stage(hidden: ["MESH:D000001"])])
        #expect(memory.refusal(hiding: ["MESH:D000001"]) == nil)
        #expect(memory.refusal(hiding: ["MESH:D999999"]) == nil)
        // Below 3 is only 4, which is below the hidden 1 as well.
        #expect(memory.refusal(hiding: ["MESH:D000003"]) == nil)
        let error = try #require(
            try Self.memory([Self.stage()]).refusal(hiding: ["MESH:D000001", "MESH:D000003"])
        )
        #expect(error.code == .adapterSawHidden)
        let text = "\(error)"
        for part in [
            "adapters/a", "“name 1” (MESH:D000001)",
            "taxod train --taxonomy MEDIC --hide MESH:D000001,MESH:D000003 --out",
        ] {
            #expect(text.contains(part), "\(text)")
        }
        let held = try #require(memory.refusal(holdingOut: [2, 3], share: 0.2, seed: 7))
        #expect("\(held)".contains("name 3") && "\(held)".contains("--holdout 0.2 --seed 7"))
        #expect(memory.refusal(holdingOut: [2], share: 0.2, seed: 7) == nil)
    }

    @Test(
        "identifiers are of a kind",
        arguments: [
            ("MESH:D006333", "MESH"), ("D006333", "MESH"), ("C531616", "MESH"),
            ("OMIM:123", "OMIM"), ("acid rain", "of MEDIC"), ("D12", "of MEDIC"),
        ]
    )
    func namespaces(_ identifier: String, _ expected: String) {
        #expect(AdapterCard.namespace(of: identifier, in: "MEDIC") == expected)
    }
}
