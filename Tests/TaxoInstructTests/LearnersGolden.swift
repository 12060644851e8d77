import Foundation
import Testing

/// `Golden/learners.json`, made by `make_learners.py`.
struct LearnersGolden: Decodable {
    struct Logistic: Decodable {
        struct Fit: Decodable {
            let ridge: Double
            /// The weights, then the bias.
            let values: [Double]
        }

        let rows: [[Double]]
        let answers: [Bool]
        let prior: [Double]
        let fits: [Fit]
    }

    struct Linear: Decodable {
        struct List: Decodable {
            let features: [[Float]]
            let isRight: [Bool]
        }

        let lists: [List]
        let means: [Double]
        let scales: [Double]
        let weights: [Double]
        /// Scale and bias.
        let odds: [Double]
    }

    struct Joined: Decodable {
        struct List: Decodable {
            /// The ranker's scores, and the model's by sums and per token.
            let numbers: [[Double]]
            let isRight: [Bool]
        }

        let lists: [List]
        /// Of each fold.
        let weights: [[Double]]
    }

    struct Membership: Decodable {
        let members: [[Float]]
        let phrases: [[Float]]
        let threshold: Double
        let ofMembers: [Double]
        let ofPhrases: [Double]
    }

    let logistic: Logistic
    let linear: Linear
    let joined: Joined
    let membership: Membership

    static func read() throws -> LearnersGolden {
        let url = try #require(
            Bundle.module.url(
                forResource: "learners",
                withExtension: "json",
                subdirectory: "Golden"
            )
        )
        return try JSONDecoder().decode(Self.self, from: Data(contentsOf: url))
    }
}

/// Expects every number to lie within `tolerance` of the one expected.
func expectClose<Number: BinaryFloatingPoint>(
    _ found: [Number],
    _ expected: [Number],
    within tolerance: Number,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(
        found.count == expected.count
            && zip(found, expected).allSatisfy { abs($0 - $1) <= tolerance },
        "\(found), expected \(expected)",
        sourceLocation: sourceLocation
    )
}
