import Contract
import Jobs
import Testing

@Suite struct AuditChainTests {
    /// A chain of `count` lines.
    private static func chain(_ count: Int) throws -> (lines: [String], head: AuditHead?) {
        var head: AuditHead?
        var lines: [String] = []
        for index in 0..<count {
            let event = try AuditEvent(
                after: head,
                at: Timestamp(milliseconds: 1_763_000_000_000 + Int64(index)),
                event: "answered",
                job: nil,
                detail: ["query": .integer(index), "status": "proposed", "last": false]
            )
            head = event.head
            lines.append(try event.line())
        }
        return (lines, head)
    }

    /// The first fault, or `nil`.
    private func fault(_ lines: [String], anchors: [AuditHead] = []) -> AuditChain.Fault? {
        var chain = AuditChain(anchors: anchors)
        do {
            for (index, line) in lines.enumerated() {
                try chain.add(line, at: "log:\(index + 1)")
            }
            try chain.finish()
            return nil
        } catch {
            return error as? AuditChain.Fault
        }
    }

    @Test("a chain as it was written verifies, also an empty one")
    func intact() throws {
        let (lines, head) = try Self.chain(10)
        let anchor = try #require(head)
        #expect(fault(lines, anchors: [anchor]) == nil)
        #expect(fault([]) == nil)
    }

    @Test("a changed byte is named by its line", arguments: 0..<5)
    func changed(index: Int) throws {
        var (lines, _) = try Self.chain(5)
        lines[index].replace("proposed", with: "proposer")
        let found = try #require(fault(lines))
        #expect(found.kind == .changed && found.seq == index + 1)
        #expect(found.place == "log:\(index + 1)")
    }

    @Test("another spelling of the same values is a change")
    func respelled() throws {
        var (lines, _) = try Self.chain(3)
        lines[1].replace("\":", with: "\": ")
        #expect(fault(lines)?.kind == .changed)
    }

    @Test("a line changed and hashed anew is named by the line after it")
    func rehashed() throws {
        var (lines, _) = try Self.chain(5)
        let second = try CanonicalJSON.value(AuditEvent.self, from: lines[1])
        lines[2] = try AuditEvent(
            after: second.head,
            at: second.time,
            event: "forged",
            job: nil
        ).line()
        let found = try #require(fault(lines))
        #expect(found.kind == .changed && found.seq == 3 && found.place == "log:3")
    }

    @Test("a removed line is named", arguments: 0..<4)
    func removed(index: Int) throws {
        var (lines, _) = try Self.chain(5)
        lines.remove(at: index)
        let found = try #require(fault(lines))
        #expect(found.kind == .removed && found.seq == index + 1)
    }

    @Test("a repeated line is an added one")
    func repeated() throws {
        var (lines, _) = try Self.chain(5)
        lines.insert(lines[1], at: 3)
        let found = try #require(fault(lines))
        #expect(found.kind == .added && found.seq == 2 && found.place == "log:4")
    }

    @Test("a well-formed line beside the true one is an added one")
    func forged() throws {
        var (lines, _) = try Self.chain(5)
        let second = try CanonicalJSON.value(AuditEvent.self, from: lines[1])
        let forged = try AuditEvent(
            after: second.head,
            at: second.time,
            event: "forged",
            job: nil
        )
        lines.insert(try forged.line(), at: 2)
        let found = try #require(fault(lines))
        #expect(found.kind == .added && found.seq == 3 && found.place == "log:3")
    }

    @Test("a cut end shows only against an anchor")
    func truncated() throws {
        let (lines, head) = try Self.chain(5)
        let cut = Array(lines.dropLast(2))
        #expect(fault(cut) == nil)
        let anchor = try #require(head)
        let found = try #require(fault(cut, anchors: [anchor]))
        #expect(found.kind == .truncated && found.seq == 4)
    }

    @Test("a chain written wholly anew fails at its anchor")
    func rewritten() throws {
        let (lines, _) = try Self.chain(5)
        let found = try #require(fault(lines, anchors: [AuditHead(seq: 3, hash: "00")]))
        #expect(found.kind == .changed && found.seq == 3)
    }

    @Test("half a line is a changed one")
    func torn() throws {
        var (lines, _) = try Self.chain(3)
        lines[2].removeLast(20)
        #expect(fault(lines)?.seq == 3)
    }

    @Test("the hash is SHA-256 over the line's canonical JSON without it")
    func hashRule() throws {
        // Computed with Python's hashlib over the text below.
        let event = try AuditEvent(
            after: nil,
            at: Timestamp(milliseconds: 0),
            event: "daemon-started",
            job: nil
        )
        let body =
            #"{"detail":{},"event":"daemon-started","prev":"\#(AuditEvent.genesis)","#
            + #""seq":1,"time":"1970-01-01T00:00:00.000Z"}"#
        #expect(event.hash == Digest.sha256(body))
        #expect(Digest.sha256("abc").hasPrefix("ba7816bf8f01cfea414140de5dae2223"))
    }
}
