import Foundation
import Glibc
import Testing

extension EndToEnd {
    /// Hours of trouble, by `make soak`: `TAXOD_SOAK_MINUTES` says how long.
    @Suite("Soak", .enabled(if: Checkout.hasModels, "the default models are not there"))
    struct SoakTests {
        private static let environment = ProcessInfo.processInfo.environment
        private static let minutes = environment["TAXOD_SOAK_MINUTES"].flatMap(Double.init)
        private static let seed = environment["TAXOD_SOAK_SEED"].flatMap(UInt64.init) ?? 1
        private static let many = environment["TAXOD_LOAD_FILES"].flatMap(Int.init) ?? 500

        @Test("files that arrive by the thousand leave the daemon small", .timeLimit(.minutes(600)))
        func memory() async throws {
            let sandbox = try Sandbox(holding: try await Vocabularies.shared.small())
            for number in 0..<Self.many {
                // Empty ones go to quarantine at once, so that no child decides how fast it goes.
                let path = sandbox.inbox.appending(path: "\(number).txt").path()
                #expect(FileManager.default.createFile(atPath: path, contents: nil))
            }
            let daemon = try sandbox.start(["run"])
            // Counted by an index: a look at so many folders would take what the daemon needs.
            let ended = "SELECT count(*) FROM jobs WHERE state = 'quarantined'"
            try await sandbox.wait(atMost: .seconds(30_000)) {
                try sandbox.count(ended) == Self.many
            }
            try await sandbox.wait { sandbox.count(in: "_quarantine") == Self.many }
            let status = try String(
                contentsOfFile: "/proc/\(daemon.processID)/status",
                encoding: .utf8
            )
            let peak = try #require(status.firstMatch(of: /VmHWM:\s+(\d+) kB/))
            let kilobytes = try #require(Int(peak.output.1))
            #expect(kilobytes < 80 << 10, "\(kilobytes) kB")
            kill(daemon.processID, SIGTERM)
            let end = try await daemon.end()
            #expect(end.status == 0)
            print("\(Self.many) files: the daemon held \(kilobytes >> 10) MiB at most")
        }

        @Test(
            "a daemon killed every few seconds among random input loses nothing, doubles nothing",
            .enabled(if: minutes != nil, "`make soak` runs this"),
            .timeLimit(.minutes(600))
        )
        // Long: one loop of random events and one account at its end, which share all their counters.
        func soak() async throws {
            let sandbox = try Sandbox(holding: try await Vocabularies.shared.small())
            var random = Seeded(state: Self.seed)
            var kinds: [String: Kind] = [:]
            var lives = 0
            var kills = 0
            var faults = 0
            let log = sandbox.root.appending(path: "calls")
            let end = ContinuousClock.now + .seconds((Self.minutes ?? 0) * 60)
            while ContinuousClock.now < end {
                for _ in 0..<Int.random(in: 0...2, using: &random) {
                    let kind = Kind.allCases.randomElement(using: &random) ?? .terms
                    let name = "\(kinds.count)-\(kind.rawValue).\(kind.suffix)"
                    try sandbox.drop(kind.content(kinds.count, &random), as: name)
                    kinds[name] = kind
                }
                var environment: [String: String] = [:]
                if Int.random(in: 0..<3, using: &random) == 0 {
                    faults += 1
                    environment = try await FaultLibrary.shared.environment(
                        Self.faults.randomElement(using: &random) ?? .tear,
                        at: Int.random(in: 1...300, using: &random),
                        calls: Int.random(in: 1...20, using: &random),
                        below: sandbox.root,
                        log: log
                    )
                }
                let daemon = try sandbox.start(["run"], environment: environment)
                lives += 1
                // One life in ten is long enough to get through what has piled up.
                let seconds = lives % 10 == 0 ? 30 : Double.random(in: 0...3, using: &random)
                try await Task.sleep(for: .seconds(seconds))
                switch Int.random(in: 0..<6, using: &random) {
                case 0: kill(daemon.processID, SIGTERM)
                case 1:
                    // A worker or reader, too, and the daemon a little later.
                    for child in Child.processes(naming: sandbox.state.path())
                    where child != daemon.processID { kill(child, SIGKILL) }
                    try await Task.sleep(for: .milliseconds(200))
                    kills += 1
                    daemon.kill()
                case 2:
                    kill(daemon.processID, SIGHUP)
                    kill(daemon.processID, SIGSTOP)
                    try await Task.sleep(for: .milliseconds(300))
                    kill(daemon.processID, SIGCONT)
                    kills += 1
                    daemon.kill()
                default:
                    kills += 1
                    daemon.kill()
                }
                _ = try await daemon.end()
            }
            let last = try await sandbox.taxod("run", "--once", within: .seconds(3_600))
            #expect([0, 65].contains(last.status), "\(last.status): \(last.errors.suffix(2_000))")
            var lost = 0
            var doubled = 0
            for (name, kind) in kinds {
                let places = sandbox.places(of: name)
                let results = try sandbox.results(of: name)
                if places.count != 1 { lost += 1 }
                let isDuplicate = places.first?.hasPrefix("_duplicate/") == true
                let isRefused = places.first?.hasPrefix("_quarantine/") == true
                let expected = isDuplicate || isRefused ? 0 : 1
                if results.count < expected { lost += 1 }
                if results.count > expected { doubled += 1 }
                #expect(isRefused == kind.isRefused, "\(name): \(places)")
                #expect(results.count == expected, "\(name): \(results.count) results")
                let answers = results.first?.answers ?? []
                #expect(Set(answers.compactMap { $0["key"].string }).count == answers.count)
                #expect(answers.count == (expected == 1 ? kind.queries : 0), "\(name)")
            }
            #expect(lost == 0 && doubled == 0)
            let verified = try await sandbox.taxod("audit", "verify")
            #expect(verified.status == 0, "\(verified.errors)")
            #expect(try sandbox.rows("PRAGMA quick_check") == ["ok"])
            print(
                "soak: \(kinds.count) files, \(lives) lives, \(kills) killed, \(faults) with faults, "
                    + "\(lost) lost, \(doubled) doubled; \(verified.text)"
            )
        }

        /// What a life of the daemon may meet at one of its file-changing calls and those after it.
        private static let faults: [FaultLibrary.Fault] =
            [ENOSPC, EIO, EACCES, EROFS, EMFILE, EINTR].map { .error($0) } + [.short, .tear]

        /// What is dropped.
        private enum Kind: String, CaseIterable {
            case terms, seeds, twin, broken, empty

            var suffix: String { self == .broken || self == .seeds ? "json" : "txt" }
            var isRefused: Bool { self == .broken || self == .empty }
            var queries: Int {
                switch self {
                case .terms: 4
                case .seeds: 1
                case .twin: 2
                case .broken, .empty: 0
                }
            }

            func content(_ number: Int, _ random: inout Seeded) -> String {
                switch self {
                case .terms:
                    (0..<4).map { "renal thing \(number) \($0)" }.joined(separator: "\n") + "\n"
                case .seeds: "{\"seeds\": [\"Glaucoma\", \"Cataract\"], \"note\": \(number)}"
                case .twin: "glass bone\nstone eye \(number % 3)\n"
                case .broken: "[\"heart block\", \(Int.random(in: 0...9, using: &random))"
                case .empty: ""
                }
            }
        }
    }
}

extension Sandbox {
    /// How much lies in a folder of the inbox.
    func count(in folder: String) -> Int {
        let path = inbox.appending(path: folder).path()
        return (try? FileManager.default.contentsOfDirectory(atPath: path).count) ?? 0
    }
}
