package import TaxoInstruct

/// The measures of one ranking under their stable keys, in display order.
package struct Measures: Sendable {
    package struct Figure: Sendable {
        package let key: String
        package let value: Double
        /// Bounds of the 95 % interval; `nil` for a count.
        package let span: (low: Double, high: Double)?
    }

    package private(set) var figures: [Figure] = []
    private let bootstrap: Bootstrap

    package init(_ bootstrap: Bootstrap) { self.bootstrap = bootstrap }

    /// Adds a count or another number without an interval.
    package mutating func add(_ key: String, count: Int) {
        figures.append(Figure(key: key, value: Double(count), span: nil))
    }

    /// Adds the mean of per-query shares, as a percentage.
    package mutating func add(_ key: String, percent values: [Double]) {
        add(key, bootstrap.interval(values.map { 100 * $0 }))
    }

    /// Adds the mean of per-query numbers.
    package mutating func add(_ key: String, mean values: [Double]) {
        add(key, bootstrap.interval(values))
    }

    /// Adds another ranking's measures with a suffix on each key.
    package mutating func add(_ other: Measures, suffix: String) {
        for figure in other.figures where figure.span != nil {
            figures.append(Figure(key: figure.key + suffix, value: figure.value, span: figure.span))
        }
    }

    /// Adds a statistic over queries that is not a mean.
    package mutating func add(_ key: String, queries: Int, _ figure: ([Int]) -> Double) {
        add(key, bootstrap.interval(count: queries, figure))
    }

    private mutating func add(_ key: String, _ interval: Bootstrap.Interval) {
        let span = (Self.rounded(interval.low), Self.rounded(interval.high))
        figures.append(Figure(key: key, value: Self.rounded(interval.mean), span: span))
    }

    package subscript(key: String) -> Double? { figures.first { $0.key == key }?.value }

    /// Each measure under its key, with its interval under the key plus `Low` and `High`.
    package var flat: [String: Double] {
        var flat: [String: Double] = [:]
        for figure in figures {
            flat[figure.key] = figure.value
            flat[figure.key + "Low"] = figure.span?.low
            flat[figure.key + "High"] = figure.span?.high
        }
        return flat
    }

    /// Rounded to four decimals, which is enough even for a share between 0 and 1.
    private static func rounded(_ value: Double) -> Double { (value * 1e4).rounded() / 1e4 }
}
