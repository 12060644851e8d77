import Jobs
import Testing

@Suite struct QueryStateTests {
    private static func record(_ crashes: Int, forgiven: Bool = false) -> QueryState.Record {
        QueryState.Record(crashes: crashes, isKillForgiven: forgiven)
    }

    /// Each state with and without what counts against a query.
    static let states: [QueryState] = [
        .pending(record(0)), .pending(record(1, forgiven: true)), .alone(record(0)),
        .alone(record(1)), .alone(record(1, forgiven: true)), .alone(record(2)), .answered,
    ]

    /// What follows, by the index of the state; every event not listed is refused.
    static let table: [[QueryEvent: QueryState]] = [
        [
            .workerDied: .alone(record(0)), .workerKilled: .alone(record(0)),
            .workerGaveUp: .pending(record(0)), .daemonEnded: .pending(record(0)),
            .answered: .answered,
        ],
        [
            .workerDied: .alone(record(1, forgiven: true)),
            .workerKilled: .alone(record(1, forgiven: true)),
            .workerGaveUp: .pending(record(1, forgiven: true)),
            .daemonEnded: .pending(record(1)), .answered: .answered,
        ],
        [
            .askedAlone: .alone(record(1)), .workerDied: .alone(record(0)),
            .workerKilled: .alone(record(0, forgiven: true)),
            .workerGaveUp: .pending(record(0)), .daemonEnded: .pending(record(0)),
            .answered: .answered,
        ],
        [
            .askedAlone: .alone(record(2)), .workerDied: .alone(record(1)),
            .workerKilled: .alone(record(0, forgiven: true)),
            .workerGaveUp: .pending(record(0)), .daemonEnded: .pending(record(0)),
            .answered: .answered,
        ],
        [
            .askedAlone: .alone(record(2, forgiven: true)),
            .workerDied: .alone(record(1, forgiven: true)),
            .workerKilled: .alone(record(1, forgiven: true)),
            .workerGaveUp: .pending(record(0, forgiven: true)),
            .daemonEnded: .pending(record(0)), .answered: .answered,
        ],
        [
            .workerDied: .alone(record(2)), .workerKilled: .alone(record(1, forgiven: true)),
            .workerGaveUp: .pending(record(1)), .daemonEnded: .pending(record(1)),
            .answered: .answered,
        ],
        [
            .workerDied: .answered, .workerKilled: .answered, .workerGaveUp: .answered,
            .daemonEnded: .answered,
        ],
    ]

    @Test("every state answers every event as the table says", arguments: states.indices)
    func everyStateTimesEvent(index: Int) throws {
        let state = Self.states[index]
        for event in QueryEvent.allCases {
            if let expected = Self.table[index][event] {
                #expect(try state.after(event) == expected, "\(state) after \(event)")
            } else {
                #expect(throws: InvalidQueryTransition.self, "\(state) after \(event)") {
                    try state.after(event)
                }
            }
        }
    }

    /// The state after the events, one after the other.
    private func state(after events: QueryEvent...) throws -> QueryState {
        try events.reduce(.pending(.init())) { try $0.after($1) }
    }

    @Test("a query is given up after two crashes alone; the one beside others does not count")
    func crashes() throws {
        #expect(try !state(after: .workerDied).isGivenUp)
        #expect(try !state(after: .workerDied, .askedAlone, .workerDied).isGivenUp)
        let once = try state(after: .workerDied, .askedAlone, .workerDied)
        #expect(try once.after(.askedAlone).after(.workerDied).isGivenUp)
    }

    @Test("the first kill from outside is forgiven, so that one try more is made")
    func kills() throws {
        let once = try state(after: .workerKilled, .askedAlone, .workerKilled)
        #expect(once == .alone(Self.record(0, forgiven: true)))
        let twice = try once.after(.askedAlone).after(.workerKilled)
        #expect(!twice.isGivenUp)
        #expect(try twice.after(.askedAlone).after(.workerKilled).isGivenUp)
    }

    @Test("a worker that gives up, and a daemon that ends, take back the try that was cut off")
    func innocent() throws {
        for event in [QueryEvent.workerGaveUp, .daemonEnded] {
            #expect(
                try state(after: .workerDied, .askedAlone, event) == .pending(Self.record(0))
            )
            let second = try state(
                after: .workerDied,
                .askedAlone,
                .workerDied,
                .askedAlone,
                event
            )
            #expect(second == .pending(Self.record(1)))
            // It is asked beside others again; what counts against it stays.
            #expect(try second.after(.workerDied).after(.askedAlone).isGivenUp)
        }
    }
}
