package import FoundationEssentials
import TaxoInstruct

/// The results of a taxonomy-expansion evaluation.
package struct ExpansionReport: Sendable {
    /// The score by which candidates are ordered.
    package enum Mode: String, Hashable, Codable, Sendable, CaseIterable {
        case retrieval
        /// The language model alone, on the candidates from retrieval.
        case languageModel
        case fusion
    }

    package struct Outcome: Hashable, Sendable {
        /// The top-ranked parent.
        package let first: String
        /// Rank of the best-ranked gold parent, from 1; `nil` if no gold parent is in the taxonomy.
        package let rank: Int?
        /// Wu & Palmer similarity of the top-ranked parent to the closest gold parent, 0 to 1.
        package let wuPalmer: Double
    }

    package struct Row: Sendable {
        package let query: String
        package let gold: [String]
        package let prompt: String
        package let candidates: [String]
        package let continuations: [String]
        package let retrieval: [Double]
        /// Summed log-likelihood of each continuation; empty without a model.
        package let logLikelihoods: [Double]
        package let tokens: [Int]
        package let outcomes: [Mode: Outcome]
    }

    package let rows: [Row]
    /// A readable summary of what was fitted on the training edges.
    package let fit: String
    private let seed: UInt64

    package init(rows: [Row], seed: UInt64, fit: String = "") {
        self.fit = fit
        self.rows = rows
        self.seed = seed
    }

    /// The measures of a mode under their stable keys, percentages as 0 to 100, each with `…Low`
    /// and `…High`; `nil` if the mode was not run.
    package func measures(_ mode: Mode) -> [String: Double]? {
        let outcomes = rows.compactMap { $0.outcomes[mode] }
        guard !outcomes.isEmpty else { return nil }
        let bootstrap = Bootstrap(seed: seed)
        var measures = ["queries": Double(outcomes.count)]
        func add(_ key: String, _ value: (Outcome) -> Double) {
            let interval = bootstrap.interval(outcomes.map { 100 * value($0) })
            measures[key] = Self.rounded(interval.mean)
            measures[key + "Low"] = Self.rounded(interval.low)
            measures[key + "High"] = Self.rounded(interval.high)
        }
        add("accuracy") { $0.rank == 1 ? 1 : 0 }
        add("wuPalmer", \.wuPalmer)
        add("mrr") { outcome in outcome.rank.map { 1 / Double($0) } ?? 0 }
        for width in Self.widths {
            add("recallAt\(width)") { outcome in
                outcome.rank.map { $0 <= width } == true ? 1 : 0
            }
        }
        return measures
    }

    /// The gain from the language model: paired differences between fusion and retrieval, with
    /// their intervals; `nil` without a model.
    package func gain() -> Measures? {
        let pairs = rows.compactMap { row -> (fusion: Outcome, retrieval: Outcome)? in
            guard let fusion = row.outcomes[.fusion], let other = row.outcomes[.retrieval]
            else { return nil }
            return (fusion, other)
        }
        guard !pairs.isEmpty else { return nil }
        var measures = Measures(Bootstrap(seed: seed))
        measures.add("queries", count: pairs.count)
        func add(_ key: String, _ value: (Outcome) -> Double) {
            measures.add(key, percent: pairs.map { value($0.fusion) - value($0.retrieval) })
        }
        add("accuracy") { $0.rank == 1 ? 1 : 0 }
        add("wuPalmer", \.wuPalmer)
        add("mrr") { outcome in outcome.rank.map { 1 / Double($0) } ?? 0 }
        for width in Self.widths.dropFirst() {
            add("recallAt\(width)") { $0.rank.map { $0 <= width } == true ? 1 : 0 }
        }
        return measures
    }

    /// All modes and the gain, as JSON with sorted keys.
    package func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        var modes: [String: [String: Double]] = [:]
        for mode in Mode.allCases { modes[mode.rawValue] = measures(mode) }
        modes["gain"] = gain()?.flat
        return try encoder.encode(["taxonomyExpansion": modes])
    }

    /// All modes as a table for a terminal.
    package func table() -> String {
        let keys = ["accuracy", "wuPalmer", "mrr"] + Self.widths.map { "recallAt\($0)" }
        var lines = [Self.line("taxonomy expansion", keys.map(Self.heading))]
        for mode in Mode.allCases {
            guard let measures = measures(mode) else { continue }
            lines.append(Self.line(mode.rawValue, keys.map { Self.decimal(measures[$0] ?? 0) }))
            let spans = keys.map {
                Self.decimal(measures[$0 + "Low"] ?? 0) + "-"
                    + Self.decimal(measures[$0 + "High"] ?? 0)
            }
            lines.append(Self.line("  95 % interval", spans))
        }
        if let gain = gain() {
            func cell(_ key: String, _ value: (Measures.Figure) -> Double?) -> String {
                gain.figures.first { $0.key == key }.flatMap(value).map(Self.decimal) ?? ""
            }
            lines.append(Self.line("gain", keys.map { cell($0, \.value) }))
            let spans = keys.map { key in
                let low = cell(key) { $0.span?.low }
                return low.isEmpty ? "" : "\(low) to " + cell(key) { $0.span?.high }
            }
            lines.append(Self.line("  95 % interval", spans))
        }
        return lines.joined(separator: "\n") + "\n\(rows.count) queries; \(fit)\n"
    }

    /// One JSON object per query and line, with the model's input and output, so that an
    /// independent implementation can be given the same input.
    package func dump() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var lines = Data()
        for row in rows {
            lines.append(try encoder.encode(DumpLine(row)))
            lines.append(UInt8(ascii: "\n"))
        }
        return lines
    }

    private struct DumpLine: Encodable {
        let query: String
        let gold: [String]
        let prompt: String
        let candidates: [String]
        let continuations: [String]
        let retrieval: [Double]
        let logLikelihoods: [Double]
        let tokens: [Int]
        let first: [String: String]

        init(_ row: Row) {
            query = row.query
            gold = row.gold
            prompt = row.prompt
            candidates = row.candidates
            continuations = row.continuations
            retrieval = row.retrieval
            logLikelihoods = row.logLikelihoods
            tokens = row.tokens
            first = Dictionary(
                uniqueKeysWithValues: row.outcomes.map { ($0.key.rawValue, $0.value.first) }
            )
        }
    }

    private static let widths = [1, 5, 10, 20, 50]

    private static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }

    private static func decimal(_ value: Double) -> String {
        let tenths = Int((abs(value) * 10).rounded())
        return "\(value < 0 && tenths > 0 ? "-" : "")\(tenths / 10).\(tenths % 10)"
    }

    private static func heading(_ key: String) -> String {
        switch key {
        case "accuracy": "Acc"
        case "wuPalmer": "Wu&P"
        case "mrr": "MRR"
        default: "R@" + key.dropFirst("recallAt".count)
        }
    }

    private static func line(_ title: String, _ cells: [String]) -> String {
        func padded(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(1, width - text.count)) + text
        }
        let head = title + String(repeating: " ", count: max(1, 20 - title.count))
        return head + cells.map { padded($0, 14) }.joined()
    }
}
