import Testing

import TaxoInstruct

@Suite("Prompts")
struct PromptsTests {
    @Test("the nearest pair stands last, right before the query")
    func nearestPairs() {
        let prompt = Prompts.nearestPairs([("a", "A"), ("b", "B")], query: "q")
        #expect(prompt == "b -> B\na -> A\nq ->")
        #expect(Prompts.nearestPairs([], query: "q") == "q ->")
    }

    @Test("the paper's instruction stands in an Alpaca wrapper without indentation")
    func paper() {
        #expect(
            Prompts.choice(among: ["heart diseases", "a, b"], query: "angina") == """
                Below is an instruction that describes a task, paired with an input that provides \
                further context. Write a response that appropriately completes the request.

                ### Instruction:
                Given a set of candidate parent classes and an entity, output the most likely \
                parent class for the entity given by user.

                ### Input:
                Given candidate parents {heart diseases | a, b}, find the parent class for angina

                ### Response:
                The parent class is
                """
        )
    }

    @Test("lists are joined by a separator that no name holds")
    func lists() {
        #expect(Prompts.members(of: "c", seeds: ["x, y", "z"]) == "c: x, y | z |")
        #expect(Prompts.expansion(of: "c", seeds: ["x", "z"]).contains("the seeds {x | z}"))
        #expect(Prompts.expansion(of: "c", seeds: ["x"]).hasSuffix("The expanded entities are {"))
    }
}
