import Daemon
import Foundation
import Jobs
import Ledger
import Spool
import Testing

/// What operators ask of a daemon: to pause, to go on, to remove what is old, to take settings.
@Suite struct OperatorTests {
    private let fixture: DaemonFixture

    init() throws { fixture = try DaemonFixture() }

    private func requests() throws -> RequestFolder {
        try RequestFolder(state: fixture.path + "/state")
    }

    @Test("a paused daemon claims nothing, over a restart, too, until it is resumed")
    func pause() async throws {
        try requests().pause(at: Timestamp(Date()))
        try fixture.drop("list.txt", "a")
        for _ in 0..<2 {
            #expect(try await fixture.runOnce() == .temporaryFailure)
            #expect(try fixture.names(in: "Inbox").contains("list.txt"))
        }
        #expect(try fixture.text(of: "Outbox/_status.json").contains("\"paused\" : true"))
        try requests().resume()
        #expect(try await fixture.runOnce() == .ok)
        #expect(try fixture.names(in: "Inbox/_done") == ["list.txt"])
    }

    @Test("a pause comes between two queries; the others are asked after the resumption")
    func pauseBetweenQueries() async throws {
        try fixture.drop("list.txt", "a", "touch pause", "b", "c", "d", "e", "f", "g", "h")
        let daemon = try fixture.daemon(once: false)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await daemon.run() }
            try await fixture.wait { try fixture.names(in: "state/requests").contains("paused") }
            // The worker goes on once the pause is known. Then what was in flight is answered, and
            // nothing more is.
            var asked = 0
            func isAsked(moreThan count: Int) throws -> Bool {
                asked = try fixture.text(of: "asked").split(separator: "\n").count
                return asked > count
            }
            try await fixture.wait { try isAsked(moreThan: 1) }
            repeat {
                try await Task.sleep(for: .milliseconds(500))
            } while try isAsked(moreThan: asked)
            #expect(asked < 9)
            try requests().resume()
            try await fixture.wait { try fixture.names(in: "Inbox/_done") == ["list.txt"] }
            group.cancelAll()
        }
        #expect(try await fixture.answers().count == 9)
        #expect(try fixture.text(of: "asked").split(separator: "\n").count == 9)
    }

    @Test("what ended long ago is removed by request; the rest and the newest stay")
    func prune() async throws {
        for name in ["one", "two", "three"] {
            try fixture.drop("\(name).txt", name)
            #expect(try await fixture.runOnce() == .ok)
        }
        try fixture.drop("bad.txt", "die")
        #expect(try await fixture.runOnce() == .dataError)
        let late = Timestamp(Date()).adding(seconds: 60)
        let candidates = try await fixture.reader().prunableJobs(endedBefore: late, keep: 1)
        #expect(candidates.map(\.facts.name) == ["one.txt", "two.txt"])
        #expect(
            try await fixture.reader().prunableJobs(
                endedBefore: Timestamp(Date()).adding(seconds: -60),
                keep: 1
            ).isEmpty
        )
        try requests().add(PruneRequest(endedBefore: late, keep: 1))
        #expect(try await fixture.runOnce() == .ok)
        #expect(try fixture.names(in: "Inbox/_done") == ["three.txt"])
        #expect(try fixture.names(in: "Inbox/_quarantine").count == 1)
        let day = try #require(try fixture.names(in: "Outbox").first { $0.first?.isNumber == true })
        #expect(try fixture.names(in: "Outbox/\(day)").map { $0.prefix(9) } == ["three.txt"])
        #expect(try fixture.names(in: "Outbox/latest").contains("_SUCCESS"))
        #expect(try fixture.names(in: "Outbox/.staging") == [])
        #expect(try requests().pendingPrune() == nil)
        // The answers stay in the ledger; the same file is answered anew.
        #expect(try await fixture.reader().summary().results == 3)
        try fixture.drop("again.txt", "one")
        #expect(try await fixture.runOnce() == .ok)
        #expect(try fixture.names(in: "Inbox/_done").contains("again.txt"))
    }

    @Test("a result that a younger duplicate points to stays")
    func pruneKeepsPointedTo() async throws {
        try fixture.drop("one.txt", "a")
        #expect(try await fixture.runOnce() == .ok)
        let between = Timestamp(Date()).adding(seconds: 0.001)
        try await Task.sleep(for: .milliseconds(5))
        for (name, term) in [("two.txt", "a"), ("three.txt", "c")] {
            try fixture.drop(name, term)
            #expect(try await fixture.runOnce() == .ok)
        }
        let all = try await fixture.jobs().map(\.state.name)
        #expect(all == [.archived, .duplicate, .archived])
        #expect(try await fixture.reader().prunableJobs(endedBefore: between, keep: 1).isEmpty)
        let late = Timestamp(Date()).adding(seconds: 60)
        let names = try await fixture.reader().prunableJobs(endedBefore: late, keep: 1)
        #expect(names.map(\.facts.name) == ["one.txt", "two.txt"])
    }

    @Test("a file that grew after it had been read is read again before anything is published")
    func growth() async throws {
        try fixture.drop("list.txt", "a", "grow", "b")
        #expect(try await fixture.runOnce() == .temporaryFailure)
        let job = try #require(try await fixture.jobs().first)
        #expect(job.state.name == .waiting)
        #expect(job.facts.reason?.code == .changedWhileRead)
        #expect(try fixture.names(in: "Outbox").allSatisfy { $0.first?.isNumber != true })
        #expect(try await fixture.runOnce() == .ok)
        #expect(try await fixture.answers().map(\.query) == ["a", "grow", "b", "late"])
    }

    @Test("a vocabulary version made current by an operator is noted in the ledger")
    func use() async throws {
        func drop(_ text: String) async throws -> String {
            try fixture.drop("CTD.xml", text)
            #expect(try await fixture.runOnce() == .ok)
            return try #require(try await fixture.reader().vocabularies().first).version
        }
        let old = try await drop("first")
        let new = try await drop("second")
        #expect(old != new)
        let record = try #require(
            try await fixture.reader().vocabularies().first { $0.version == old }
        )
        #expect(record.standing == .former)
        try requests().add(UseRequest(vocabulary: record.vocabulary))
        #expect(try await fixture.runOnce() == .ok)
        let standing = Dictionary(
            uniqueKeysWithValues: try await fixture.reader().vocabularies()
                .map { ($0.version, $0.standing) }
        )
        #expect(standing == [old: .current, new: .former])
        #expect(try requests().pendingUses().isEmpty)
    }

    @Test("a job under way ends on the version that it began with; a later one has the new one")
    func newVersionMeanwhile() async throws {
        // As the reader decides it: a list asks the version that is current when it is read.
        try fixture.write(
            Scripts.load.replacing(
                "version=v1 ",
                with: "version=$(cat \"$root/current\" 2>/dev/null || echo v1) "
            ),
            to: "load.sh"
        )
        try fixture.write(
            #"""
            version=$1 root=$2
            echo "taxod: ready: $version" >&2
            while read -r line; do
                key=${line#*\"key\":\"}; key=${key%%\"*}
                term=${line#*\"term\":\"}; term=${term%%\"*}
                if [ "$term" = change ]; then
                    echo v2 >"$root/current"
                    echo later >"$root/Inbox/.part"; mv "$root/Inbox/.part" "$root/Inbox/two.txt"
                    while [ ! -e "$root"/Inbox/_claimed/*/two.txt ]; do sleep 0.02; done
                fi
                echo "$version $term" >>"$root/asked"
                printf '{"schema":"taxod.answer/1","key":"%s","task":"place",' "$key"
                printf '"query":"%s","status":"none","matches":[],"proposals":[],' "$term"
                printf '"notes":[]}\n'
            done
            """#,
            to: "worker.sh"
        )
        try fixture.drop("one.txt", "a", "change", "b", "c", "d", "e")
        #expect(try await fixture.runOnce() == .ok)
        let asked = try fixture.text(of: "asked").split(separator: "\n").map(String.init)
        #expect(
            asked.sorted() == ["v1 a", "v1 b", "v1 c", "v1 change", "v1 d", "v1 e", "v2 later"]
        )
        #expect(try await fixture.jobs().map(\.state.name) == [.archived, .archived])
    }

    @Test("a reader that says nothing for too long is ended and told of")
    func silentReader() async throws {
        try fixture.drop("list.txt", "hang")
        try fixture.write("", to: "started")
        #expect(try await fixture.runOnce(queryTimeLimit: .seconds(6)) == .dataError)
        let job = try #require(try await fixture.jobs().first)
        #expect(job.facts.reason?.message.contains("said nothing for 6 seconds") == true)
    }

    @Test("the metrics tell states, ages, durations, tokens and deaths in Prometheus' format")
    func metrics() async throws {
        try fixture.drop("list.txt", "a", "b", "die")
        var settings = fixture.settings()
        settings.metrics = fixture.path + "/taxod.prom"
        let daemon = try fixture.daemon(settings, once: true)
        try await daemon.run()
        let text = try fixture.text(of: "taxod.prom")
        for line in [
            "taxod_jobs{state=\"archived\"} 1", "taxod_jobs{state=\"quarantined\"} 0",
            "taxod_queue_queries 0", "taxod_oldest_open_job_seconds 0", "taxod_paused 0",
            "taxod_answers_total{status=\"none\"} 2", "taxod_answers_total{status=\"error\"} 1",
            "taxod_query_seconds_count 2", "taxod_query_seconds_bucket{le=\"+Inf\"} 2",
            "taxod_published_total 1", "taxod_tokens_total 14",
        ] {
            #expect(text.contains("\n\(line)\n"), "\(line) is not in \(text)")
        }
        let deaths = try #require(text.firstMatch(of: /taxod_worker_deaths_total (\d+)\n/))
        #expect((Int(deaths.output.1) ?? 0) >= 2)
        let success = try #require(text.firstMatch(of: /last_success_time_seconds (\d+)/))
        #expect((Double(success.output.1) ?? 0) > Date().timeIntervalSince1970 - 600)
        // Every sample belongs to a metric that was introduced, in one block.
        var known: Set<Substring> = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if line.hasPrefix("# TYPE") { #expect(known.insert(words[2]).inserted, "\(line)") }
            guard !line.hasPrefix("#") else { continue }
            #expect(Double(words[words.count - 1]) != nil, "\(line)")
            #expect(known.contains { line.hasPrefix($0) }, "\(line)")
        }
    }
}
