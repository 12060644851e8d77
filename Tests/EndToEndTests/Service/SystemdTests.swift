import Foundation
import Glibc
import Testing

extension EndToEnd {
    /// The units, and the daemon as systemd sees it.
    @Suite("systemd", .enabled(if: Checkout.isBuilt))
    struct SystemdTests {
        private static let hasAnalyzer = FileManager.default.isExecutableFile(
            atPath: "/usr/bin/systemd-analyze"
        )
        private static let services = [
            "taxod", "taxod@", "taxod-nightly", "taxod-prune", "taxod-alert@",
        ]

        private static func unit(_ name: String) throws -> String {
            let file = Checkout.root.appending(path: "Systemd/\(name)")
            return try String(contentsOf: file, encoding: .utf8)
        }

        // MARK: Units

        @Test(
            "no unit is exposed by more than 0.5, as systemd counts",
            .enabled(if: hasAnalyzer, "systemd-analyze is not installed"),
            arguments: services
        )
        func exposure(_ name: String) throws {
            let path = Checkout.root.appending(path: "Systemd/\(name).service").path()
            let end = try Checkout.run(
                "/usr/bin/systemd-analyze",
                ["security", "--offline=yes", "--no-pager", "--threshold=5", path]
            )
            #expect(end.status == 0, "\(end.text.suffix(200))")
        }

        @Test(
            "systemd finds no fault in any unit",
            .enabled(if: hasAnalyzer, "systemd-analyze is not installed")
        )
        func verify() throws {
            let sandbox = try Sandbox()
            let names = try FileManager.default.contentsOfDirectory(
                atPath: Checkout.root.appending(path: "Systemd").path()
            )
            for name in names {
                // The analyzer wants to see the program that a unit starts.
                let text = try Self.unit(name)
                    .replacing("/usr/local/bin/taxod", with: Checkout.binary.path())
                try Data(text.utf8).write(to: sandbox.root.appending(path: name))
            }
            for name in names where name.hasSuffix(".service") || name.hasSuffix(".timer") {
                let end = try Checkout.run(
                    "/usr/bin/systemd-analyze",
                    ["verify", "--man=no", sandbox.root.appending(path: name).path()]
                )
                #expect(end.status == 0, "\(name): \(end.errors)")
                #expect(!end.errors.contains(name), "\(end.errors)")
            }
        }

        @Test(
            "with the drop-in for a remote engine a unit is exposed by 1.2, and has no fault",
            .enabled(if: hasAnalyzer, "systemd-analyze is not installed"),
            arguments: ["taxod", "taxod@", "taxod-nightly"]
        )
        func remote(_ name: String) throws {
            let sandbox = try Sandbox()
            let text = try Self.unit("\(name).service")
                .replacing("/usr/local/bin/taxod", with: Checkout.binary.path())
            let file = sandbox.root.appending(path: "\(name).service")
            try Data(text.utf8).write(to: file)
            // What a unit wants beside it.
            let alert = try Self.unit("taxod-alert@.service")
            try Data(alert.utf8).write(to: sandbox.root.appending(path: "taxod-alert@.service"))
            func security(_ threshold: Int) throws -> Checkout.Ended {
                try Checkout.run(
                    "/usr/bin/systemd-analyze",
                    [
                        "security", "--offline=yes", "--no-pager", "--threshold=\(threshold)",
                        file.path(),
                    ]
                )
            }
            #expect(try security(5).status == 0)
            let folder = sandbox.root.appending(path: "\(name).service.d")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let dropIn = try Self.unit("taxod-remote.conf")
            try Data(dropIn.utf8).write(to: folder.appending(path: "remote.conf"))
            let end = try security(12)
            #expect(end.status == 0, "\(end.text.suffix(200))")
            // It is seen at all.
            #expect(try security(10).status != 0)
            for line in [
                "PrivateNetwork= .* Service has access to the host's network",
                "IPAddressDeny= .* Service defines IP address allow list",
            ] {
                #expect(try end.text.contains(Regex(line)), "\(line)")
            }
            let verified = try Checkout.run(
                "/usr/bin/systemd-analyze",
                ["verify", "--man=no", file.path()]
            )
            #expect(verified.status == 0 && !verified.errors.contains(name), "\(verified.errors)")
        }

        @Test("all services are confined by the same lines")
        func sameConfinement() throws {
            func confinement(_ name: String) throws -> [String] {
                let text = try Self.unit("\(name).service")
                let start = try #require(text.range(of: "CapabilityBoundingSet="), "\(name)")
                return text[start.lowerBound...].split(separator: "\n").map(String.init)
                    .prefix { !$0.hasPrefix("[") }.filter { !$0.hasPrefix("#") }
            }
            let first = try confinement("taxod")
            #expect(first.count > 30)
            for name in Self.services { #expect(try confinement(name) == first, "\(name)") }
        }

        @Test("the instance's unit is the daemon's with folders and configuration of its own")
        func instance() throws {
            let one = try Self.unit("taxod.service")
            let expected =
                one
                .replacing("/var/lib/taxod", with: "/var/lib/taxod/%i")
                .replacing("/var/lib/taxod/%i/models", with: "/var/lib/taxod/models")
                .replacing("/etc/taxod/", with: "/etc/taxod/%i/")
                .replacing("vocabularies\n", with: "vocabularies for %i\n", maxReplacements: 1)
            #expect(try Self.unit("taxod@.service") == expected)
        }

        @Test(
            "the filter of system calls lets through what a run of the daemon calls",
            .enabled(if: hasAnalyzer, "systemd-analyze is not installed"),
            .enabled(if: Strace.isThere, "strace is not installed"),
            .enabled(if: Checkout.hasModels, "the default models are not there")
        )
        func systemCalls() async throws {
            let allowed = try Self.allowedCalls()
            #expect(allowed.contains("openat") && !allowed.contains("chown"))
            let sandbox = try Sandbox(holding: try await Vocabularies.shared.small())
            try sandbox.dropExample("heart-seeds.json")
            try sandbox.drop("{\"terms\": [\"renal artery spasm\"]}", as: "terms.json")
            let log = sandbox.root.appending(path: "calls")
            let end = try Checkout.run(
                Strace.path,
                [
                    "-f", "-qq", "-o", log.path(), Checkout.binary.path(), "run", "--once",
                    "--config", sandbox.configuration.path(),
                ],
                folder: sandbox.root
            )
            #expect(end.status == 0, "\(end.errors)")
            var called: Set<String> = []
            for line in try String(contentsOf: log, encoding: .utf8).split(separator: "\n") {
                guard let match = line.firstMatch(of: /^\d+ +([a-z0-9_]+)\(/) else { continue }
                called.insert(String(match.output.1))
            }
            #expect(called.contains("landlock_restrict_self"))
            #expect(called.count > 30)
            #expect(called.subtracting(allowed) == [], "the unit would refuse these")
        }

        /// The calls that the units' filter lets through, its groups resolved by systemd.
        private static func allowedCalls() throws -> Set<String> {
            let groups = try Checkout.run(
                "/usr/bin/systemd-analyze",
                ["syscall-filter", "--no-pager"]
            )
            var members: [String: [String]] = [:]
            var group = ""
            for line in groups.text.split(separator: "\n") {
                let word = line.trimmingCharacters(in: .whitespaces)
                if line.hasPrefix("@") {
                    group = word
                } else if !word.hasPrefix("#") {
                    members[group, default: []].append(word)
                }
            }
            func resolve(_ word: String) -> Set<String> {
                guard word.hasPrefix("@") else { return [word] }
                return Set((members[word] ?? []).flatMap(resolve))
            }
            var allowed = resolve("@default")
            for line in try unit("taxod.service").split(separator: "\n")
            where line.hasPrefix("SystemCallFilter=") {
                let value = line.dropFirst("SystemCallFilter=".count)
                let words = value.drop { $0 == "~" }.split(separator: " ").map(String.init)
                let calls = Set(words.flatMap(resolve))
                if value.hasPrefix("~") {
                    allowed.subtract(calls)
                } else {
                    allowed.formUnion(calls)
                }
            }
            return allowed
        }

        @Test("under the units' UMask the group can read every result and no one else can")
        func permissions() async throws {
            let umask = try #require(
                try Self.unit("taxod.service").firstMatch(of: /\nUMask=(\d+)\n/)
            )
            let scenario = try SpoolScenario()
            let end = try await scenario.shell(
                """
                umask \(umask.output.1)
                chmod 2750 "$root/outbox"
                "$taxod" run --once --config "$root/taxod.json" || [ $? = 65 ] || exit 1
                find "$root"/outbox/2* ! -perm -g=r -print
                find "$root"/outbox/2* -type d ! -perm -2050 -print
                find "$root"/outbox/2* -perm /o=rwx -print
                """
            )
            #expect(end.status == 0, "\(end.errors)")
            #expect(end.text.isEmpty, "\(end.text)")
        }

        // MARK: The daemon

        @Test("the daemon tells that it is ready, reloads, rests and stops")
        func notifications() async throws {
            let sandbox = try Sandbox()
            let notify = try NotifySocket(in: sandbox.root)
            let daemon = try sandbox.start(["run"], environment: ["NOTIFY_SOCKET": notify.path])
            try #require(await notify.wait(for: "READY=1"), "\(daemon.errors)")
            #expect(await notify.wait(for: "STATUS=watching the inbox"))
            // Once it is ready a signal does what it should, however early it comes.
            kill(daemon.processID, SIGHUP)
            #expect(await notify.wait(for: "RELOADING=1\nMONOTONIC_USEC="))
            #expect(await notify.wait(for: "READY=1", count: 2))
            #expect(daemon.errors.contains("the configuration was read again"))
            // The check of a large ledger may take longer than a start usually does.
            #expect(notify.messages.first?.hasPrefix("EXTEND_TIMEOUT_USEC=") == true)
            kill(daemon.processID, SIGTERM)
            let end = try await daemon.end()
            #expect(end.status == 0, "\(end.errors)")
            notify.receive()
            // The end may take as long as a query, which is what the configuration says.
            let stopping = try #require(notify.messages.firstIndex(of: "STOPPING=1"))
            #expect(notify.messages[stopping...].contains("EXTEND_TIMEOUT_USEC=960000000"))
        }

        @Test("the watchdog is fed while the daemon idles or something moves, and not otherwise")
        func watchdog() async throws {
            let scenario = try SpoolScenario()
            try scenario.removeDropped()
            let notify = try NotifySocket(in: scenario.root)
            let daemon = try await scenario.start(variables: [
                "NOTIFY_SOCKET": notify.path, "WATCHDOG_USEC": "300000",
            ])
            #expect(await notify.wait(for: "WATCHDOG=1", count: 3))
            try scenario.sandbox.drop("one\nhang\n", as: "hang.txt")
            try await scenario.sandbox.wait {
                try scenario.sandbox.count("SELECT queries_done FROM jobs") == 1
            }
            // What the last movement brought may still be on its way; then no more comes.
            #expect(await notify.falls(silentOn: "WATCHDOG=1", for: .seconds(2)))
            #expect(daemon.isRunning)
            daemon.kill()
        }

        @Test("a signal right after readiness ends the daemon in good order", arguments: 1...5)
        func earlyStop(_: Int) async throws {
            let sandbox = try Sandbox()
            let notify = try NotifySocket(in: sandbox.root)
            let daemon = try sandbox.start(["run"], environment: ["NOTIFY_SOCKET": notify.path])
            try #require(await notify.wait(for: "READY=1"), "\(daemon.errors)")
            kill(daemon.processID, SIGTERM)
            #expect(try await daemon.end().status == 0)
        }

        @Test("a wrong configuration is told at a reload and leaves the one before in force")
        func wrongReload() async throws {
            let sandbox = try Sandbox()
            let notify = try NotifySocket(in: sandbox.root)
            let daemon = try sandbox.start(["run"], environment: ["NOTIFY_SOCKET": notify.path])
            try #require(await notify.wait(for: "READY=1"), "\(daemon.errors)")
            let good = try Data(contentsOf: sandbox.configuration)
            var ready = 1
            for (text, says) in [
                ("{\"worker\": {\"thread\": 2}}", "worker.threads"),
                ("{\"inbox\": \"elsewhere\"}", "restart taxod to change it"),
                ("{", "JSON"),
            ] {
                try Data(text.utf8).write(to: sandbox.configuration)
                kill(daemon.processID, SIGHUP)
                ready += 1
                #expect(await notify.wait(for: "READY=1", count: ready))
                #expect(daemon.errors.contains(says), "\(daemon.errors)")
            }
            #expect(daemon.isRunning)
            // It still takes files, by the rules of before.
            try good.write(to: sandbox.configuration)
            try sandbox.drop("", as: "empty.txt")
            try await sandbox.wait {
                sandbox.places(of: "empty.txt").first?.hasPrefix("_q") == true
            }
            kill(daemon.processID, SIGTERM)
            #expect(try await daemon.end().status == 0)
        }

        @Test("what a reload changes holds from then on")
        func reload() async throws {
            let sandbox = try Sandbox(["spool.quietPeriodSeconds": 3600])
            let notify = try NotifySocket(in: sandbox.root)
            let daemon = try sandbox.start(["run"], environment: ["NOTIFY_SOCKET": notify.path])
            try #require(await notify.wait(for: "READY=1"), "\(daemon.errors)")
            try sandbox.drop("", as: "empty.txt")
            try await Task.sleep(for: .seconds(1))
            #expect(sandbox.places(of: "empty.txt") == ["empty.txt"])
            let text = try String(contentsOf: sandbox.configuration, encoding: .utf8)
            try Data(text.replacing("3600", with: "0").utf8).write(to: sandbox.configuration)
            kill(daemon.processID, SIGHUP)
            try await sandbox.wait {
                sandbox.places(of: "empty.txt").first?.hasPrefix("_q") == true
            }
            kill(daemon.processID, SIGTERM)
            #expect(try await daemon.end().status == 0)
        }
    }
}

extension Sandbox {
    /// Waits until something holds.
    func wait(
        atMost limit: Duration = Patience.limit,
        until holds: () throws -> Bool
    ) async throws {
        let last = ContinuousClock.now + limit
        while try !holds() {
            guard ContinuousClock.now < last else { throw Unreadable(errors: "nothing happened") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
