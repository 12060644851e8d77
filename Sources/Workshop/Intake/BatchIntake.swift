import Contract
import TaxoInstruct

extension QueryPlan {
    /// The plan with what the new terms of the file are to each other, and with their provisional
    /// identifiers.
    ///
    /// - Parameters:
    ///   - fileSHA256: SHA-256 of the file's bytes.
    ///   - names: What names mean in the vocabulary that answers.
    /// - Returns: The plan with the same queries, changed in these respects only.
    func joiningNewTerms(fileSHA256: String, beside names: NameIndex) -> QueryPlan {
        var plan = self
        plan.queries = BatchPlan.joined(queries, fileSHA256: fileSHA256, beside: names)
        let placed = queries.count { $0.task == .place }
        if placed > BatchPlan.most {
            plan.notes.append(
                """
                \(placed) terms are more than \(BatchPlan.most), so new ones among them are not \
                compared with each other
                """
            )
        }
        let within = plan.queries.count { !$0.batch.isEmpty }
        if within > 0 {
            plan.notes.append(
                """
                \(within) of the new terms may lie below other new terms of this file, which are \
                among their possible parents
                """
            )
        }
        let pairs = plan.queries.flatMap { query in
            query.duplicates.filter { query.key < $0.key }
                .map { "“\(query.term ?? "")” and “\($0.name)”" }
        }
        if !pairs.isEmpty {
            let more = pairs.count - Self.shownPairs
            let shown = pairs.prefix(Self.shownPairs).joined(separator: ", ")
            plan.notes.append(
                """
                probably the same term twice in this file: \(shown)\
                \(more > 0 ? " and \(more) more" : "")
                """
            )
        }
        return plan
    }

    /// Pairs of near duplicates that a note spells out.
    private static let shownPairs = 8
}
