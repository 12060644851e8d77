package import Inference
package import TaxoInstruct

/// A question about the method as a list of variants that are measured in the same way.
package struct StudyPlan {
    package enum Name: String, CaseIterable, Sendable {
        case tuning, skills, candidates, negatives, orders, parents, disturbed, size
    }

    /// What an adapter is trained on.
    package struct Lesson: Hashable, Codable {
        package var tasks = TrainingExample.Task.allCases
        package var negatives = SelfSupervisionOptions.Candidates.hard
        /// Whether training continues from the effective adapter.
        package var isFurther = false
        package var thin: Double?
        package var wrong: Double?
        /// A taxonomy to train on instead of that of the study.
        package var taxonomy: String?

        /// Used in the name of a folder.
        package var title: String {
            var words =
                tasks.count == TrainingExample.Task.allCases.count
                ? ["all"] : tasks.prefix(1).map(\.rawValue)
            if negatives == .random { words.append("random") }
            if isFurther { words.append("further") }
            if let thin { words.append("thin \(Int((100 * thin).rounded()))") }
            if let wrong { words.append("wrong \(Int((100 * wrong).rounded()))") }
            if taxonomy != nil { words.append("other") }
            return words.joined(separator: " ")
        }
    }

    /// Which adapter the language model uses.
    package enum Adapter: Hashable {
        case none
        /// The configured one, or the default.
        case inForce
        case trained(Lesson)
    }

    package struct Variant {
        package let name: String
        /// The variant to compare with, if it is not the study's base.
        package var base: String?
        package var adapter = Adapter.none
        /// A GGUF file instead of the configured decoder.
        package var decoder: String?
        /// Number of concepts that the model rates, if not as configured.
        package var candidates: Int?
        /// Largest number of seed orders; below 0, all n! orders.
        package var orders = 1
        /// Number of seeds in a set.
        package var seeds = 3
    }

    package let question: String
    package var variants: [Variant]
    /// The variants that the others are compared with, in placement and in set expansion.
    package var bases: (placement: String, sets: String)
    package var asksPlacements = true
    package var asksSets = false
    /// Number of known siblings that a class of the sets must have.
    package var fewestSiblings = 3
    /// Columns of the tables.
    package var columns = [
        "queries", "accuracy", "accuracyOverBase", "accuracyOverRanker", "wuPalmer", "mrr",
        "mrrOverBase", "mapAt10", "mapAt10OverBase", "mapAt10OverRanker", "processorSeconds",
        "trainingSeconds",
    ]

    private static let parentTasks: [TrainingExample.Task] = [.place, .findParent]
    private static let siblingTasks: [TrainingExample.Task] = [.expand, .findChildren]

    /// - Parameters:
    ///   - name: The study.
    ///   - other: A taxonomy of another domain, if there is one.
    ///   - larger: A larger decoder's GGUF file, if there is one.
    /// - Returns: What is to be measured.
    package static func named(_ name: Name, other: String?, larger: String?) -> StudyPlan {
        let task = Adapter.trained(Lesson())
        return switch name {
        case .tuning: tuning(task)
        case .skills: skills(task)
        case .candidates: candidates(task)
        case .negatives: negatives(task)
        case .orders: orders(task, larger)
        case .parents: parents(task)
        case .disturbed: disturbed(task, other)
        case .size: size(task, larger)
        }
    }

    private static func tuning(_ task: Adapter) -> StudyPlan {
        StudyPlan(
            question: "What does tuning bring, and on what?",
            variants: [
                Variant(name: "untuned"),
                Variant(name: "adapter in force", adapter: .inForce),
                Variant(name: "task only", adapter: task),
                Variant(
                    name: "adapter in force, then task",
                    adapter: .trained(Lesson(isFurther: true))
                ),
            ],
            bases: ("untuned", "untuned")
        )
    }

    private static func skills(_ task: Adapter) -> StudyPlan {
        StudyPlan(
            question: "Do the two skills help each other, at equal tokens?",
            variants: [
                Variant(name: "untuned"),
                Variant(
                    name: "parents only",
                    adapter: .trained(Lesson(tasks: parentTasks))
                ),
                Variant(
                    name: "siblings only",
                    adapter: .trained(Lesson(tasks: siblingTasks))
                ),
                Variant(name: "joint", adapter: task),
            ],
            bases: ("parents only", "siblings only"),
            asksSets: true
        )
    }

    private static func candidates(_ task: Adapter) -> StudyPlan {
        StudyPlan(
            question: "How many candidates should the model see?",
            variants: [20, 1, 2, 5, 10, 50].map { (count: Int) in
                Variant(name: "\(count) candidates", adapter: task, candidates: count)
            },
            bases: ("20 candidates", ""),
            columns: [
                "queries", "amongCandidates", "accuracy", "accuracyOverBase",
                "accuracyOverRanker", "processorSeconds",
            ]
        )
    }

    private static func negatives(_ task: Adapter) -> StudyPlan {
        StudyPlan(
            question: "Are hard wrong candidates better teachers than random ones?",
            variants: [
                Variant(name: "hard", adapter: task),
                Variant(name: "random", adapter: .trained(Lesson(negatives: .random))),
            ],
            bases: ("hard", "hard")
        )
    }

    private static func parents(_ task: Adapter) -> StudyPlan {
        StudyPlan(
            question: "One parent or several?",
            variants: [Variant(name: "joint", adapter: task)],
            bases: ("joint", ""),
            columns: [
                "queries", "accuracy", "setF1", "setF1OverBase", "proposed",
                "missedSecondParent", "tooHigh", "tooLow", "otherBranch",
            ]
        )
    }

    private static func size(_ task: Adapter, _ larger: String?) -> StudyPlan {
        let decoders: [(String, String?)] = [("default model", nil)]
        let all = decoders + (larger.map { [("larger model", $0)] } ?? [])
        return StudyPlan(
            question: "What does a larger model bring, tuned alike?",
            variants: all.flatMap { name, decoder in
                [
                    Variant(name: "\(name), untuned", decoder: decoder),
                    Variant(name: "\(name), tuned", adapter: task, decoder: decoder),
                ]
            },
            bases: ("default model, tuned", "")
        )
    }

    private static func disturbed(_ task: Adapter, _ other: String?) -> StudyPlan {
        var variants = [Variant(name: "whole", adapter: task)]
        for share in [0.5, 0.25, 0.1] {
            let name = "\(Int(100 * share)) % of the concepts"
            variants.append(Variant(name: name, adapter: .trained(Lesson(thin: share))))
        }
        for share in [0.1, 0.3] {
            let name = "\(Int(100 * share)) % wrong parents"
            variants.append(Variant(name: name, adapter: .trained(Lesson(wrong: share))))
        }
        if let other {
            let lesson = Lesson(taxonomy: other)
            variants.append(Variant(name: "another domain", adapter: .trained(lesson)))
        }
        variants.append(Variant(name: "untuned"))
        return StudyPlan(
            question: "How good must the taxonomy be that the model is tuned on?",
            variants: variants,
            bases: ("whole", "whole")
        )
    }

    private static func orders(_ task: Adapter, _ larger: String?) -> StudyPlan {
        let models: [(String, Adapter, String?)] =
            [("untuned", .none, nil), ("tuned", task, nil)]
            + (larger.map { [("larger, untuned", .none, $0), ("larger, tuned", task, $0)] } ?? [])
        var variants: [Variant] = []
        for (model, adapter, decoder) in models {
            func add(_ seeds: Int, _ orders: Int) {
                let number = orders < 0 ? "all \(seeds)!" : "\(orders)"
                let start = "\(model), \(seeds) seeds, "
                variants.append(
                    Variant(
                        name: start + "\(number) order\(orders == 1 ? "" : "s")",
                        base: orders == 1 ? nil : start + "1 order",
                        adapter: adapter,
                        decoder: decoder,
                        orders: orders,
                        seeds: seeds
                    )
                )
            }
            for orders in [1, 3, -1] { add(3, orders) }
            guard decoder == nil else { continue }
            for orders in [1, 3, 6, 12, -1] { add(4, orders) }
            guard adapter != .none else { continue }
            for seeds in [2, 6, 8, 10] { add(seeds, 3) }
        }
        return StudyPlan(
            question: "What do several orders of the seeds bring over one, and at what cost?",
            variants: variants,
            bases: ("", "tuned, 3 seeds, 1 order"),
            asksPlacements: false,
            asksSets: true,
            fewestSiblings: 10,
            columns: [
                "queries", "orders", "agreement", "mapAt10", "mapAt10OverBase",
                "mapAt10OverRanker", "processorSeconds",
            ]
        )
    }
}
