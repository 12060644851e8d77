import Contract
import Jobs
import Testing

@Suite struct JobStateTests {
    private static let until = Timestamp(milliseconds: 1_000)
    private static let other = JobID(at: until)
    private static let tries = JobState.Tries(begun: 1, failed: 0)
    private static let half = JobState.Progress(done: 1, total: 2)
    private static let full = JobState.Progress(done: 2, total: 2)

    /// One of each state; `running` twice, because some events need every answer.
    static let states: [JobState] = [
        .received, .claimed(.init()), .loading(tries), .running(half, .init()),
        .running(full, .init()), .waiting(.vocabulary(name: nil), nil, .init()),
        .waiting(.until(until, code: .workerDied), half, .init(failed: 1)),
        .staged(result: "r"), .published(result: "r"), .archived(result: "r"),
        .duplicate(of: other, result: "r"), .quarantined(.crashedReader), .withdrawn,
        .staged(result: "r", cut: half), .published(result: "r", cut: half),
        .cancelled(result: "r", cut: half), .cancelled(result: nil, cut: nil),
        .waiting(.until(until, code: .storageUnavailable), full, .init()),
    ]

    static let events: [JobEvent] = [
        .claimed, .beganLoading, .loaded(queries: 2), .answered, .interrupted, .stopped,
        .awaitsVocabulary(name: "MEDIC"), .deferred(code: .workerDied, until: until), .resumed,
        .staged(result: "r"), .published(result: "r"), .archived,
        .foundDuplicate(of: other, result: "r"), .rejected(code: .malformedXML), .withdrawn,
        .cancelled(result: nil), .cancelled(result: "r"),
    ]

    /// What follows, by the index of the state; every event not listed is refused.
    static let table: [[(JobEvent, JobState)]] = [
        [
            (.claimed, .claimed(.init())), (.withdrawn, .withdrawn),
            (.rejected(code: .malformedXML), .quarantined(.rejected(code: .malformedXML))),
        ],
        [
            (.beganLoading, .loading(.init(begun: 1))),
            (.awaitsVocabulary(name: "MEDIC"), .waiting(.vocabulary(name: "MEDIC"), nil, .init())),
            (
                .deferred(code: .workerDied, until: until),
                .waiting(.until(until, code: .workerDied), nil, .init(failed: 1))
            ),
            (.foundDuplicate(of: other, result: "r"), .duplicate(of: other, result: "r")),
            (.cancelled(result: nil), .cancelled(result: nil, cut: nil)),
            (.rejected(code: .malformedXML), .quarantined(.rejected(code: .malformedXML))),
        ],
        [
            (.loaded(queries: 2), .running(.init(done: 0, total: 2), .init())),
            (.interrupted, .claimed(.init(begun: 1))), (.stopped, .claimed(.init())),
            (.awaitsVocabulary(name: "MEDIC"), .waiting(.vocabulary(name: "MEDIC"), nil, .init())),
            (
                .deferred(code: .workerDied, until: until),
                .waiting(.until(until, code: .workerDied), nil, .init(failed: 1))
            ),
            (.foundDuplicate(of: other, result: "r"), .duplicate(of: other, result: "r")),
            (.cancelled(result: nil), .cancelled(result: nil, cut: nil)),
            (.rejected(code: .malformedXML), .quarantined(.rejected(code: .malformedXML))),
        ],
        [
            (.answered, .running(full, .init())), (.interrupted, .running(half, .init())),
            (.stopped, .running(half, .init())),
            (
                .deferred(code: .workerDied, until: until),
                .waiting(.until(until, code: .workerDied), half, .init(failed: 1))
            ),
            (.cancelled(result: "r"), .staged(result: "r", cut: half)),
            (.rejected(code: .malformedXML), .quarantined(.rejected(code: .malformedXML))),
        ],
        [
            (.interrupted, .running(full, .init())), (.stopped, .running(full, .init())),
            (
                .deferred(code: .workerDied, until: until),
                .waiting(.until(until, code: .workerDied), full, .init(failed: 1))
            ),
            (.staged(result: "r"), .staged(result: "r")),
            (.rejected(code: .malformedXML), .quarantined(.rejected(code: .malformedXML))),
        ],
        [
            (.resumed, .claimed(.init())),
            (.cancelled(result: nil), .cancelled(result: nil, cut: nil)),
            (.rejected(code: .malformedXML), .quarantined(.rejected(code: .malformedXML))),
        ],
        [
            (.resumed, .running(half, .init(failed: 1))),
            (.cancelled(result: "r"), .staged(result: "r", cut: half)),
            (.rejected(code: .malformedXML), .quarantined(.rejected(code: .malformedXML))),
        ],
        [(.published(result: "r"), .published(result: "r"))],
        [(.archived, .archived(result: "r"))],
        [], [], [], [],
        [(.published(result: "r"), .published(result: "r", cut: half))],
        [(.archived, .cancelled(result: "r", cut: half))],
        [], [],
        [
            (.resumed, .running(full, .init())),
            (.rejected(code: .malformedXML), .quarantined(.rejected(code: .malformedXML))),
        ],
    ]

    @Test("every state answers every event as the table says", arguments: states.indices)
    func everyStateTimesEvent(index: Int) throws {
        let state = Self.states[index]
        for event in Self.events {
            let expected = Self.table[index].first { $0.0 == event }?.1
            if let expected {
                #expect(try state.after(event) == expected, "\(state) after \(event)")
            } else {
                #expect(throws: InvalidTransition.self, "\(state) after \(event)") {
                    try state.after(event)
                }
            }
        }
    }

    @Test("final states are those that take no event")
    func finality() {
        for (index, state) in Self.states.enumerated() {
            #expect(state.isFinal == Self.table[index].isEmpty)
        }
    }

    @Test("a file whose reader dies three times goes to quarantine")
    func crashingReader() throws {
        var state = try JobState.received.after(.claimed)
        for _ in 1..<JobState.crashLimit {
            state = try state.after(.beganLoading).after(.interrupted)
            guard case .claimed = state else {
                Issue.record("\(state) came too early")
                return
            }
        }
        #expect(try state.after(.beganLoading).after(.interrupted) == .quarantined(.crashedReader))
    }

    @Test("interrupting a reading in good order counts for nothing")
    func stopping() throws {
        var state = JobState.claimed(.init())
        for _ in 0..<10 { state = try state.after(.beganLoading).after(.stopped) }
        #expect(state == .claimed(.init()))
    }

    @Test("temporary failures exhaust a job, but faults outside its file never do")
    func failures() throws {
        var state = JobState.claimed(.init())
        for _ in 0..<20 {
            let event = JobEvent.deferred(code: .storageUnavailable, until: Self.until)
            state = try state.after(event).after(.resumed)
        }
        let event = JobEvent.deferred(code: .timeLimit, until: Self.until)
        for _ in 1..<JobState.failureLimit { state = try state.after(event).after(.resumed) }
        #expect(try state.after(event) == .quarantined(.triesExhausted(lastCode: .timeLimit)))
    }

    @Test("a result cannot be published under another name than it was staged")
    func publishedName() {
        #expect(throws: InvalidTransition.self) {
            try JobState.staged(result: "a").after(.published(result: "b"))
        }
    }

    @Test("what earlier versions stored as staged or published has no cut")
    func earlierStates() throws {
        for (text, state) in [
            ("{\"staged\":{\"result\":\"r\"}}", JobState.staged(result: "r")),
            ("{\"published\":{\"result\":\"r\"}}", .published(result: "r")),
        ] {
            #expect(try CanonicalJSON.value(JobState.self, from: text) == state)
            #expect(try CanonicalJSON.text(of: state) == text)
        }
    }

    @Test("states survive their JSON", arguments: states)
    func coding(state: JobState) throws {
        let text = try CanonicalJSON.text(of: state)
        #expect(try CanonicalJSON.value(JobState.self, from: text) == state)
    }
}
