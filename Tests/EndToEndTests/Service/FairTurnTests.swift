import Foundation
import Glibc
import Testing

extension EndToEnd {
    /// Long and short lists beside each other, with the engine itself.
    @Suite("Fair turns", .enabled(if: Checkout.hasModels, "the default models are not there"))
    struct FairTurnTests {
        @Test("a list of three behind one of 5,000 is answered at once; then that one is cancelled")
        func shortBehindLong() async throws {
            let sandbox = try Sandbox(holding: try await Vocabularies.shared.small())
            let long = (1...5_000).map { "made up disease \($0)\n" }.joined()
            try sandbox.drop(long, as: "place/long.txt")
            let daemon = try sandbox.start(["run"])
            let answered = "SELECT count(*) FROM queries WHERE answer IS NOT NULL"
            try await sandbox.wait { try sandbox.count(answered) > 0 }
            let began = ContinuousClock.now
            try sandbox.drop("renal spasm\ncardiac cyst\nocular rupture\n", as: "place/short.txt")
            try await sandbox.wait { try !sandbox.results(of: "short.txt").isEmpty }
            print(
                "a list of three behind one of 5,000: answered after \(ContinuousClock.now - began)"
            )
            // Answers of the long list between the reading of the short one and its last answer.
            let between = """
                SELECT count(*) FROM audit_events AS long JOIN jobs ON jobs.id = long.job
                WHERE long.event = 'answered' AND jobs.name = 'long.txt'
                AND long.seq > (SELECT max(audit_events.seq) FROM audit_events JOIN jobs
                    ON jobs.id = job WHERE name = 'short.txt' AND event = 'loaded')
                AND long.seq < (SELECT max(audit_events.seq) FROM audit_events JOIN jobs
                    ON jobs.id = job WHERE name = 'short.txt' AND event = 'answered')
                """
            // What is in flight, a turn, and what is in flight beside the short list.
            let inFlight = ProcessInfo.processInfo.activeProcessorCount + 1
            #expect(try sandbox.count(between) <= 8 + 2 * inFlight)

            let job = try #require(
                try sandbox.rows("SELECT id FROM jobs WHERE name = 'long.txt'").first
            )
            let end = try await sandbox.taxod("cancel", String(job.suffix(8)))
            #expect(end.status == 0 && end.text.contains("after the queries in progress"))
            try await sandbox.wait { try !sandbox.results(of: "long.txt").isEmpty }
            try await sandbox.wait { sandbox.places(of: "long.txt") == ["_done/long.txt"] }
            let result = try #require(try sandbox.results(of: "long.txt").first)
            let count = result.answers.count
            #expect(result.receipt["cancelled"].bool == true && (1..<5_000).contains(count))
            #expect(result.receipt["counts"]["notAsked"].int == 5_000 - count)
            let again = try await sandbox.taxod("cancel", String(job.suffix(8)))
            #expect(again.status == 65, "\(again.errors)")
            let status = try await sandbox.taxod("status")
            #expect(status.text.contains("cancelled") && status.text.contains("\(count) of 5000"))
            kill(daemon.processID, SIGTERM)
            #expect(try await daemon.end().status == 0)
        }
    }
}
