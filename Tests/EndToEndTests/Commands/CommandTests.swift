import Foundation
import Glibc
import Testing

extension EndToEnd {
    @Suite("Commands")
    struct CommandTests {
        /// Folders in which a daemon put one empty file into quarantine; no model was needed.
        private func used() async throws -> Sandbox {
            let sandbox = try Sandbox()
            try sandbox.drop("", as: "empty.json")
            let end = try await sandbox.taxod("run", "--once")
            #expect(end.status == 65, "\(end.errors)")
            return sandbox
        }

        @Test("status works while the daemon is dead, and says so where none ever ran")
        func status() async throws {
            let sandbox = try await used()
            let end = try await sandbox.taxod("status", "--json")
            #expect(end.status == 0, "\(end.errors)")
            let status = try JSON(data: end.output)
            #expect(status["schema"].string == "taxod.status/1")
            #expect(status["jobs"]["quarantined"].int == 1)
            #expect(status["results"].int == 0)
            #expect(status["open"].array.isEmpty)
            #expect(status["ended"].array.count == 1)
            let text = try await sandbox.taxod("status")
            #expect(text.text.contains("empty-file"))
            let never = try await Sandbox().taxod("status", "--json")
            #expect(never.status == 65)
            #expect(never.errors.contains("no taxod has run"))
        }

        @Test("a second daemon on the same inbox ends with status 75, also with a state of its own")
        func secondDaemon() async throws {
            let sandbox = try Sandbox()
            let first = try sandbox.start(["run"])
            while !first.errors.contains("watching"),
                !FileManager.default.fileExists(
                    atPath: sandbox.outbox.appending(path: "_status.json").path()
                )
            {
                try #require(first.isRunning)
                try await Task.sleep(for: .milliseconds(10))
            }
            let same = try await sandbox.taxod("run", "--once")
            #expect(same.status == 75, "\(same.errors)")
            #expect(same.errors.contains(sandbox.inbox.path()))
            let other = sandbox.root.appending(path: "other-state").path()
            let elsewhere = try await sandbox.taxod("run", "--once", "--state", other)
            #expect(elsewhere.status == 75, "\(elsewhere.errors)")
            kill(first.processID, SIGTERM)
            #expect(try await first.end().status == 0)
            #expect(try await sandbox.taxod("run", "--once").status == 0)
        }

        @Test("the audit chain shows a changed, a removed, an added and a cut line, with status 65")
        func audit() async throws {
            let sandbox = try await used()
            let folder = sandbox.state.appending(path: "audit")
            let name = try #require(
                try FileManager.default.contentsOfDirectory(atPath: folder.path()).first
            )
            let file = folder.appending(path: name)
            let whole = try String(contentsOf: file, encoding: .utf8)
            let lines = whole.split(separator: "\n").map(String.init)
            #expect(lines.count >= 4)
            #expect(try await sandbox.taxod("audit", "verify").status == 0)

            func expect(_ lines: [String], _ word: String, at line: Int) async throws {
                try (lines.joined(separator: "\n") + "\n")
                    .write(to: file, atomically: true, encoding: .utf8)
                let end = try await sandbox.taxod("audit", "verify")
                #expect(end.status == 65, "\(word)")
                #expect(end.errors.contains(word), "\(end.errors)")
                #expect(end.errors.contains("\(name):\(line)"), "\(end.errors)")
            }
            var changed = lines
            changed[2] = changed[2].replacingOccurrences(of: "\"seq\":3", with: "\"seq\": 3")
            try await expect(changed, "changed", at: 3)
            changed[2] = lines[2].replacingOccurrences(of: "2026", with: "2025")
                .replacingOccurrences(of: "2027", with: "2025")
            if changed[2] != lines[2] { try await expect(changed, "changed", at: 3) }
            var removed = lines
            removed.remove(at: 2)
            try await expect(removed, "removed", at: 3)
            var added = lines
            added.insert(lines[1], at: 3)
            try await expect(added, "added", at: 4)
            try await expect(lines.dropLast(), "removed", at: lines.count - 1)
            try whole.dropLast(20).write(to: file, atomically: true, encoding: .utf8)
            #expect(try await sandbox.taxod("audit", "verify").status == 65)
            try whole.write(to: file, atomically: true, encoding: .utf8)
            #expect(try await sandbox.taxod("audit", "verify").status == 0)
        }

        @Test("config check refuses unknown keys and wrong values with status 78 and names them")
        func configuration() async throws {
            let sandbox = try Sandbox()
            let good = try await sandbox.taxod("config", "check")
            #expect(good.status == 0, "\(good.errors)")
            for (text, words) in [
                ("{\"inbx\": \"a\"}", ["inbx", "“inbox”"]),
                (
                    "{\"spool\": {\"quietPeriod\": 1}}",
                    ["spool.quietPeriod", "spool.quietPeriodSeconds"]
                ),
                ("{\"worker\": {\"threads\": \"two\"}}", ["worker.threads"]),
                ("{\"worker\": {\"threads\": true}}", ["worker.threads"]),
                ("{\"worker\": {\"threads\": -1}}", ["worker.threads"]),
                ("{\"models\": {\"arithmetic\": \"int3\"}}", ["models.arithmetic"]),
                ("{\"spool\": 5}", ["spool"]),
                ("{\"inbox\": 5}", ["inbox"]),
                ("{\"inbox\": \"a\"", ["taxod.json"]),
                ("[]", ["JSON object"]),
            ] {
                try text.write(to: sandbox.configuration, atomically: true, encoding: .utf8)
                for command in [["config", "check"], ["run", "--once"]] {
                    let end = try await sandbox.start(command).end()
                    #expect(end.status == 78, "\(command) \(text): \(end.errors)")
                    for word in words {
                        #expect(end.errors.contains(word), "\(text): \(end.errors)")
                    }
                }
            }
            try FileManager.default.removeItem(at: sandbox.configuration)
            let missing = try await sandbox.taxod("config", "check")
            #expect(missing.status == 78)
            #expect(missing.errors.contains("cannot be read"))
        }

        @Test("config print shows what is in force: command line over environment over file")
        func origins() async throws {
            let sandbox = try Sandbox()
            let end = try await sandbox.taxod(
                "config",
                "print",
                "--state",
                "/var/command-line",
                environment: ["TAXOD_INBOX": "/var/environment", "TAXOD_STATE": "/var/environment"]
            )
            #expect(end.status == 0, "\(end.errors)")
            #expect(end.text.contains("inbox  (TAXOD_INBOX)"))
            #expect(end.text.contains("state  (command line)"))
            #expect(end.text.contains("outbox  (\(sandbox.configuration.path()))"))
            let json = try await sandbox.taxod(
                "config",
                "print",
                "--json",
                "--state",
                "/var/command-line",
                environment: ["TAXOD_INBOX": "/var/environment"]
            )
            let values = try JSON(data: json.output)
            #expect(values["state"].string == "/var/command-line")
            #expect(values["inbox"].string == "/var/environment")
            #expect(values["outbox"].string == sandbox.outbox.path())
            #expect(values["spool"]["quietPeriodSeconds"].double == 0.05)
        }

        @Test("a wrong command line ends with status 64, help and version with 0")
        func usage() async throws {
            func end(_ arguments: String...) throws -> Checkout.Ended {
                try Checkout.run(Checkout.binary.path(), arguments)
            }
            #expect(try end("summon").status == 64)
            #expect(try end("run", "--twice").status == 64)
            let help = try end("help", "run")
            #expect(help.status == 0)
            #expect(help.text.contains("--once"))
            #expect(try end("--version").text.hasPrefix("taxod "))
        }
    }
}
