import Contract
import TaxoInstruct
package import Taxonomy

/// Fits ``PeerModel`` on vocabularies of which concepts are treated as new, and measures it on
/// vocabularies that it was not fitted on.
package struct PeerFitting {
    /// A vocabulary by name.
    package struct Source: Sendable {
        package let name: String
        package let taxonomy: Taxonomy

        package init(name: String, taxonomy: Taxonomy) {
            self.name = name
            self.taxonomy = taxonomy
        }
    }

    package struct Options: Sendable {
        /// Files drawn from each vocabulary; every second one has names only.
        package var files = 6
        /// New terms of a file.
        package var terms = 300
        package var seed: UInt64 = 1

        package init() {}
    }

    /// A term of one file with its possible parents.
    private struct Asked: Sendable {
        let source: Int
        let rows: [[Double]]
        let isRight: [Bool]
        let hasPeer: Bool
    }

    private let sources: [Source]
    private let options: Options
    private let asked: [Asked]

    /// - Parameters:
    ///   - sources: The vocabularies.
    ///   - options: How much is drawn.
    ///   - isBarred: Whether nothing may be learned about the concept.
    package init(_ sources: [Source], _ options: Options, isBarred: (Concept) -> Bool) {
        self.sources = sources
        self.options = options
        var asked: [Asked] = []
        for (number, source) in sources.enumerated() {
            let words = WordIndex(Lexicon(source.taxonomy), source.taxonomy)
            for file in 0..<options.files {
                let drawn = NewTerms(
                    of: source.taxonomy,
                    count: min(options.terms, source.taxonomy.concepts.count / 5),
                    namesOnly: !file.isMultiple(of: 2),
                    isBarred: isBarred,
                    seed: options.seed &+ UInt64(1_000 * number + file)
                )
                asked += Self.asked(drawn, words, source: number)
            }
        }
        self.asked = asked
    }

    private static func asked(_ drawn: NewTerms, _ words: WordIndex, source: Int) -> [Asked] {
        let hidden = Set(drawn.concepts)
        let features = PeerFeatures(words: words, taxonomy: drawn.taxonomy) { hidden.contains($0) }
        let read = drawn.terms.map(TermWords.init)
        let pool = PeerPool(read, words)
        return parallelMap(read.count) { child in
            let pair = features.child(read[child])
            let candidates = pool.candidates(for: child)
            return Asked(
                source: source,
                rows: candidates.map { features.row(pair, under: read[$0]) },
                isRight: candidates.map(drawn.parents[child].contains),
                hasPeer: !drawn.parents[child].isEmpty
            )
        }
    }

    /// Fits the model; each vocabulary is judged by one that was fitted on the others.
    ///
    /// - Returns: The figures by vocabulary, with the numbers of the model that is fitted on all
    ///   vocabularies in the notes.
    package func run() -> EvaluationReport {
        let held = parallelMap(sources.count) { number in
            (number, Self.pair(asked.filter { $0.source != number }))
        }
        let ratings = asked.map { one in
            one.rows.map { PeerModel(pair: held[one.source].1).rating($0) }
        }
        let whole = Self.calibrated(Self.pair(asked), Array(zip(asked, ratings)))
        var report = EvaluationReport(title: "peers")
        for number in sources.indices {
            let others = zip(asked, ratings).filter { $0.0.source != number }
            let model = Self.calibrated(held[number].1, others)
            let own = zip(asked, ratings).filter { $0.0.source == number }
            report.add(sources[number].name, "held", measures(own, model))
        }
        report.add("all", "calibratedOnAll", measures(Array(zip(asked, ratings)), whole))
        report.notes.append(Self.text(whole))
        return report
    }

    private static func pair(_ asked: [Asked]) -> LogisticRegression {
        LogisticRegression.fit(
            asked.flatMap(\.rows),
            asked.flatMap(\.isRight),
            prior: LogisticRegression(weights: PeerFeatures.names.map { _ in 0 }, bias: 0)
        )
    }

    private static func calibrated(
        _ pair: LogisticRegression,
        _ rated: [(Asked, [Double])]
    ) -> PeerModel {
        var first: (rows: [[Double]], answers: [Bool]) = ([], [])
        var further = first
        for (one, ratings) in rated {
            for (rank, (position, readings)) in PeerModel.readings(ratings).prefix(6).enumerated() {
                if rank == 0 {
                    first.rows.append(readings)
                    first.answers.append(one.isRight[position])
                } else {
                    further.rows.append(readings)
                    further.answers.append(one.isRight[position])
                }
            }
        }
        let prior = LogisticRegression(weights: [1, 0], bias: 0)
        return PeerModel(
            pair: pair,
            first: .fit(first.rows, first.answers, prior: prior),
            further: .fit(further.rows, further.answers, prior: prior)
        )
    }

    private func measures(_ rated: [(Asked, [Double])], _ model: PeerModel) -> Measures {
        var measures = Measures(Bootstrap(seed: options.seed))
        var best: [(probability: Double, isRight: Bool, hasPeer: Bool)] = []
        for (one, ratings) in rated {
            let probabilities = model.probabilities(ratings)
            let order = Ranking.order(probabilities)
            best.append(
                (
                    order.first.map { probabilities[$0] } ?? 0,
                    order.first.map { one.isRight[$0] } ?? false,
                    one.hasPeer
                )
            )
        }
        let with = zip(rated, best).filter { $0.0.0.hasPeer }
        let without = best.filter { !$0.hasPeer }
        measures.add("queries", count: best.count)
        measures.add("withParent", count: with.count)
        measures.add("inPool", percent: with.map { $0.0.0.isRight.contains(true) ? 1 : 0 })
        measures.add("hitAt1", percent: with.map { $0.1.isRight ? 1 : 0 })
        measures.add(
            "foundAt50",
            percent: with.map { $0.1.isRight && $0.1.probability >= 0.5 ? 1 : 0 }
        )
        measures.add(
            "falseAt50",
            percent: without.map { $0.probability >= 0.5 ? 1 : 0 }
        )
        let answers = best.map { ($0.probability, $0.isRight) }
        measures.add("expectedCalibrationError", queries: best.count) { drawn in
            PlacementMeasures.calibrationError(drawn.map { answers[$0] })
        }
        return measures
    }

    /// The model as Swift's source.
    private static func text(_ model: PeerModel) -> String {
        func text(_ one: LogisticRegression) -> String {
            let weights = one.weights.map { String(Self.rounded($0)) }.joined(separator: ", ")
            return "weights: [\(weights)], bias: \(Self.rounded(one.bias))"
        }
        let names = zip(PeerFeatures.names, model.pair.weights).map {
            "  \(Self.rounded($1))  \($0)"
        }
        return """
            pair: \(text(model.pair))
            first: \(text(model.first))
            further: \(text(model.further))
            \(names.joined(separator: "\n"))
            """
    }

    private static func rounded(_ value: Double) -> Double { (value * 1_000).rounded() / 1_000 }
}

extension PeerModel {
    fileprivate init(pair: LogisticRegression) {
        let plain = LogisticRegression(weights: [1, 0], bias: 0)
        self.init(pair: pair, first: plain, further: plain)
    }
}
