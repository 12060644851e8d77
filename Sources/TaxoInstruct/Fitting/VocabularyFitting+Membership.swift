import Inference
import Taxonomy

extension VocabularyFitting {
    /// Fits ``VocabularyFit/membership`` on the left-out concepts against out-of-vocabulary
    /// phrases.
    func fitMembership(
        _ asked: [Asked],
        _ fit: inout VocabularyFit,
        _ report: inout FitReport
    ) throws {
        let retriever = retriever
        var generator = SplitMix64(seed: options.seed, stream: 2)
        let phrases = OutOfVocabularyPhrases(vocabulary.taxonomy)
            .phrases(asked.count, isHidden: view.isHidden, &generator)
        let vectors = try encoder.encode(phrases)
        let dimension = encoder.dimension
        let members = parallelMap(asked.count) { DomainMembership.readings(asked[$0].search) }
        let all = parallelMap(phrases.count) { position in
            let start = position * dimension
            let probe = retriever.probe(
                [phrases[position]],
                vectors: Array(vectors[start..<start + dimension])
            )
            return DomainMembership.readings(retriever.search(for: probe))
        }
        // A phrase this similar to a concept is probably another name for it, hence no negative.
        let outside = all.filter { $0[0] < Self.likeness }
        fit.membership = DomainMembership.fit(members, against: outside)
        func share(_ rows: [[Float]]) -> Double {
            let answered = rows.count { fit.membership.probability($0) >= fit.membership.threshold }
            return rows.isEmpty ? 0 : 100 * Double(answered) / Double(rows.count)
        }
        report.membersAnswered = share(members)
        report.outsidePhrases = outside.count
        report.outsidePhrasesRefused = outside.isEmpty ? 0 : 100 - share(outside)
    }

    /// Cosine with the nearest concept from which a phrase is not used as a negative.
    static let likeness: Float = 0.8
}
