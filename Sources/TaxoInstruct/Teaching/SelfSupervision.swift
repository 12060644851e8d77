package import Inference
import Taxonomy

/// Makes training rows from a taxonomy's own edges: section 3.3 of the paper, with its flaws fixed.
///
/// Every row poses a question as at inference, on a taxonomy from which the queried concepts and
/// all their descendants have been removed: the query is never a candidate, a known pair or a
/// voter. A hidden concept appears in no row at all.
package struct SelfSupervision {
    let view: VocabularyView
    let retriever: Retriever
    private let encoder: any TextEncoder
    private let fitted: FittedRanker?

    var vocabulary: Vocabulary { view.vocabulary }
    var concepts: [Concept] { view.concepts }

    /// - Parameters:
    ///   - vocabulary: The taxonomy to learn from.
    ///   - encoder: The encoder that produced the vocabulary's embeddings.
    ///   - settings: The settings that the tuned model will be used with.
    ///   - identifiers: Concepts to hide with all their descendants, such as held-out leaves.
    ///   - fitted: The ranker that the tuned model will be combined with, fitted on what is not
    ///     hidden. Without it, candidates come from the standard ranker.
    package init(
        vocabulary: Vocabulary,
        encoder: any TextEncoder,
        settings: MethodSettings,
        hiding identifiers: [String] = [],
        beside fitted: FittedRanker? = nil
    ) {
        self.encoder = encoder
        self.fitted = fitted
        view = vocabulary.view(hiding: identifiers)
        retriever = Retriever(
            view: view,
            encoder: encoder,
            settings: settings,
            ranker: fitted?.ranker ?? .standard
        )
    }

    /// Makes the rows.
    ///
    /// - Parameters:
    ///   - options: Which rows to make, and how many.
    ///   - progress: Called with the number of rows done and an estimate of the total.
    /// - Returns: Rows in an order drawn by the seed; the same vocabulary, encoder, settings and
    ///   options give the same rows.
    /// - Throws: Errors of the encoder.
    package func rows(
        _ options: SelfSupervisionOptions,
        progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> [TrainingExample] {
        var generator = SplitMix64(seed: options.seed)
        let eligible = concepts.indices.filter { !view.parents(of: $0).isEmpty }
        let drawn = Array(generator.shuffled(eligible).prefix(options.concepts ?? eligible.count))
        func count(_ task: TrainingExample.Task, _ share: Double) -> Int {
            options.tasks.contains(task) ? Int((share * Double(drawn.count)).rounded()) : 0
        }
        let places = options.tasks.contains(.place) ? drawn : []
        let expands = count(.expand, options.expandShare)
        let findParents = count(.findParent, options.findParentShare)
        let findChildren = count(.findChildren, options.findChildrenShare)
        let total = places.count + expands + findParents + findChildren

        var rows: [TrainingExample] = []
        rows.reserveCapacity(total)
        func add(_ row: TrainingExample?) {
            if let row { rows.append(row) }
            if rows.count.isMultiple(of: 50) { progress(rows.count, total) }
        }
        for query in try queries(places, options) { add(place(query, options)) }
        let sets = SetRows(self, options)
        for number in 0..<expands { add(sets.expand(number)) }
        for number in 0..<findParents { add(try sets.findParent(number)) }
        for number in 0..<findChildren { add(sets.findChildren(number)) }
        progress(total, total)
        return generator.shuffled(Array(rows.indices)).map { rows[$0] }
    }

    /// Number of rows of each task.
    package static func counts(_ rows: [TrainingExample]) -> [TrainingExample.Task: Int] {
        rows.reduce(into: [:]) { $0[$1.task, default: 0] += 1 }
    }

    // MARK: Placement

    /// A concept to place, with the term it is queried by.
    private struct PlacementQuery {
        let index: Concept.Index
        let probe: Probe
        var generator: SplitMix64
    }

    /// Draws the query terms and encodes those whose embeddings are not stored.
    private func queries(
        _ drawn: [Concept.Index],
        _ options: SelfSupervisionOptions
    ) throws -> some Sequence<PlacementQuery> {
        var generators: [SplitMix64] = []
        var terms: [[String]] = []
        var starts = [0]
        for index in drawn {
            var generator = SplitMix64(seed: options.seed, stream: index)
            let isRenamed = generator.uniform() < options.synonymShare
            let isAlone = generator.uniform() >= options.furtherNamesShare
            let name = concepts[index].name
            let term = (isRenamed ? synonym(of: index, &generator) : nil) ?? name
            let others = isAlone ? [] : concepts[index].terms.filter { $0 != term }
            let all = [term] + others.prefix(Probe.comparedTerms - 1)
            terms.append(all)
            generators.append(generator)
            // The embedding of a name is already stored in the vocabulary.
            starts.append((starts.last ?? 0) + all.count - (term == name ? 1 : 0))
        }
        let unknown = zip(drawn, terms).flatMap { index, all in
            all.dropFirst(all[0] == concepts[index].name ? 1 : 0).map(Term.natural)
        }
        let vectors = try encoder.encode(unknown)
        let dimension = encoder.dimension
        return drawn.indices.lazy.map { position in
            let index = drawn[position]
            let all = terms[position]
            let isNamed = all[0] == concepts[index].name
            let further = vectors[starts[position] * dimension..<starts[position + 1] * dimension]
            let known = isNamed ? vocabulary.embeddings.row(index) : []
            return PlacementQuery(
                index: index,
                probe: retriever.probe(all, vectors: known + further),
                generator: generators[position]
            )
        }
    }

    /// A synonym of the concept that is not merely its name in another word order.
    private func synonym(of index: Concept.Index, _ generator: inout SplitMix64) -> String? {
        let concept = concepts[index]
        let words = Self.words(concept.name)
        let others = concept.synonyms.filter { Self.words($0) != words }
        return others.isEmpty ? nil : others[generator.next(below: others.count)]
    }

    private static func words(_ term: String) -> [Substring] {
        Term.key(term).split(separator: " ").sorted()
    }

    private func place(
        _ query: PlacementQuery,
        _ options: SelfSupervisionOptions
    ) -> TrainingExample? {
        var query = query
        let excluded = view.descendants(of: query.index).union([query.index])
        let parents = view.parents(of: query.index)
        if query.generator.uniform() < options.noneShare {
            let without = excludedWithoutPlace(for: query.index)
            let row = row(query, parents: [], excluding: without, options)
            if let row { return row }
        }
        return row(query, parents: parents, excluding: excluded, options)
    }

    /// The concepts to exclude so that no candidate is a right parent: the concept itself, its
    /// ancestors, and all descendants of its parents.
    private func excludedWithoutPlace(for index: Concept.Index) -> Set<Concept.Index> {
        var excluded = view.ancestors(of: index)
        for parent in view.parents(of: index) { excluded.formUnion(view.descendants(of: parent)) }
        return excluded.union(view.descendants(of: index)).union([index])
    }

    /// A listwise row; `nil` if there are no candidates.
    private func row(
        _ query: PlacementQuery,
        parents: [Concept.Index],
        excluding excluded: Set<Concept.Index>,
        _ options: SelfSupervisionOptions
    ) -> TrainingExample? {
        var generator = query.generator
        let search = retriever.search(for: query.probe, excluding: excluded)
        let others = others(search, beside: parents, options, &generator)
        guard !others.isEmpty || !parents.isEmpty else { return nil }
        let given = parents + others
        let candidates = generator.shuffled(Array(given.indices)).map { given[$0] }
        let question = PlacementQuestion(search, candidates: candidates, retriever.settings)
        var row = listwise(.place, question, candidates, right: parents, about: [query.index])
        if options.besideRanker, !parents.isEmpty,
            let priors = priors(query, search, candidates)
        {
            // The ranker has no score for “none of these”, so the row cannot contain it.
            row.continuations.removeLast()
            row.priors = priors
        }
        return row
    }

    /// The ranker's scores, from folds without the concept where available.
    private func priors(
        _ query: PlacementQuery,
        _ search: ParentSearch,
        _ candidates: [Concept.Index]
    ) -> [Double]? {
        var scores = fitted?.held[query.index] ?? [:]
        if candidates.contains(where: { scores[$0] == nil }) {
            // Scores from different folds are not comparable.
            scores = [:]
            let found = retriever.candidates(for: search, count: 1, always: candidates)
            for candidate in found where !candidate.features.isEmpty {
                scores[candidate.index] = candidate.score
            }
        }
        let priors = candidates.compactMap { scores[$0] }
        guard priors.count == candidates.count else { return nil }
        return priors.map { ($0 * 1000).rounded() / 1000 }
    }

    // MARK: Shared by the tasks

    /// Draws wrong candidates for a term.
    func others(
        _ search: ParentSearch,
        beside right: [Concept.Index],
        _ options: SelfSupervisionOptions,
        _ generator: inout SplitMix64
    ) -> [Concept.Index] {
        var found: [Concept.Index] = []
        switch options.kind {
        case .hard:
            let wanted = options.candidates + right.count
            found = retriever.candidates(for: search, count: wanted).map(\.index)
        case .random:
            // Draws with repetition; the surplus makes up for rejected draws.
            for _ in 0..<(4 * options.candidates + 8) {
                let index = generator.next(below: concepts.count)
                if search.isOpen(index), !found.contains(index) { found.append(index) }
            }
        }
        // Two concepts may have the same name in natural order, and a wrong one must not look like
        // a right one.
        var names = Set(right.map(naturalName))
        let distinct = found.filter { names.insert(naturalName($0)).inserted }
        return Array(distinct.prefix(options.candidates))
    }

    /// A row whose task is to choose among the candidates, or none of them.
    func listwise(
        _ task: TrainingExample.Task,
        _ question: PlacementQuestion,
        _ candidates: [Concept.Index],
        right: [Concept.Index],
        about queried: [Concept.Index]
    ) -> TrainingExample {
        let positions = candidates.indices.filter { right.contains(candidates[$0]) }
        return TrainingExample(
            task: task,
            loss: .listwise,
            prompt: question.prompt,
            continuations: question.continuations + [Prompts.none],
            correct: positions.isEmpty ? [candidates.count] : positions,
            concepts: identifiers(queried + question.shown + candidates)
        )
    }

    func naturalName(_ index: Concept.Index) -> String { Term.natural(concepts[index].name) }

    func identifiers(_ indices: [Concept.Index]) -> [String] {
        Set(indices).sorted().map { concepts[$0].identifier }
    }
}
