import Foundation
import Glibc
import Testing

extension EndToEnd {
    @Suite("kill -9", .enabled(if: Checkout.hasModels, "the default models are not there"))
    struct KillTests {
        private static let queries = 240

        @Test("a daemon killed ten times answers every query once")
        func daemon() async throws {
            let sandbox = try await Self.sandbox()
            var random = Seeded(state: 20_261)
            // Three moments while files are claimed and read, seven between the answers.
            for _ in 0..<3 {
                let child = try sandbox.start(["run"])
                try await Task.sleep(for: .milliseconds(Int.random(in: 0...600, using: &random)))
                child.kill()
                _ = try await child.end()
            }
            for answers in Self.moments(7, &random) {
                let child = try sandbox.start(["run"])
                try await Self.reach(answers, in: sandbox)
                try await Task.sleep(for: .milliseconds(Int.random(in: 0...250, using: &random)))
                child.kill()
                _ = try await child.end()
            }
            let end = try await sandbox.taxod("run", "--once")
            #expect(end.status == 0, "\(end.errors)")
            try await check(sandbox, files: ["terms.txt"])
        }

        @Test("a worker killed ten times answers every query once")
        func worker() async throws {
            let sandbox = try Sandbox(holding: try await Vocabularies.shared.small())
            var random = Seeded(state: 20_262)
            let daemon = try sandbox.start(["run"])
            var killed: Int32 = 0
            let part = Self.terms.count / 10
            for round in 0..<10 {
                // However fast the last ones were answered, there is work for another worker.
                let terms = Self.terms[round * part..<(round + 1) * part]
                try sandbox.drop(terms.joined(separator: "\n"), as: "terms-\(round).txt")
                // A query that two kills hit while it is asked alone is given up, as it should be.
                // So each kill waits for the first answer of the worker that followed the last.
                let worker = try await Self.worker(of: sandbox, after: killed)
                let next = try Self.answered(in: sandbox) + 1
                let moment = round * part + Int.random(in: 1..<part, using: &random)
                try await Self.reach(min(max(moment, next), (round + 1) * part), in: sandbox)
                try await Task.sleep(for: .milliseconds(Int.random(in: 0...250, using: &random)))
                kill(worker, SIGKILL)
                killed = worker
            }
            try await Self.reach(Self.queries, in: sandbox)
            try await Self.wait { try sandbox.results().count == 10 }
            kill(daemon.processID, SIGTERM)
            let end = try await daemon.end()
            #expect(end.status == 0, "\(end.errors)")
            try await check(sandbox, files: (0..<10).map { "terms-\($0).txt" })
        }

        /// Everything is answered once, in one place, and the chain holds.
        private func check(_ sandbox: Sandbox, files: [String]) async throws {
            let results = try sandbox.results()
            #expect(results.count == files.count)
            let answers = results.flatMap(\.answers)
            #expect(answers.count == Self.queries)
            #expect(Set(answers.compactMap { $0["query"].string }).count == Self.queries)
            #expect(answers.allSatisfy { $0["status"].string != "error" })
            let lines = results.flatMap(\.auditLines).filter { $0["event"].string == "answered" }
            #expect(lines.count == Self.queries)
            #expect(try sandbox.count("SELECT count(*) FROM results") == Self.queries)
            for file in files { #expect(sandbox.places(of: file) == ["_done/\(file)"]) }
            for folder in ["_claimed", "_quarantine", "_duplicate"] {
                let path = sandbox.inbox.appending(path: folder).path()
                #expect(try FileManager.default.contentsOfDirectory(atPath: path) == [])
            }
            let staging = sandbox.outbox.appending(path: ".staging").path()
            #expect(try FileManager.default.contentsOfDirectory(atPath: staging) == [])
            #expect(
                Child.processes(naming: sandbox.state.path()) == [],
                "a worker outlived its daemon"
            )
            let verified = try await sandbox.taxod("audit", "verify")
            #expect(verified.status == 0, "\(verified.errors)")
        }

        private static let terms: [String] = {
            let parts = ["Renal", "Cardiac", "Ocular", "Cerebral", "Arterial"]
            let kinds = ["Spasm", "Fibrosis", "Cyst", "Rupture", "Atrophy", "Calcification"]
            // An answer takes some milliseconds; there must be work left at every kill.
            let forms = [
                "Acute", "Chronic", "Familial", "Infantile", "Juvenile", "Atypical", "Recurrent",
                "Congenital",
            ]
            return parts.flatMap { part in
                kinds.flatMap { kind in forms.map { "\($0) \(part) \(kind)" } }
            }
        }()

        private static func sandbox() async throws -> Sandbox {
            let sandbox = try Sandbox(holding: try await Vocabularies.shared.small())
            try sandbox.drop(terms.joined(separator: "\n"), as: "terms.txt")
            return sandbox
        }

        /// Rising counts of answers after which something is killed; the last leaves some queries,
        /// so that work goes on at every kill.
        private static func moments(_ count: Int, _ random: inout Seeded) -> [Int] {
            Array((1..<Self.queries - 10).shuffled(using: &random).prefix(count)).sorted()
        }

        /// Waits until so many queries are answered.
        private static func reach(_ answers: Int, in sandbox: Sandbox) async throws {
            try await wait { ((try? answered(in: sandbox)) ?? 0) >= answers }
        }

        private static func answered(in sandbox: Sandbox) throws -> Int {
            try sandbox.count("SELECT count(*) FROM queries WHERE answer IS NOT NULL")
        }

        /// Waits for a worker other than the one killed last and returns its process identifier.
        private static func worker(of sandbox: Sandbox, after killed: Int32) async throws -> Int32 {
            var found: Int32 = 0
            try await wait {
                found =
                    Child.processes(naming: sandbox.state.path())
                    .first { process in
                        guard process != killed else { return false }
                        let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline")
                        return line.map { String(decoding: $0, as: UTF8.self) }?
                            .contains("\u{0}expand\u{0}") == true
                    } ?? 0
                return found > 0
            }
            return found
        }

        private static func wait(
            atMost limit: Duration = Patience.limit,
            until holds: () throws -> Bool
        ) async throws {
            let last = ContinuousClock.now + limit
            while try !holds() {
                try #require(ContinuousClock.now < last, "nothing happened for \(limit)")
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }
}

/// Random numbers from a seed (SplitMix64, Steele and others 2014).
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
