import Foundation
import Glibc
import Testing

extension EndToEnd {
    /// What may be wrong with the inbox as a place, and with the names in it.
    @Suite("Faults of the inbox", .enabled(if: Checkout.isBuilt))
    struct InboxFaultTests {
        // MARK: Names

        /// Names that a file system takes and a program may trip over.
        private static let names: [[UInt8]] =
            [
                "new\nline.txt", "-rf.txt", "a..b.txt", "*.txt", "$(reboot).txt",
                "a\tb\u{1B}[2J.txt",
                "\u{202E}txt.exe.txt", "Same.txt", "same.txt", "caf\u{E9}.txt", "cafe\u{301}.txt",
                "\u{2028}.txt", " .txt", String(repeating: "x", count: 251) + ".txt",
            ].map { Array($0.utf8) } + [[0x66, 0xFF, 0xFE] + Array(".txt".utf8)]

        @Test("names with line feeds, of 255 bytes, no UTF-8 or spelt alike are files like others")
        func names() async throws {
            let scenario = try SpoolScenario()
            try scenario.removeDropped()
            for (index, name) in Self.names.enumerated() {
                try scenario.drop("term \(index)\n", as: name)
            }
            let (end, _) = try await scenario.run()
            #expect(end.status == 0, "\(end.errors)")
            let results = try scenario.sandbox.results()
            let asked = results.flatMap(\.answers).compactMap { $0["query"].string }
            #expect(asked.sorted() == Self.names.indices.map { "term \($0)" }.sorted())
            // Every file lies in one place with the content that it had.
            let done = scenario.sandbox.inbox.appending(path: "_done").path()
            let contents = try Checkout.run("/bin/sh", ["-c", "cat \"$0\"/* \"$0\"/.[!.]*", done])
            #expect(Set(contents.text.split(separator: "\n")).count == Self.names.count)
            let count = try Checkout.run("/bin/sh", ["-c", "find \"$0\" -type f -printf .", done])
            #expect(count.text.count == Self.names.count)
            // No name breaks a line of the log or speaks to the terminal.
            for line in end.errors.split(separator: "\n", omittingEmptySubsequences: false) {
                #expect(line.isEmpty || line.first?.isNumber == true, "\(line)")
            }
            #expect(!end.errors.contains("\u{1B}"))
            let verified = try await scenario.sandbox.taxod("audit", "verify")
            #expect(verified.status == 0, "\(verified.errors)")
        }

        // MARK: Watching

        @Test("more changes than the kernel remembers hide no file")
        func overflow() async throws {
            let path = "/proc/sys/fs/inotify/max_queued_events"
            let text = try String(contentsOfFile: path, encoding: .utf8)
            let limit = try #require(Int(text.split(separator: "\n").first ?? ""))
            try #require(limit < 200_000)
            let scenario = try SpoolScenario(["spool.rescanSeconds": 3_600])
            try scenario.removeDropped()
            let daemon = try await scenario.start()
            try await daemon.stop()
            // Each file that is never taken gives two events and more: it is made, it is closed.
            for number in 0..<(limit / 2 + 500) {
                let file = scenario.sandbox.inbox.appending(path: ".\(number)").path()
                close(open(file, O_WRONLY | O_CREAT, 0o600))
            }
            try scenario.sandbox.drop("one\n", as: "last.txt")
            kill(daemon.processID, SIGCONT)
            try await scenario.sandbox.wait {
                scenario.sandbox.places(of: "last.txt") == ["_done/last.txt"]
            }
            kill(daemon.processID, SIGTERM)
            #expect(try await daemon.end().status == 0)
        }

        @Test(
            "without a watch, or on a network file system, the daemon is ready all the same and looks",
            arguments: ["watches", "network"]
        )
        func polling(why: String) async throws {
            if why == "watches", !Namespace.mayLimitWatches { return }
            let scenario = try SpoolScenario(["spool.rescanSeconds": 1])
            let hold = "mkdir \"$root/held\"; mv \"$root\"/inbox/* \"$root/held/\"\n"
            let limit =
                why == "watches"
                ? "echo 0 >/proc/sys/user/max_inotify_watches\n" : "export FAULTS_NETWORK=yes\n"
            let end = try await scenario.shell(
                hold + limit + """
                    "$taxod" run --config "$root/taxod.json" 2>"$root/log" &
                    daemon=$!
                    await 'grep -q "ready" "$root/log"'
                    mv "$root"/held/* "$root/inbox/"
                    await '[ "$(ls "$root"/inbox/_done "$root"/inbox/_duplicate | grep -c "txt$")" = 2 ]'
                    await '[ "$(ls "$root"/inbox/_quarantine | wc -l)" = 1 ]'
                    await '[ -z "$(ls "$root/inbox/_claimed")" ]'
                    kill -TERM $daemon
                    wait $daemon || { echo "status $?"; exit 1; }
                    grep -c "the inbox is read every" "$root/log"
                    """,
                through: why == "watches" ? ["unshare", "-Ur"] : []
            )
            #expect(end.status == 0, "\(end.text) \(end.errors)")
            // Said once, with the reason.
            #expect(end.text == "1\n")
            let log = try String(
                contentsOf: scenario.root.appending(path: "log"),
                encoding: .utf8
            )
            #expect(log.contains(why == "watches" ? "No space left on device" : "network"))
            let complaints = try await scenario.complaints()
            #expect(complaints == [])
        }

        // MARK: Permission

        @Test(
            "a file that may not be read is told of, a folder that may not be used ends with 78",
            .enabled(if: Nobody.mayRun, "the program cannot be run as another user")
        )
        func permission() async throws {
            let scenario = try SpoolScenario()
            let secret = scenario.sandbox.inbox.appending(path: "secret.txt").path()
            try scenario.sandbox.drop("secret\n", as: "secret.txt")
            try scenario.sandbox.drop("{", as: "place/unlisted.txt")
            chmod(secret, 0)
            try FileManager.default.createDirectory(
                at: scenario.sandbox.state,
                withIntermediateDirectories: true
            )
            try Nobody.own(scenario.root)
            chmod(scenario.sandbox.inbox.appending(path: "place").path(), 0o300)
            let run = "exec \"$taxod\" run --once --config \"$root/taxod.json\""
            let end = try await scenario.shell(run, through: Nobody.wrapper)
            #expect(end.status == 65, "\(end.errors)")
            #expect(end.errors.split(separator: "\n").count < 40, "\(end.errors)")
            let place = try #require(scenario.sandbox.places(of: "secret.txt").first)
            #expect(place.hasPrefix("_quarantine/"))
            #expect(try scenario.sandbox.note(beside: place)["code"].string == "unreadable-file")
            #expect(try scenario.sandbox.results().count == 1)
            // A folder that may not be listed hides no other, and nothing in it is touched.
            #expect(scenario.sandbox.places(of: "unlisted.txt") == ["place/unlisted.txt"])
            for folder in [scenario.sandbox.outbox, scenario.sandbox.inbox, scenario.sandbox.state]
            {
                chmod(folder.path(), 0o555)
                let end = try await scenario.shell(run, through: Nobody.wrapper)
                #expect(end.status == 78, "\(folder.path()): \(end.status) \(end.errors)")
                #expect(end.errors.contains("Permission denied"), "\(end.errors)")
                chmod(folder.path(), 0o755)
            }
        }

        // MARK: The folder itself

        @Test("an inbox that is moved away is waited for; what it held is not taken for deleted")
        func movedAway() async throws {
            let scenario = try SpoolScenario()
            let (inbox, away) = (scenario.sandbox.inbox, scenario.root.appending(path: "away"))
            let files = FileManager.default
            // A daemon that was killed after it had claimed something.
            let (killed, _) = try await scenario.run(.kill, at: 2, only: ("rename", "/_claimed/"))
            #expect(killed.status == 137 && !scenario.claimed.isEmpty, "\(killed.errors)")

            // As if its file system were not mounted.
            try files.moveItem(at: inbox, to: away)
            for makesFolder in [false, true] {
                if makesFolder {
                    try files.createDirectory(at: inbox, withIntermediateDirectories: false)
                }
                let (end, _) = try await scenario.run()
                #expect(end.status == 74, "\(end.errors)")
                #expect(end.errors.contains("not mounted"), "\(end.errors)")
                try? files.removeItem(at: inbox)
            }
            try files.moveItem(at: away, to: inbox)

            // And under a daemon that runs.
            let daemon = try await scenario.start()
            try await daemon.stop()
            try files.moveItem(at: inbox, to: away)
            try files.createDirectory(at: inbox, withIntermediateDirectories: false)
            kill(daemon.processID, SIGCONT)
            try await scenario.sandbox.wait { daemon.errors.contains("the disk fails") }
            #expect(try scenario.sandbox.count(quarantined) <= 1)
            #expect(try files.contentsOfDirectory(atPath: inbox.path()) == [])
            try files.removeItem(at: inbox)
            try files.moveItem(at: away, to: inbox)
            try await scenario.sandbox.wait { try scenario.isDone }
            kill(daemon.processID, SIGTERM)
            #expect(try await daemon.end().status == 0)
            let complaints = try await scenario.complaints()
            #expect(complaints == [])
        }

        private var quarantined: String { "SELECT count(*) FROM jobs WHERE state = 'quarantined'" }

        @Test(
            "a daemon whose inbox was replaced by another ends with 74, and the next one takes it"
        )
        func replaced() async throws {
            let scenario = try SpoolScenario()
            #expect(try await scenario.run().end.status == 65)
            let daemon = try await scenario.start()
            let (inbox, away) = (scenario.sandbox.inbox, scenario.root.appending(path: "away"))
            try FileManager.default.moveItem(at: inbox, to: away)
            try FileManager.default.copyItem(at: away, to: inbox)
            let end = try await daemon.end()
            #expect(end.status == 74 && end.errors.contains("in the place of"), "\(end.errors)")
            try FileManager.default.removeItem(at: away)
            try scenario.sandbox.drop("one\ntwo\nthree\n", as: "third.txt")
            #expect(try await scenario.run().end.status == 0)
            #expect(scenario.sandbox.places(of: "third.txt") == ["_duplicate/third.txt"])
        }

        // MARK: The other end

        @Test("a consumer that takes results the moment they appear gets each once, and whole")
        func consumer() async throws {
            let scenario = try SpoolScenario()
            try scenario.removeDropped()
            let count = 25
            for number in 0..<count {
                try scenario.sandbox.drop("term \(number)\n", as: "\(number).txt")
            }
            let end = try await scenario.shell(
                """
                mkdir "$root/taken"
                number=0
                "$taxod" run --once --config "$root/taxod.json" 2>"$root/log" &
                daemon=$!
                while kill -0 $daemon 2>/dev/null; do
                    for result in "$root"/outbox/2*/*; do
                        [ -d "$result" ] || continue
                        number=$((number + 1))
                        mv "$result" "$root/taken/$number"
                        rm -f "$root/outbox/latest"
                        rmdir "${result%/*}" 2>/dev/null
                    done
                done
                wait $daemon
                status=$?
                for result in "$root"/outbox/2*/*; do
                    [ -d "$result" ] || continue
                    number=$((number + 1))
                    mv "$result" "$root/taken/$number"
                done
                cat "$root/log" >&2
                exit $status
                """
            )
            #expect(end.status == 0, "\(end.errors)")
            let taken = scenario.root.appending(path: "taken")
            let names = try FileManager.default.contentsOfDirectory(atPath: taken.path())
            #expect(names.count == count)
            for name in names {
                let result = try ResultFolder(taken.appending(path: name))
                #expect(result.answers.count == 1)
                #expect(result.files.contains("_SUCCESS"))
            }
            let states = try scenario.sandbox.rows("SELECT DISTINCT state FROM jobs")
            #expect(states == ["archived"])
            #expect(scenario.claimed.isEmpty)
        }
    }
}

/// Another user, who may do less than the one who runs the tests.
private enum Nobody {
    private static let user: UInt32 = 65_534
    /// Runs what follows it as that user, if the tests run as the one who may do all.
    static let wrapper =
        geteuid() == 0
        ? ["setpriv", "--reuid=\(user)", "--regid=\(user)", "--clear-groups", "--inh-caps=-all"]
        : []

    static let mayRun: Bool = {
        let end = try? Checkout.run(
            "/usr/bin/env",
            wrapper + [Checkout.binary.path(), "--version"],
            folder: URL(filePath: "/")
        )
        return end?.status == 0
    }()

    /// Gives the user a folder with all in it.
    static func own(_ folder: URL) throws {
        guard geteuid() == 0 else { return }
        let end = try Checkout.run("/usr/bin/env", ["chown", "-R", "\(user)", folder.path()])
        #expect(end.status == 0, "\(end.errors)")
    }
}

extension Namespace {
    /// Whether a namespace may have a limit of its own on watches.
    static let mayLimitWatches: Bool = {
        let probe = "echo 0 >/proc/sys/user/max_inotify_watches"
        let end = try? Checkout.run("/usr/bin/env", ["unshare", "-Ur", "/bin/sh", "-c", probe])
        return end?.status == 0
    }()
}
