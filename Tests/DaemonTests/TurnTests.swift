import Contract
import Daemon
import Foundation
import Jobs
import Testing

/// Which queries are asked when several jobs run.
@Suite struct TurnTests {
    private let fixture: DaemonFixture

    init() throws { fixture = try DaemonFixture() }

    private func lines(_ name: String, _ count: Int, first: String? = nil) -> String {
        ((first.map { [$0] } ?? []) + (1...count).map { "\(name) \($0)" }).map { $0 + "\n" }
            .joined()
    }

    private var asked: [String] {
        get throws { try fixture.text(of: "asked").split(separator: "\n").map(String.init) }
    }

    /// Runs a daemon until every dropped file is answered; the worker waits at its first query
    /// until all of them are read.
    private func run(_ settings: DaemonSettings? = nil, jobs: Int) async throws {
        let daemon = try fixture.daemon(settings ?? fixture.settings(), once: false)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await daemon.run() }
            for _ in 0..<12_000 {
                let states = (try? await fixture.jobs().map(\.state.name)) ?? []
                if states == [JobState.Name](repeating: .running, count: jobs) { break }
                try await Task.sleep(for: .milliseconds(10))
            }
            try fixture.write("", to: "open")
            try await fixture.wait { try fixture.names(in: "Inbox/_done").count == jobs }
            group.cancelAll()
        }
    }

    @Test("a list of three behind one of hundreds is answered after one turn of that one")
    func shortBehindLong() async throws {
        try fixture.write(lines("long", 200, first: "gate"), to: "Inbox/a-long.txt")
        try fixture.write(lines("short", 3), to: "Inbox/b-short.txt")
        try await run(jobs: 2)
        let asked = try asked
        let last = try #require(asked.lastIndex { $0.hasPrefix("short") })
        // A turn of eight, and what is in flight beside it.
        #expect(last < 8 + 3 + 3, "\(asked.prefix(20))")
        #expect(asked.count == 204)
    }

    @Test("whatever the turns are, a result has its answers in the order of its file")
    func order() async throws {
        for name in ["a", "b", "c"] {
            let list = lines(name, 30, first: name == "a" ? "gate" : nil)
            try fixture.write(list, to: "Inbox/\(name).txt")
        }
        try await run(jobs: 3)
        for job in try await fixture.jobs() {
            let result = try #require(job.state.result)
            let answers = try fixture.text(of: "Outbox/\(result)/results.jsonl")
                .split(separator: "\n").map { try AnswerLine(text: String($0)).answer.query }
            let name = String(job.facts.name.prefix(1))
            let wanted = lines(name, 30, first: name == "a" ? "gate" : nil)
            #expect(answers == wanted.split(separator: "\n").map(String.init))
        }
        // No job is asked for more than a turn while others wait.
        let long = try asked.dropFirst(12).prefix(60).map { String($0.prefix(1)) }
        var run = (name: "", count: 0)
        for name in long {
            run = name == run.name ? (name, run.count + 1) : (name, 1)
            #expect(run.count <= 8 + 3, "\(long)")
        }
    }

    @Test("jobs of another vocabulary version come in between, without a worker for each query")
    func versions() async throws {
        try fixture.write(lines("one", 40, first: "gate"), to: "Inbox/a-one.txt")
        try fixture.write(lines("two", 3), to: "Inbox/other-two.txt")
        var settings = fixture.settings()
        settings.workerTurn = .zero
        try await run(settings, jobs: 2)
        let asked = try asked
        let last = try #require(asked.lastIndex { $0.hasPrefix("two") })
        #expect(last < 20, "\(asked)")
        let workers = try fixture.text(of: "workers").split(separator: "\n").map(String.init)
        // Those of the first version give way each time, until the other one is answered.
        #expect(workers.contains("v2") && workers.first == "v1" && workers.last == "v1")
    }

    @Test("a worker keeps on while its turn lasts and others wait, and then gives way")
    func longTurn() async throws {
        try fixture.write(lines("one", 20, first: "gate"), to: "Inbox/a-one.txt")
        try fixture.write(lines("two", 3), to: "Inbox/other-two.txt")
        try await run(jobs: 2)
        #expect(try fixture.text(of: "workers") == "v1\nv2\n")
    }

    @Test("a query that kills its worker among several jobs takes no other answer with it")
    func deathAmongJobs() async throws {
        let list = lines("a", 6, first: "gate") + "die\n" + lines("z", 6)
        try fixture.write(list, to: "Inbox/a.txt")
        try fixture.write(lines("b", 12), to: "Inbox/b.txt")
        try await run(jobs: 2)
        for job in try await fixture.jobs() {
            let answers = try await fixture.reader().answers(of: job.id).map(\.line.answer)
            let failed = answers.filter { $0.status == .error }.map(\.query)
            #expect(failed == (job.facts.name == "a.txt" ? ["die"] : []))
        }
    }
}
