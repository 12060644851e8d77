import Jobs
import Testing

@Suite struct ValueTests {
    @Test(
        "times are written as ISO 8601 and read back",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_400_123, "2000-02-29T00:00:00.123Z"),
            (1_795_364_379_999, "2026-11-22T16:19:39.999Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (4_107_542_399_000, "2100-02-28T23:59:59.000Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ] as [(Int64, String)]
    )
    func times(milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).description == text)
        #expect(Timestamp(text)?.milliseconds == milliseconds)
    }

    @Test(
        "what is no time is refused",
        arguments: ["", "2026-11-22", "2026-13-22T16:19:39.999Z", "2026-02-30T00:00:00.000Z", "x"]
    )
    func noTime(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test("job names are UUIDs of version 7, sort by time and read back")
    func jobNames() throws {
        let early = JobID(at: Timestamp(milliseconds: 1_763_000_000_000))
        let late = JobID(at: Timestamp(milliseconds: 1_763_000_000_001))
        #expect(early < late && early != late)
        #expect(Array(early.description)[14] == "7")
        #expect("89ab".contains(Array(early.description)[19]))
        #expect(JobID(early.description) == early)
        #expect(early.short.count == 8 && early.description.hasSuffix(early.short))
    }

    @Test(
        "what is no job name is refused",
        arguments: [
            "", "../../etc/passwd", "019a7f00-0000-7000-8000-00000000000",
            "019A7F00-0000-7000-8000-000000000000", "019a7f00-0000-7000-8000-0000000000/0",
        ]
    )
    func noJobName(text: String) {
        #expect(JobID(text) == nil)
    }

    @Test(
        "safe names keep letters and lose what a path or a screen minds",
        arguments: [
            ("cvd-seed-sets.jsonl", "cvd-seed-sets.jsonl"), ("../../etc/passwd", "etc_passwd"),
            ("a b\tc\nd", "a_b_c_d"), ("", "unnamed"), ("...", "unnamed"), ("-rf", "rf"),
            ("e\u{301}tude.xml", "\u{e9}tude.xml"), ("évil\u{202E}gpj.xml", "évil_gpj.xml"),
            ("疾病.txt", "疾病.txt"), ("a\u{0}b", "a_b"),
        ]
    )
    func safeNames(given: String, expected: String) {
        let name = SafeName(given).description
        #expect(Array(name.unicodeScalars) == Array(expected.unicodeScalars))
    }

    @Test("safe names end at 80 bytes, on a whole character")
    func longNames() {
        let name = SafeName(String(repeating: "疾", count: 200)).description
        #expect(name.utf8.count == 78)
    }
}
