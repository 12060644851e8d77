import Glibc

/// Orders candidate siblings by their features; see ``SiblingFeatures``.
///
/// A weighted sum. The weights were fitted by listwise softmax on 512 seed sets under eight
/// subtrees of MEDIC, hidden one at a time, none of whose classes lies in the cardiovascular,
/// digestive, eye or musculoskeletal subtree; nothing in them is MEDIC's own, so that they serve
/// other vocabularies too. With each of the eight left out of the fit in turn, MAP@10 is 38.3 (mean
/// cosine with the seeds: 25.8).
struct SiblingRanker: Sendable {
    /// A feature's mean, 1 / standard deviation and weight.
    private let rows: [(mean: Float, scale: Float, weight: Float)]

    private init(_ table: [(name: String, mean: Float, scale: Float, weight: Float)]) {
        rows = SiblingFeatures.names.map { name in
            table.first { $0.name == name }.map { ($0.mean, $0.scale, $0.weight) } ?? (0, 0, 0)
        }
    }

    /// The score of each row.
    func scores(_ features: [[Float]]) -> [Double] {
        features.map { row in
            zip(row, rows).reduce(0) { sum, pair in
                let value = (pair.0 - pair.1.mean) * pair.1.scale
                return sum + Double(min(max(value, -Self.bound), Self.bound) * pair.1.weight)
            }
        }
    }

    /// Standard deviations that count at most.
    private static let bound: Float = 4

    /// How probable it is that each concept of a ranked list is a sibling.
    ///
    /// Logistic in the logarithm of its share of the list and in that of its rank; fitted on the
    /// same seed sets, each scored by weights that had not seen its subtree (calibration error
    /// 0.007 over the first 50).
    ///
    /// - Parameter scores: Best first.
    static func probabilities(_ scores: [Double]) -> [Double] {
        Ranking.logSoftmax(scores).enumerated().map { rank, share in
            1 / (1 + exp(-(1.34 * share + 0.43 * log(Double(rank + 1)) + 3.34)))
        }
    }

    /// What ships.
    static let standard = SiblingRanker([
        ("cosine", -0.0, 1.0, 0.249),
        ("bestCosine", 0.0, 1.0, -0.021),
        ("leastCosine", 0.0, 1.0, 0.02),
        ("spelling", -0.0, 1.0, 0.494),
        ("bestSpelling", -0.0, 1.0, -0.189),
        ("words", -0.0, 1.0, 0.582),
        ("leastWords", -0.0, 1.008, 0.102),
        ("definition", -0.0, 1.255, 0.094),
        ("neighbours", 0.0, 1.0, 0.109),
        ("bestNeighbours", -0.0, 1.0, 0.043),
        ("parents", -0.0, 1.0, -0.061),
        ("leastParents", 0.0, 1.045, 0.097),
        ("meanParents", 0.0, 1.0, -0.155),
        ("sharedParents", -0.0, 1.0, 0.207),
        ("head", 0.136, 3.888, -0.363),
        ("ending5", 0.15, 3.746, 0.396),
        ("ending4", 0.161, 3.65, -0.151),
        ("firstWord", 0.033, 8.285, -0.074),
        ("family", 0.002, 31.641, 0.07),
        ("sameHead", 0.037, 5.289, 0.055),
        ("sameFamily", 0.003, 18.425, 0.07),
        ("source", 0.608, 2.748, 0.131),
        ("isDefined", 0.343, 2.877, 0.06),
        ("terms", 0.827, 1.537, -0.085),
        ("length", 1.638, 0.665, 0.05),
        ("generality", 0.262, 1.485, 0.009),
        ("moreGeneral", 0.223, 1.612, -0.07),
        ("lessGeneral", 0.141, 3.455, -0.071),
        ("partOfSeed", 0.002, 30.469, -0.357),
        ("holdsSeed", 0.001, 47.286, -0.572),
        ("commonWords", 0.118, 3.416, -0.018),
        ("haveCommonWords", 0.695, 2.169, -0.0),
        ("isParent", 0.001, 75.346, -0.148),
        ("isChild", 0.003, 34.067, 0.073),
    ])
}
