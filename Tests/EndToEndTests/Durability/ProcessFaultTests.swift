import Foundation
import Glibc
import Testing

extension EndToEnd {
    /// What the system may do to the daemon's process, and what it may keep from it.
    @Suite("Faults of process and system", .enabled(if: Checkout.isBuilt))
    struct ProcessFaultTests {
        /// Runs a daemon undisturbed and looks at what there is in the end.
        private func complaintsAfterNextRun(of scenario: SpoolScenario) async throws -> [String] {
            let (end, _) = try await scenario.run()
            guard [0, 65].contains(end.status) else { return ["\(end.status): \(end.errors)"] }
            return try await scenario.complaints()
        }

        @Test("a daemon that is stopped for a while keeps its locks, and goes on with its watchdog")
        func suspended() async throws {
            let scenario = try SpoolScenario()
            let notify = try NotifySocket(in: scenario.root)
            let daemon = try await scenario.start(variables: [
                "NOTIFY_SOCKET": notify.path, "WATCHDOG_USEC": "600000",
            ])
            try await daemon.stop()
            let fed = notify.count(of: "WATCHDOG=1")
            let heard = notify.messages.count
            // Longer than the quiet period, the time between two looks and the watchdog's.
            let second = try await scenario.sandbox.taxod("run", "--once")
            #expect(second.status == 75, "\(second.errors)")
            try await Task.sleep(for: .seconds(2))
            notify.receive()
            #expect(notify.messages.count == heard)
            kill(daemon.processID, SIGCONT)
            #expect(await notify.wait(for: "WATCHDOG=1", count: fed + 1))
            try await scenario.sandbox.wait { try scenario.isDone }
            kill(daemon.processID, SIGTERM)
            let end = try await daemon.end()
            #expect(end.status == 0, "\(end.status): \(end.errors)")
            let complaints = try await scenario.complaints()
            #expect(complaints == [])
        }

        @Test("a clock that jumps by days and years, to and fro, changes nothing")
        func clock() async throws {
            let scenario = try SpoolScenario()
            let (end, calls) = try await scenario.run(variables: ["FAULTS_CLOCK": "yes"])
            #expect([0, 65].contains(end.status), "\(end.errors)")
            let complaints = try await scenario.complaints()
            #expect(complaints == [])
            // It did jump: over three days and more, of which the log of the audit has the last.
            let times = try scenario.sandbox.rows("SELECT DISTINCT date(time) FROM audit_events")
            #expect(times.count >= 3, "\(times)")
            #expect(calls.count > 200)
        }

        @Test("a storm of signals ends the daemon in good order, and the next one goes on")
        func storm() async throws {
            var random = Seeded(state: 20_263)
            let scenario = try SpoolScenario()
            for _ in 0..<12 {
                let daemon = try await scenario.start()
                for _ in 0..<Int.random(in: 1...20, using: &random) {
                    let signals = [SIGHUP, SIGHUP, SIGTERM, SIGINT]
                    kill(daemon.processID, signals.randomElement(using: &random) ?? SIGHUP)
                    let pause = Int.random(in: 0...20, using: &random)
                    try await Task.sleep(for: .milliseconds(pause))
                }
                kill(daemon.processID, SIGTERM)
                let end = try await daemon.end()
                #expect(end.status == 0 && !end.wasTooSlow, "\(end.status): \(end.errors)")
            }
            let complaints = try await complaintsAfterNextRun(of: scenario)
            #expect(complaints == [])
        }

        @Test(
            "too few descriptors are found at the start; with as many as are asked for it works",
            arguments: [8, 16, 28, 127, 128]
        )
        func descriptors(limit: Int) async throws {
            let scenario = try SpoolScenario()
            let (end, calls) = try await scenario.run(
                variables: ["FAULTS_LIMIT": "\(RLIMIT_NOFILE.rawValue) \(limit)"]
            )
            if limit < 128 {
                #expect(end.status == 78, "\(end.status): \(end.errors)")
                #expect(end.errors.contains("found a limit of \(limit) open files"))
                #expect(end.errors.contains("LimitNOFILE="), "\(end.errors)")
                #expect(calls.isEmpty)
            } else {
                #expect(end.status == 65, "\(end.status): \(end.errors)")
            }
            let complaints = try await complaintsAfterNextRun(of: scenario)
            #expect(complaints == [], "\(limit)")
        }

        @Test("a limit on descriptors that may be raised is raised")
        func softLimit() async throws {
            let scenario = try SpoolScenario()
            let end = try await scenario.shell(
                """
                ulimit -S -n 60
                "$taxod" run --config "$root/taxod.json" 2>"$root/log" &
                daemon=$!
                await 'grep -q "ready" "$root/log" || ! kill -0 $daemon'
                sed -n 's/^Max open files *\\([0-9]*\\) .*/\\1/p' /proc/$daemon/limits
                kill -TERM $daemon
                wait $daemon
                """
            )
            #expect(end.status == 0, "\(end.status): \(end.errors)")
            #expect(end.text == "1024\n")
        }

        @Test(
            "a child that cannot be started puts its job off, and the next daemon answers it",
            arguments: [EAGAIN, ENOMEM],
            [1, 100]
        )
        func children(code: Int32, count: Int) async throws {
            let scenario = try SpoolScenario()
            let (end, _) = try await scenario.run(
                variables: ["FAULTS_SPAWNS": "\(count)", "FAULTS_ERRNO": "\(code)"]
            )
            // One failure may be passed over by another try at once.
            if count > 1 || end.status != 65 {
                #expect(end.status == 69, "\(end.status): \(end.errors)")
                #expect(end.errors.contains("postponed"), "\(end.errors)")
            }
            let complaints = try await complaintsAfterNextRun(of: scenario)
            #expect(complaints == [])
        }

        @Test("a limit on the size of files is an error like a full disk, not a death")
        func fileSize() async throws {
            let scenario = try SpoolScenario()
            let (end, _) = try await scenario.run(
                variables: ["FAULTS_LIMIT": "\(RLIMIT_FSIZE.rawValue) 60000"]
            )
            #expect([74, 75].contains(end.status), "\(end.status): \(end.errors)")
            let complaints = try await complaintsAfterNextRun(of: scenario)
            #expect(complaints == [])
        }

        @Test(
            "without service manager, readers of its messages or standard streams it works the same",
            arguments: [
                "NOTIFY_SOCKET=/nowhere/notify WATCHDOG_USEC=100000 $RUN 2>/dev/null",
                "$RUN 2>&1 | true; wait",
                "$RUN <&- >&- 2>&-",
                "$RUN >/dev/full 2>/dev/full",
            ]
        )
        func streams(command: String) async throws {
            let scenario = try SpoolScenario()
            let run = "\"$taxod\" run --once --config \"$root/taxod.json\""
            let end = try await scenario.shell(command.replacing("$RUN", with: run))
            #expect([0, 65].contains(end.status), "\(end.status): \(end.errors)")
            let complaints = try await scenario.complaints()
            #expect(complaints == [])
        }

        @Test("a service manager whose socket goes away is done without")
        func socketGoes() async throws {
            let scenario = try SpoolScenario()
            var notify: NotifySocket? = try NotifySocket(in: scenario.root)
            let path = try #require(notify?.path)
            let daemon = try await scenario.start(variables: [
                "NOTIFY_SOCKET": path, "WATCHDOG_USEC": "300000",
            ])
            notify = nil
            #expect(notify == nil)
            unlink(path)
            try await scenario.sandbox.wait { try scenario.isDone }
            kill(daemon.processID, SIGTERM)
            let end = try await daemon.end()
            #expect(end.status == 0, "\(end.status): \(end.errors)")
            let complaints = try await scenario.complaints()
            #expect(complaints == [])
        }

        @Test("a service manager that reads nothing holds up neither the work nor the end")
        func deaf() async throws {
            let scenario = try SpoolScenario()
            let notify = try NotifySocket(in: scenario.root)
            // The watchdog alone has more to say than the socket holds.
            let daemon = try await scenario.start(variables: [
                "NOTIFY_SOCKET": notify.path, "WATCHDOG_USEC": "60000",
            ])
            try await scenario.sandbox.wait { try scenario.isDone }
            try await Task.sleep(for: .seconds(1))
            kill(daemon.processID, SIGTERM)
            let end = try await daemon.end()
            #expect(end.status == 0, "\(end.status): \(end.errors)")
            let complaints = try await scenario.complaints()
            #expect(complaints == [])
        }
    }
}
