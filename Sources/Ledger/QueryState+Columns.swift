import GRDB
import Jobs

/// A query's state as stored in the columns `begun`, `crashes` and `answer`.
///
/// `begun` is 1 for a query that is asked alone, plus 2 once a kill of its worker was excused. A
/// taxod with schema 3 or earlier does not know the 2, and reads 2 and 3 as “asked with others”: it
/// blames the query one death later, with no other effect.
extension QueryState {
    private static let alone = 1
    private static let forgiven = 2

    /// The columns that ``init(_:)`` reads.
    static let columns = "begun, crashes, answer IS NOT NULL AS answered"

    init(_ row: Row) {
        let begun: Int = row["begun"]
        let record = Record(
            crashes: row["crashes"],
            isKillForgiven: begun & Self.forgiven != 0
        )
        if row["answered"] == 1 {
            self = .answered
        } else {
            self = begun & Self.alone == 0 ? .pending(record) : .alone(record)
        }
    }

    /// The values of `begun` and `crashes`.
    var stored: (begun: Int, crashes: Int) {
        switch self {
        case .pending(let record): (record.isKillForgiven ? Self.forgiven : 0, record.crashes)
        case .alone(let record):
            (Self.alone | (record.isKillForgiven ? Self.forgiven : 0), record.crashes)
        case .answered: (0, 0)
        }
    }
}
