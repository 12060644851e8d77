import Inference
import Taxonomy

extension VocabularyFitting {
    func learnStrangers(
        _ asked: [Asked],
        _ fit: inout VocabularyFit,
        _ report: inout FitReport
    ) throws {
        let retriever = retriever
        var generator = SplitMix64(seed: options.seed, stream: 2)
        let phrases = Strangers(vocabulary.taxonomy)
            .phrases(asked.count, isHidden: view.isHidden, &generator)
        let vectors = try encoder.encode(phrases)
        let dimension = encoder.dimension
        let members = parallelMap(asked.count) { Belonging.readings(asked[$0].search) }
        let all = parallelMap(phrases.count) { position in
            let start = position * dimension
            let probe = retriever.probe(
                [phrases[position]],
                vectors: Array(vectors[start..<start + dimension])
            )
            return Belonging.readings(retriever.search(for: probe))
        }
        // A phrase that reads like a concept is likely one under another name.
        let strange = all.filter { $0[0] < Self.likeness }
        fit.belonging = Belonging.fit(members, against: strange)
        func share(_ rows: [[Float]]) -> Double {
            let answered = rows.count { fit.belonging.probability($0) >= fit.belonging.threshold }
            return rows.isEmpty ? 0 : 100 * Double(answered) / Double(rows.count)
        }
        report.membersAnswered = share(members)
        report.strangers = strange.count
        report.strangersRefused = strange.isEmpty ? 0 : 100 - share(strange)
    }

    /// Cosine with the nearest concept from which a phrase counts as one.
    static let likeness: Float = 0.8
}
