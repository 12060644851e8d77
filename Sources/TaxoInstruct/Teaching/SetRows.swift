import Inference
import Taxonomy

/// Training rows about a class and some of its members.
struct SetRows {
    private let source: SelfSupervision
    private let options: SelfSupervisionOptions
    /// Visible concepts with enough visible children, in drawing order.
    private let classes: [Concept.Index]

    /// Minimum and maximum number of seeds, as in users' typical sets.
    private static let seeds = 3...5
    /// Maximum number of siblings scored in one row.
    private static let ratedSiblings = 4

    init(_ source: SelfSupervision, _ options: SelfSupervisionOptions) {
        self.source = source
        self.options = options
        var generator = SplitMix64(seed: options.seed, stream: -1)
        let view = source.view
        classes = generator.shuffled(
            source.concepts.indices.filter { view.children(of: $0).count > Self.seeds.lowerBound }
        )
    }

    /// A row with seeds whose siblings are the answer.
    func expand(_ number: Int) -> TrainingExample? {
        guard var draw = draw(number, .expand) else { return nil }
        let isNameless = draw.generator.uniform() < options.namelessShare
        let name = isNameless ? SetExpansion.namelessClass : source.naturalName(draw.class_)
        let prompt = Prompts.members(of: name, seeds: draw.seeds.map(source.naturalName))
        let about = isNameless ? draw.seeds : draw.seeds + [draw.class_]
        guard draw.generator.uniform() < options.listwiseExpandShare else {
            return answer(.expand, prompt, draw.rest, about)
        }
        let siblings = Array(draw.rest.prefix(Self.ratedSiblings))
        var barred = Set(draw.seeds + draw.rest)
        for seed in draw.seeds {
            barred.formUnion(source.view.ancestors(of: seed))
            barred.formUnion(source.view.descendants(of: seed))
        }
        let nonMembers = nonMembers(to: draw.seeds, excluding: barred, &draw.generator)
        guard !nonMembers.isEmpty else { return answer(.expand, prompt, draw.rest, about) }
        let given = siblings + nonMembers
        let listed = draw.generator.shuffled(Array(given.indices)).map { given[$0] }
        return TrainingExample(
            task: .expand,
            loss: .listwise,
            prompt: prompt,
            continuations: listed.map { " " + source.naturalName($0) },
            correct: listed.indices.filter { siblings.contains(listed[$0]) },
            concepts: source.identifiers(about + listed)
        )
    }

    /// A row with seeds whose common classes are the answer.
    func findParent(_ number: Int) throws -> TrainingExample? {
        guard var draw = draw(number, .findParent) else { return nil }
        let view = source.view
        var excluded = Set(draw.seeds)
        for seed in draw.seeds { excluded.formUnion(view.descendants(of: seed)) }
        let shared = draw.seeds.dropFirst().reduce(Set(view.parents(of: draw.seeds[0]))) {
            $0.intersection(view.parents(of: $1))
        }
        let right = shared.subtracting(excluded).sorted()
        guard !right.isEmpty else { return nil }
        let probe = source.retriever.probe(
            draw.seeds.map { source.concepts[$0].name },
            vectors: mean(draw.seeds)
        )
        let search = source.retriever.search(for: probe, excluding: excluded)
        let others = source.others(search, beside: right, options, &draw.generator)
        let given = right + others
        let candidates = draw.generator.shuffled(Array(given.indices)).map { given[$0] }
        let question = PlacementQuestion(
            prompt: Prompts.sharedParent(of: draw.seeds.map(source.naturalName)),
            continuations: candidates.map { " " + source.naturalName($0) },
            shown: draw.seeds
        )
        return source.listwise(.findParent, question, candidates, right: right, about: [])
    }

    /// A row with a class whose members are the answer.
    func findChildren(_ number: Int) -> TrainingExample? {
        guard let draw = draw(number, .findChildren) else { return nil }
        let prompt = Prompts.children(of: source.naturalName(draw.class_))
        return answer(.findChildren, prompt, draw.seeds + draw.rest, [draw.class_])
    }

    // MARK: Drawing

    private struct Draw {
        let class_: Concept.Index
        let seeds: [Concept.Index]
        /// The remaining members; at least one.
        let rest: [Concept.Index]
        var generator: SplitMix64
    }

    /// Draws a class, its seeds and the order of the remaining members; every class is used once
    /// before any is reused.
    private func draw(_ number: Int, _ task: TrainingExample.Task) -> Draw? {
        guard !classes.isEmpty else { return nil }
        let place = TrainingExample.Task.allCases.firstIndex(of: task) ?? 0
        // Disjoint from the random streams of placement, which are numbered by concept index.
        let stream = (place + 1) << 40 | number
        var generator = SplitMix64(seed: options.seed, stream: stream)
        let class_ = classes[number % classes.count]
        var names: Set<String> = [source.naturalName(class_)]
        let members = source.view.children(of: class_).filter {
            let name = source.naturalName($0)
            return !name.contains(Prompts.separator) && names.insert(name).inserted
        }
        let order = generator.shuffled(members)
        let most = min(Self.seeds.upperBound, order.count - 1)
        guard most >= Self.seeds.lowerBound else { return nil }
        let count = Self.seeds.lowerBound + generator.next(below: most - Self.seeds.lowerBound + 1)
        return Draw(
            class_: class_,
            seeds: Array(order.prefix(count)),
            rest: Array(order.dropFirst(count)),
            generator: generator
        )
    }

    /// A row whose answer is a list in the format of constrained generation.
    private func answer(
        _ task: TrainingExample.Task,
        _ prompt: String,
        _ members: [Concept.Index],
        _ about: [Concept.Index]
    ) -> TrainingExample {
        let listed = Array(members.prefix(options.listedMembers))
        let names = listed.map(source.naturalName)
        return TrainingExample(
            task: task,
            loss: .answer,
            prompt: prompt,
            continuations: [" " + names.joined(separator: Prompts.separator)],
            correct: [0],
            concepts: source.identifiers(about + listed)
        )
    }

    /// Non-members of the class: those most similar to the seeds, or random ones.
    private func nonMembers(
        to seeds: [Concept.Index],
        excluding barred: Set<Concept.Index>,
        _ generator: inout SplitMix64
    ) -> [Concept.Index] {
        let view = source.view
        var names = Set(seeds.map(source.naturalName))
        func isFit(_ index: Concept.Index) -> Bool {
            !view.isHidden(index) && !barred.contains(index)
                && names.insert(source.naturalName(index)).inserted
        }
        switch options.kind {
        case .hard:
            let cosines = source.vocabulary.embeddings.cosines(with: mean(seeds))
            // The nearest concepts are often members by way of another class, so the draw is from a
            // wider range.
            let near = Ranking.top(4 * options.candidates + barred.count, of: cosines)
                .filter { !barred.contains($0) && !view.isHidden($0) }
                .prefix(3 * options.candidates)
            return Array(generator.shuffled(Array(near)).filter(isFit).prefix(options.candidates))
        case .random:
            let drawn = (0..<4 * options.candidates).map { _ in
                generator.next(below: source.concepts.count)
            }
            return Array(drawn.filter(isFit).prefix(options.candidates))
        }
    }

    /// The normalised mean of the members' embeddings.
    private func mean(_ members: [Concept.Index]) -> [Float] {
        var sum = [Float](repeating: 0, count: source.vocabulary.embeddings.dimension)
        for member in members {
            for (place, value) in source.vocabulary.embeddings.row(member).enumerated() {
                sum[place] += value
            }
        }
        let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return length > 0 ? sum.map { $0 / length } : sum
    }
}
