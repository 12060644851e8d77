package import Contract
package import Inference
package import Taxonomy

/// The parts of a taxonomy that an adapter may have been trained on.
///
/// This is the union over the adapter's training stages. A stage on a taxonomy that shares no
/// identifier namespace with this one has seen nothing of it.
package struct AdapterMemory {
    private struct Stage {
        let hidden: Set<Substring>
        let heldOut: Set<Substring>
    }

    private let adapter: String
    private let taxonomy: Taxonomy
    private let name: String
    private let stages: [Stage]

    /// - Parameters:
    ///   - card: The adapter's card.
    ///   - adapter: The adapter's path, for messages.
    ///   - taxonomy: The taxonomy that the adapter will be used on.
    ///   - name: The name under which this taxonomy was loaded.
    package init(_ card: AdapterCard, adapter: String, of taxonomy: Taxonomy, named name: String) {
        self.adapter = adapter
        self.taxonomy = taxonomy
        self.name = name
        let namespaces = Set(
            AdapterCard.namespaces(of: taxonomy.concepts.lazy.map(\.identifier), in: name)
        )
        stages = card.stages
            .filter { stage in
                stage.namespaces.contains {
                    $0 == AdapterCard.anyNamespace || namespaces.contains($0)
                }
            }
            .map {
                Stage(
                    hidden: Set($0.hidden.map(AdapterCard.key)),
                    heldOut: Set($0.heldOut.map(AdapterCard.key))
                )
            }
    }

    /// Whether some stage may have been trained on a parent of the concept with this identifier.
    package func saw(_ identifier: String) -> Bool {
        taxonomy.index(ofIdentifier: identifier).map(saw(parentsOf:)) ?? false
    }

    /// Whether some stage may have been trained on an edge from the concept to a parent.
    package func saw(parentsOf index: Concept.Index) -> Bool {
        guard !stages.isEmpty else { return false }
        let own = AdapterCard.key(taxonomy.concepts[index].identifier)
        let above = taxonomy.ancestors(of: index).map {
            AdapterCard.key(taxonomy.concepts[$0].identifier)
        }
        return stages.contains { stage in
            !stage.heldOut.contains(own) && !stage.hidden.contains(own)
                && !above.contains(where: stage.hidden.contains)
        }
    }

    /// Those of the concepts whose parents no stage was trained on; used to fit on concepts whose
    /// answers the adapter cannot have memorised.
    package func unseen(among indices: some Sequence<Concept.Index>) -> [Concept.Index] {
        indices.filter { !saw(parentsOf: $0) }
    }

    /// Checks whether an evaluation that hides subtrees may use the adapter.
    ///
    /// - Parameter identifiers: Top concepts of the hidden subtrees; unknown ones are ignored.
    /// - Returns: `nil` if no stage was trained on an edge below one of them. Otherwise an error
    ///   that names the adapter, a concept, and the command that trains an adapter without these
    ///   edges.
    package func refusal(hiding identifiers: [String]) -> SubmissionError? {
        for identifier in identifiers {
            guard let top = taxonomy.index(ofIdentifier: identifier) else { continue }
            let below = taxonomy.descendants(of: top).sorted()
            guard below.contains(where: saw(parentsOf:)) else { continue }
            return refusal(
                "edges below “\(taxonomy.concepts[top].name)” (\(identifier))",
                options: "--hide " + identifiers.joined(separator: ",")
            )
        }
        return nil
    }

    /// Checks whether an evaluation that holds out concepts may use the adapter.
    ///
    /// - Parameters:
    ///   - indices: The held-out concepts.
    ///   - share: The share of leaves drawn by `HeldOut.leaves(of:share:seed:)`.
    ///   - seed: The seed they were drawn with.
    /// - Returns: `nil` if no stage was trained on a parent of one of them; otherwise an error as
    ///   above.
    package func refusal(
        holdingOut indices: [Concept.Index],
        share: Double,
        seed: UInt64
    ) -> SubmissionError? {
        guard let seen = indices.first(where: saw(parentsOf:)) else { return nil }
        let concept = taxonomy.concepts[seen]
        return refusal(
            "the parents of “\(concept.name)” (\(concept.identifier))",
            options: "--holdout \(share) --seed \(seed)"
        )
    }

    private func refusal(_ what: String, options: String) -> SubmissionError {
        let name = name.contains(" ") ? "'\(name)'" : name
        return SubmissionError(
            .adapterSawHidden,
            "The adapter \(adapter) may have seen what is to be found: \(what).",
            remedy: """
                Train one that did not, then give it by --adapter, or use --adapter none:
                  taxod train --taxonomy \(name) \(options) --out DIR
                """
        )
    }
}
