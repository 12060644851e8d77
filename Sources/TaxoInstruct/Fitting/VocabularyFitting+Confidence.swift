import Taxonomy

extension VocabularyFitting {
    func confidence(_ asked: [Asked], _ scores: [[Double]]) -> Confidence {
        Self.confidence(
            zip(asked, scores).map { one, scores in
                let order = Ranking.order(scores).prefix(settings.candidates)
                return (
                    order.map { scores[$0] },
                    order.map { one.list.features[$0] },
                    order.map { one.list.isRight[$0] }
                )
            },
            prior: .plain,
            ridge: 1
        )
    }

    package static func confidence(
        _ lists: [(scores: [Double], features: [[Float]], isRight: [Bool])],
        prior: Confidence,
        ridge: Double
    ) -> Confidence {
        var first: (rows: [[Double]], answers: [Bool]) = ([], [])
        var further = first
        for list in lists {
            let order = Ranking.order(list.scores)
            let readings = Confidence.readings(
                order.map { list.scores[$0] },
                order.map { list.features[$0] }
            )
            for (rank, (position, row)) in zip(order, readings).prefix(6).enumerated() {
                if rank == 0 {
                    first.rows.append(row)
                    first.answers.append(list.isRight[position])
                } else {
                    further.rows.append(row)
                    further.answers.append(list.isRight[position])
                }
            }
        }
        return Confidence(
            first: .fit(first.rows, first.answers, ridge: ridge, prior: prior.first),
            further: .fit(further.rows, further.answers, ridge: ridge, prior: prior.further)
        )
    }

    /// The candidates of one concept as placement would see them, best first, with the probability
    /// that each is a parent.
    private func ranked(
        _ one: Asked,
        _ scores: [Double],
        _ confidence: Confidence
    ) -> [(position: Int, probability: Double)] {
        let order = Array(Ranking.order(scores).prefix(settings.candidates))
        let probabilities = confidence.probabilities(
            order.map { scores[$0] },
            order.map { one.list.features[$0] }
        )
        return zip(order, probabilities).map { ($0, $1) }
    }

    func measure(_ asked: [Asked], _ scores: [[Double]], _ report: inout FitReport) {
        var surest: [(probability: Double, isRight: Bool)] = []
        let confidence = confidence(asked, scores)
        var ranks: [Int?] = []
        for (one, scores) in zip(asked, scores) {
            ranks.append(Ranking.order(scores).firstIndex { one.list.isRight[$0] })
            guard let best = ranked(one, scores, confidence).first else { continue }
            surest.append((best.probability, one.list.isRight[best.position]))
        }
        let all = Double(asked.count)
        func share(_ width: Int) -> Double {
            100 * Double(ranks.count { $0.map { $0 < width } ?? false }) / all
        }
        report.queries = asked.count
        report.hitAt1 = share(1)
        report.recallAt5 = share(5)
        report.recallAt20 = share(20)
        report.recallAt50 = share(50)
        surest.sort { $0.probability > $1.probability }
        let top = surest.prefix(Int((0.35 * all).rounded()))
        report.precisionAt35 =
            top.isEmpty ? 0 : 100 * Double(top.count(where: \.isRight)) / Double(top.count)
        report.encoderHitAt1 = 100 * Double(asked.count(where: \.encoderHits)) / all
    }

    /// Chooses the threshold for further parents that maximises the F1 of the proposed set.
    func setThresholds(
        _ asked: [Asked],
        _ scores: [[Double]],
        _ fit: inout VocabularyFit
    ) {
        let confidence = fit.withoutModel
        let terms = zip(asked, scores).map { one, scores in
            let ranked = ranked(one, scores, confidence).map {
                (index: one.candidates[$0.position].index, probability: $0.probability)
            }
            return (ranked: ranked, gold: Set(view.parents(of: one.index)))
        }
        var best = 0.0
        for threshold in (4...16).map({ Double($0) / 20 }) {
            let sum = terms.reduce(0.0) { sum, term in
                let accepted = Placement.accepted(
                    term.ranked,
                    in: view,
                    from: threshold,
                    atMost: settings.maximumParents
                )
                let proposed = Set(accepted.map { term.ranked[$0].index })
                let common = Double(proposed.intersection(term.gold).count)
                return sum + 2 * common / Double(proposed.count + term.gold.count)
            }
            if sum > best {
                best = sum
                fit.parentThreshold = threshold
            }
        }
    }

    func warnings(_ report: FitReport) -> [String] {
        // With an encoder that does not know the names, the nearest inner concept is right only by
        // chance.
        report.encoderHitAt1 < 5 || report.recallAt20 < 40 ? ["retrieval-poor"] : []
    }
}
