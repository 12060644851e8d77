import Inference
import Testing
import Training

@Suite("Token budgets")
struct TokenBudgetTests {
    @Test("rows are dropped, or taken again from the first on, to fill the budget")
    func filled() throws {
        let golden = try Golden.read()
        let base = try Golden.model("tiny-llama.gguf")
        let rows = golden.examples
        #expect(rows.count > 1)
        // A budget of one token needs one row.
        #expect(try TokenBudget.filled(1, with: rows, base: base) == [rows[0]])
        func trained(_ rows: [TrainingExample]) throws -> Int {
            var recipe = golden.recipe(.sum)
            recipe.epochs = 1
            return try Trainer(base: base, baseSHA256: "0", recipe: recipe, training: rows)
                .run().tokens
        }
        let all = try trained(rows)
        #expect(try TokenBudget.filled(all, with: rows, base: base) == rows)
        let again = try TokenBudget.filled(all + 1, with: rows, base: base)
        #expect(again == rows + [rows[0]])
        #expect(try trained(again) > all)
        #expect(try TokenBudget.filled(5, with: [], base: base).isEmpty)
    }
}
