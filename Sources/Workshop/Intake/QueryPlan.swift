package import Contract
import TaxonomyFormats

/// The queries that came of a file.
package struct QueryPlan: Sendable {
    /// A query that is answered with an error and never asked.
    package struct Refusal: Hashable, Sendable {
        package let query: Query
        package let error: SubmissionError

        package init(query: Query, error: SubmissionError) {
            self.query = query
            self.error = error
        }
    }

    /// To be asked, with keys `q000001`… in the order of the file.
    package var queries: [Query]
    /// To be answered with an error; their keys are of the same sequence.
    package var refusals: [Refusal]
    /// How the file was read and how to force another reading.
    package var reading: String
    /// What a reader of the receipt should know beside.
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

    /// Numbers queries: `q000001` is the first.
    package static func key(_ number: Int) -> String {
        let digits = String(number)
        return "q" + String(repeating: "0", count: max(0, 6 - digits.utf8.count)) + digits
    }
}
