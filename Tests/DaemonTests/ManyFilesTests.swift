import Contract
import Foundation
import Glibc
import Jobs
import Testing

/// Thousands of files through all of the daemon, with children that only use builtins of the shell.
@Suite struct ManyFilesTests {
    private static let count =
        ProcessInfo.processInfo.environment["TAXOD_LOAD_FILES"].flatMap(Int.init) ?? 5_000

    private static let load = #"""
        read -r term <"$1"
        printf '{"kind":"list","sha256":"%s","bytes":1,"reading":"a list",' "$term"
        printf '"vocabulary":{"name":"MEDIC","version":"v1","kind":"medic","concepts":1,"edges":0},'
        printf '"basis":"b","force":false,"queryCount":1,"problems":[],"notes":[]}\n'
        printf '{"query":{"key":"00001","task":"place","term":"%s"}}\n' "$term"
        """#

    @Test("all of them are answered, each once, and nothing is left over")
    func endToEnd() async throws {
        // In memory, so that it is the daemon which is tried and not the disk.
        let fixture = try DaemonFixture(in: access("/dev/shm", W_OK) == 0 ? "/dev/shm" : nil)
        try fixture.write(Self.load, to: "load.sh")
        for number in 0..<Self.count { try fixture.drop("\(number).txt", "term \(number)") }
        #expect(try await fixture.runOnce() == .ok)
        let asked = try fixture.text(of: "asked").split(separator: "\n")
        #expect(asked.count == Self.count && Set(asked).count == Self.count)
        #expect(try fixture.names(in: "Inbox/_done").count == Self.count)
        #expect(try fixture.names(in: "Inbox/_claimed") == [])
        let days = try fixture.names(in: "Outbox").filter { $0.first?.isNumber == true }
        #expect(
            try days.map { try fixture.names(in: "Outbox/\($0)").count }.reduce(0, +) == Self.count
        )
        #expect(try await fixture.reader().count(of: [.archived]) == Self.count)
    }

    @Test("a file written in a thousand steps is read whole")
    func slowWriter() async throws {
        let fixture = try DaemonFixture()
        var settings = fixture.settings()
        settings.quietPeriod = .milliseconds(500)
        let daemon = try fixture.daemon(settings, once: false)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await daemon.run() }
            let file = open("\(fixture.path)/Inbox/list.txt", O_WRONLY | O_CREAT | O_APPEND, 0o644)
            for number in 1...1_000 {
                let line = Array("term \(number)\n".utf8)
                #expect(write(file, line, line.count) == line.count)
                try await Task.sleep(for: .milliseconds(2))
            }
            close(file)
            try await fixture.wait {
                try fixture.names(in: "Inbox/_done") == ["list.txt"]
            }
            group.cancelAll()
        }
        #expect(try await fixture.answers().count == 1_000)
    }
}
