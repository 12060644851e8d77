import Contract
import Files
import Foundation
import Jobs
import Spool
import Testing

@Suite struct AuditLogFileTests {
    private let folder = TemporaryFolder()
    private var path: SpoolPath { SpoolPath(folder.path) }

    /// Lines over two days, as the ledger gives them.
    private func lines(_ count: Int) throws -> [AuditLine] {
        var head: AuditHead?
        return try (0..<count).map { index in
            let hour = Int64(index) * 3_600_000
            let time = Timestamp(milliseconds: 1_763_050_000_000 + hour)
            let event = try AuditEvent(after: head, at: time, event: "answered", job: nil)
            head = event.head
            return AuditLine(seq: event.seq, day: time.day, text: try event.line())
        }
    }

    @Test("lines go to the file of their day and verify")
    func appends() throws {
        let lines = try lines(30)
        var log = try AuditLogFile(folder: path)
        try log.append(Array(lines[..<10]))
        try log.append(lines)
        #expect(log.lastSeq == 30)
        #expect(try folder.names().count == 2)
        #expect(try AuditLogFile.verify(folder: path)?.seq == 30)
    }

    @Test("a clock that is set back does not tear the chain, over a restart neither")
    func clockSetBack() throws {
        let hours: [Int64] = [0, 30, 1, 2, 31, 3]
        var head: AuditHead?
        let lines = try hours.map { hour in
            let time = Timestamp(milliseconds: 1_763_050_000_000 + hour * 3_600_000)
            let event = try AuditEvent(after: head, at: time, event: "answered", job: nil)
            head = event.head
            return AuditLine(seq: event.seq, day: time.day, text: try event.line())
        }
        var log = try AuditLogFile(folder: path)
        try log.append(Array(lines[..<3]))
        log = try AuditLogFile(folder: path)
        #expect(log.lastSeq == 3)
        try log.append(lines)
        #expect(try folder.names().count == 2)
        #expect(try AuditLogFile.verify(folder: path)?.seq == hours.count)
    }

    @Test("half a line at the end is cut off and written again", arguments: [1, 20, 150])
    func torn(bytes: Int) throws {
        let lines = try lines(5)
        var log = try AuditLogFile(folder: path)
        try log.append(lines)
        let name = try #require(try folder.names().last)
        let whole = try folder.text(of: name)
        try folder.write(String(whole.dropLast(bytes)), to: name)
        log = try AuditLogFile(folder: path)
        #expect(log.lastSeq == 4 && log.repairedBytes > 0)
        try log.append(lines)
        #expect(try folder.text(of: name) == whole)
        #expect(try AuditLogFile.verify(folder: path)?.seq == 5)
    }

    @Test("a day's file that never got a whole line is passed over")
    func emptyDay() throws {
        let lines = try lines(3)
        var log = try AuditLogFile(folder: path)
        try log.append(lines)
        try folder.write("{\"half", to: "2030-01-01.jsonl")
        log = try AuditLogFile(folder: path)
        #expect(log.lastSeq == 3)
    }

    @Test("a log that is behind the ledger is brought up to it")
    func behind() throws {
        let lines = try lines(6)
        var log = try AuditLogFile(folder: path)
        try log.append(Array(lines[..<2]))
        log = try AuditLogFile(folder: path)
        #expect(log.lastSeq == 2 && log.repairedBytes == 0)
        try log.append(lines)
        #expect(try AuditLogFile.verify(folder: path)?.seq == 6)
    }

    @Test("verify names file and line of what was changed")
    func changed() throws {
        var log = try AuditLogFile(folder: path)
        try log.append(try lines(5))
        let name = try #require(try folder.names().first)
        var text = try folder.text(of: name).split(separator: "\n").map(String.init)
        text[1].replace("answered", with: "answerer")
        try folder.write(text.joined(separator: "\n") + "\n", to: name)
        let fault = #expect(throws: AuditChain.Fault.self) {
            try AuditLogFile.verify(folder: path)
        }
        #expect(fault?.kind == .changed && fault?.place == "\(name):2")
    }

    @Test("a cut end is found by the ledger's head")
    func truncated() throws {
        let lines = try lines(5)
        var log = try AuditLogFile(folder: path)
        try log.append(Array(lines[..<3]))
        let last = try CanonicalJSON.value(AuditEvent.self, from: lines[4].text)
        let fault = #expect(throws: AuditChain.Fault.self) {
            try AuditLogFile.verify(folder: path, anchors: [last.head])
        }
        #expect(fault?.kind == .truncated && fault?.seq == 4)
    }
}
