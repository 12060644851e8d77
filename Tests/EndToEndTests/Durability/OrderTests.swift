import Foundation
import Testing

extension EndToEnd {
    @Suite("The order of writing", .enabled(if: Checkout.isBuilt))
    struct OrderTests {
        @Test("content is synced before its rename, and the folder after it, for all that is kept")
        func order() async throws {
            let scenario = try SpoolScenario()
            let calls = try await scenario.run().calls.filter { $0.code == 0 }
            let renames = calls.filter { $0.name == "rename" && !Self.isPassing($0.other) }
            // Three claims, a checksum twice, three notes and endings, the result, and so on.
            #expect(renames.count >= 10)
            for rename in renames {
                let what = "\(rename.path) → \(rename.other)"
                let before = calls.filter { $0.number < rename.number }
                let after = calls.filter { $0.number > rename.number }
                for path in Self.written(before, below: rename.path) {
                    let write = before.last { Self.isWrite($0) && $0.path == path }?.number ?? 0
                    let isSynced = before.contains {
                        $0.name == "fsync" && $0.path == path && $0.number > write
                    }
                    #expect(isSynced, "\(path) was renamed unsynced: \(what)")
                }
                let folder = (rename.other as NSString).deletingLastPathComponent
                let isKept = after.contains { $0.name == "fsync" && $0.path == folder }
                #expect(isKept, "the folder was not synced after \(what)")
            }
        }

        @Test("a result's files and folder are synced before it appears, its day's folder after")
        func publication() async throws {
            let scenario = try SpoolScenario()
            let calls = try await scenario.run().calls.filter { $0.code == 0 }
            let publication = try #require(
                calls.first { $0.name == "rename" && $0.path.contains("/.staging/") }
            )
            let staged = publication.path
            let day = (publication.other as NSString).deletingLastPathComponent
            func syncs(_ path: String) -> [Int] {
                calls.filter { $0.name == "fsync" && $0.path == path }.map(\.number)
            }
            let names = [
                "_SUCCESS", "audit.jsonl", "datapackage.json", "receipt.json", "results.jsonl",
                "results.tsv",
            ]
            let contents = names.flatMap { syncs("\(staged)/\($0)") }
            #expect(contents.count == names.count)
            let folder = try #require(syncs(staged).last)
            #expect(contents.allSatisfy { $0 < folder } && folder < publication.number)
            let appeared = try #require(syncs(day).first)
            #expect(publication.number < appeared)
            // The day's own name is durable before anything is in it.
            let outbox = scenario.sandbox.outbox.path()
            #expect(syncs(outbox).contains { $0 < publication.number })
            // The file leaves the claimed folder only then.
            let away = try #require(
                calls.first { $0.name == "rename" && $0.other.hasSuffix("/_done/good.txt") }
            )
            #expect(appeared < away.number)
            // And between the two stands the ledger's confirmation.
            let confirmed = calls.contains {
                $0.name == "fdatasync" && $0.path.hasSuffix("/ledger.sqlite-wal")
                    && $0.number > appeared && $0.number < away.number
            }
            #expect(confirmed)
        }

        @Test("every line of the audit log is synced before the next is written")
        func audit() async throws {
            let scenario = try SpoolScenario()
            let calls = try await scenario.run().calls
                .filter { $0.path.contains("/audit/") && $0.name != "open" }
            #expect(calls.count >= 6)
            for (first, second) in zip(calls, calls.dropFirst()) where first.name == "write" {
                #expect(second.name == "fsync")
            }
        }

        /// What need not outlive a loss of power.
        private static func isPassing(_ path: String) -> Bool { path.hasSuffix("/_status.json") }

        private static func isWrite(_ call: FileCall) -> Bool {
            ["write", "pwrite", "writev", "ftruncate"].contains(call.name)
        }

        private static func written(_ calls: [FileCall], below path: String) -> Set<String> {
            Set(
                calls.filter {
                    isWrite($0) && ($0.path == path || $0.path.hasPrefix(path + "/"))
                }
                .map(\.path)
            )
        }
    }
}
