package import Contract
package import Inference
package import Taxonomy

/// What an adapter may have been shown of a taxonomy.
///
/// What it saw is the union of what its stages saw; a stage on a taxonomy without common
/// identifiers saw nothing of this one.
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
    ///   - card: Of the adapter.
    ///   - adapter: Where it lies, for messages.
    ///   - taxonomy: The one it is asked about.
    ///   - name: That this one was loaded under.
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

    /// Whether some stage may have been shown a parent of the concept with this identifier.
    package func saw(_ identifier: String) -> Bool {
        taxonomy.index(ofIdentifier: identifier).map(saw(parentsOf:)) ?? false
    }

    /// Whether some stage may have been shown an edge between a concept and a parent of it.
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

    /// Concepts among these whose parents no stage was shown; for fitting what must not be fitted on
    /// what the adapter knows by heart.
    package func unseen(among indices: some Sequence<Concept.Index>) -> [Concept.Index] {
        indices.filter { !saw(parentsOf: $0) }
    }

    /// Why an evaluation that hides subtrees must not use the adapter.
    ///
    /// - Parameter identifiers: Tops of the hidden subtrees; those that the taxonomy does not hold
    ///   count for nothing.
    /// - Returns: `nil` if no stage was shown an edge below one of them; else a fault that names the
    ///   adapter, a concept and the command that trains an adapter which was not.
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

    /// Why an evaluation that holds out concepts must not use the adapter.
    ///
    /// - Parameters:
    ///   - indices: The concepts held out.
    ///   - share: Of the leaves, as `HeldOut.leaves(of:share:seed:)` drew them.
    ///   - seed: That they were drawn with.
    /// - Returns: `nil` if no stage was shown a parent of one of them; else a fault as above.
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
