import Dispatch
import Inference
import Synchronization
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
        let count = asked.count
        let readings = Mutex([[Float]](repeating: [], count: count + phrases.count))
        DispatchQueue.concurrentPerform(iterations: count + phrases.count) { position in
            let search: ParentSearch
            if position < count {
                search = asked[position].search
            } else {
                let start = (position - count) * dimension
                let probe = retriever.probe(
                    [phrases[position - count]],
                    vectors: Array(vectors[start..<start + dimension])
                )
                search = retriever.search(for: probe)
            }
            let row = Belonging.readings(search)
            readings.withLock { $0[position] = row }
        }
        let all = readings.withLock(\.self)
        // A phrase that reads like a concept is likely one under another name.
        let strange = all[count...].filter { $0[0] < Self.likeness }
        let rows = all[..<count] + strange
        fit.belonging = Belonging.fit(Array(all[..<count]), against: Array(strange))
        func share(_ rows: ArraySlice<[Float]>) -> Double {
            let answered = rows.count { fit.belonging.probability($0) >= fit.belonging.threshold }
            return rows.isEmpty ? 0 : 100 * Double(answered) / Double(rows.count)
        }
        report.membersAnswered = share(rows[..<count])
        report.strangers = strange.count
        report.strangersRefused = strange.isEmpty ? 0 : 100 - share(rows[count...])
    }

    /// Cosine with the nearest concept from which a phrase counts as one.
    static let likeness: Float = 0.8
}
