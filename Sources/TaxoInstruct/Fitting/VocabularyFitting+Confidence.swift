extension VocabularyFitting {
    func confidence(_ asked: [Asked], _ scores: [[Double]]) -> Confidence {
        Self.confidence(
            asked.indices.map { index in
                let order = Self.order(scores[index]).prefix(settings.candidates)
                return (
                    order.map { scores[index][$0] },
                    order.map { asked[index].list.features[$0] },
                    order.map { asked[index].list.isRight[$0] }
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
        for list in lists where !list.scores.isEmpty {
            let order = Self.order(list.scores)
            let shares = Listwise.probabilities(order.map { list.scores[$0] })
            for (rank, position) in order.prefix(6).enumerated() {
                let row = Confidence.readings(
                    rank,
                    shares: shares,
                    score: list.scores[position],
                    list.features[position]
                )
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

    func measure(_ asked: [Asked], _ scores: [[Double]], _ report: inout FitReport) {
        var surest: [(probability: Double, isRight: Bool)] = []
        let confidence = confidence(asked, scores)
        var ranks: [Int?] = []
        for (one, scores) in zip(asked, scores) {
            let order = Self.order(scores)
            ranks.append(order.firstIndex { one.list.isRight[$0] })
            let shares = Listwise.probabilities(
                order.prefix(settings.candidates).map { scores[$0] }
            )
            guard let best = order.first else { continue }
            let row = Confidence.readings(
                0,
                shares: shares,
                score: scores[best],
                one.list.features[best]
            )
            surest.append((confidence.probability(0, row), one.list.isRight[best]))
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

    /// The threshold for further parents that makes the sets of parents most alike (F1).
    func setThresholds(
        _ asked: [Asked],
        _ scores: [[Double]],
        _ fit: inout VocabularyFit
    ) {
        var best = 0.0
        for threshold in (4...16).map({ Double($0) / 20 }) {
            var trial = fit
            trial.parentThreshold = threshold
            trial.answerThreshold = 0
            let sum = asked.indices.reduce(0.0) { sum, index in
                let one = asked[index]
                let order = Self.order(scores[index]).prefix(settings.candidates)
                let shares = Listwise.probabilities(order.map { scores[index][$0] })
                let ranked = order.enumerated().map { rank, position in
                    Judgement.Candidate(
                        index: one.candidates[position].index,
                        retrievalRank: rank,
                        continuation: "",
                        retrieval: scores[index][position],
                        features: one.list.features[position],
                        rating: nil,
                        logProbability: nil,
                        logPerToken: nil,
                        fused: scores[index][position],
                        probability: trial.withoutModel.probability(
                            rank,
                            Confidence.readings(
                                rank,
                                shares: shares,
                                score: scores[index][position],
                                one.list.features[position]
                            )
                        )
                    )
                }
                let placement = Placement(
                    retriever: retriever,
                    settings: settings,
                    model: nil,
                    fit: trial
                )
                let proposed = Set(placement.accepted(ranked, in: view).map(\.index))
                let gold = Set(view.parents(of: one.index))
                let common = Double(proposed.intersection(gold).count)
                return sum + 2 * common / Double(proposed.count + gold.count)
            }
            if sum > best {
                best = sum
                fit.parentThreshold = threshold
            }
        }
    }

    func warnings(_ report: FitReport) -> [String] {
        // With vectors that say nothing, the nearest inner concept is right by chance alone.
        report.encoderHitAt1 < 5 || report.recallAt20 < 40 ? ["retrieval-poor"] : []
    }
}
