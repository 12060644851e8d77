import Foundation
import Testing

/// One golden case: named arrays and numbers, made by `Golden/make_golden.py`.
struct GoldenCase: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let rows: Int
    let columns: Int
    private let values: [String: [Float]]
    private let whole: [String: Double]

    var testDescription: String { name }
    var epsilon: Float { Float(whole["epsilon"] ?? .nan) }

    /// The array of this name; a missing one fails every comparison.
    func array(_ name: String) -> [Float] { values[name] ?? [.nan] }

    /// The number of this name; a missing one fails every comparison.
    func number(_ name: String) -> Int { Int(whole[name] ?? -1) }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        name = try container.decode(String.self, forKey: Key("name"))
        rows = try container.decode(Int.self, forKey: Key("rows"))
        columns = try container.decode(Int.self, forKey: Key("columns"))
        values = try container.decode([String: [Float]].self, forKey: Key("values"))
        var whole: [String: Double] = [:]
        for key in container.allKeys where !["name", "values"].contains(key.stringValue) {
            whole[key.stringValue] = try container.decode(Double.self, forKey: key)
        }
        self.whole = whole
    }

    /// The cases of `Golden/<file>.json`.
    static func all(_ file: String) throws -> [GoldenCase] {
        struct File: Decodable { let cases: [GoldenCase] }
        let folder = try #require(Bundle.module.url(forResource: "Golden", withExtension: nil))
        let data = try Data(contentsOf: folder.appendingPathComponent("\(file).json"))
        return try JSONDecoder().decode(File.self, from: data).cases
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

/// Expects every element of `actual` to lie within `absolute + relative · |expected|`.
///
/// Reports the worst element and not the first, because the worst one tells whether the kernel is
/// wrong or the tolerance is.
func expectClose(
    _ actual: [Float],
    _ expected: [Float],
    absolute: Float = 1e-6,
    relative: Float = 1e-5,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    guard actual.count == expected.count else {
        Issue.record(
            "\(actual.count) elements, expected \(expected.count)",
            sourceLocation: sourceLocation
        )
        return
    }
    var worst = (index: 0, excess: -Float.infinity)
    for index in actual.indices {
        let error = abs(actual[index] - expected[index])
        // A NaN compares false with everything, so it must fail by itself.
        let excess = error.isNaN ? .infinity : error - (absolute + relative * abs(expected[index]))
        if excess > worst.excess { worst = (index, excess) }
    }
    guard worst.excess > 0 else { return }
    Issue.record(
        """
        element \(worst.index): got \(actual[worst.index]), expected \(expected[worst.index]), \
        over tolerance by \(worst.excess)
        """,
        sourceLocation: sourceLocation
    )
}
