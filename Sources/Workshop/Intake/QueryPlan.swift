package import Contract

/// The queries made from a file.
package struct QueryPlan: Sendable {
    /// A query that is answered with an error instead of being asked.
    package struct Refusal: Hashable, Sendable {
        package let query: Query
        package let error: SubmissionError

        package init(query: Query, error: SubmissionError) {
            self.query = query
            self.error = error
        }
    }

    /// The queries to ask, with keys `q000001`… in the order of the file.
    package var queries: [Query]
    /// The queries to answer with an error; their keys belong to the same sequence.
    package var refusals: [Refusal]
    /// How the file was read and how to force another reading.
    package var reading: String
    /// Further remarks for the receipt.
    package var notes: [String]

    package init(
        queries: [Query] = [],
        refusals: [Refusal] = [],
        reading: String,
        notes: [String] = []
    ) {
        self.queries = queries
        self.refusals = refusals
        self.reading = reading
        self.notes = notes
    }

    /// The key of a query by its number: `q000001` is the first.
    package static func key(_ number: Int) -> String {
        let digits = String(number)
        return "q" + String(repeating: "0", count: max(0, 6 - digits.utf8.count)) + digits
    }
}
