import Glibc
import TaxoInstruct
import Testing

@Suite("Confidence in a candidate")
struct ConfidenceTests {
    /// A row in which cosine, trigrams and the two votes are told apart.
    private func row(_ cosine: Float) throws -> [Float] {
        var row = [Float](repeating: 9, count: ParentFeatures.names.count)
        for (name, value) in [
            ("cosine", cosine), ("trigrams", 0.5), ("votes", 0.25), ("votesBelow", 0.125),
        ] {
            row[try #require(ParentFeatures.names.firstIndex(of: name))] = value
        }
        return row
    }

    @Test("read are the share's logit, the lead over the best rival, the score and four features")
    func readings() throws {
        // Shares 3/4 and 1/4.
        let readings = Confidence.readings([log(3), 0], [try row(1), try row(0.75)])
        expectClose(readings[0], [log(3), log(3), log(3), 1, 0.5, 0.25, 0.125], within: 1e-12)
        expectClose(readings[1], [-log(3), -log(3), 0, 0.75, 0.5, 0.25, 0.125], within: 1e-12)
        #expect(readings[0].count == Confidence.readingNames.count)
    }

    @Test("what is far out is cut off, and a single candidate has no rival")
    func bounds() {
        let sure = Confidence.readings([1000, 0], [[], []])
        expectClose(sure[0].prefix(3).map(\.self), [log((1 - 1e-6) / 1e-6), 8, 12], within: 1e-6)
        #expect(Array(sure[1].dropFirst(3)) == [0, 0, 0, 0])
        let alone = Confidence.readings([0], [[]])
        expectClose(Array(alone[0].prefix(3)), [log((1 - 1e-6) / 1e-6), 8, 0], within: 1e-6)
        #expect(Confidence.readings([], []).isEmpty)
    }

    @Test("before anything is fitted the probability is the share")
    func plain() throws {
        let rows = [try row(1), try row(0), try row(0)]
        let probabilities = Confidence.plain.probabilities([log(3), log(2), 0], rows)
        expectClose(probabilities, [0.5, 1.0 / 3, 1.0 / 6], within: 1e-9)
    }

    @Test("the first has a regression of its own")
    func first() throws {
        var confidence = Confidence.plain
        confidence.first = LogisticRegression(weights: [0, 0, 0, 0, 0, 0, 0], bias: 0)
        let probabilities = confidence.probabilities([log(3), 0], [try row(1), try row(1)])
        expectClose(probabilities, [0.5, 0.25], within: 1e-9)
    }
}
