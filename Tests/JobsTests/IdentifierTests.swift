import Contract
import Foundation
import Jobs
import Testing

@Suite struct IdentifierTests {
    @Test(
        "a set of numbers is one, whatever the order of its making",
        arguments: 0..<20 as Range<UInt64>
    )
    func numbers(seed: UInt64) throws {
        var random = SeededNumbers(seed: seed)
        var plain: Set<Int> = []
        var set = NumberSet()
        for _ in 0..<200 {
            let number = Int.random(in: 0...120, using: &random)
            plain.insert(number)
            set.insert(number)
        }
        #expect(set.count == plain.count)
        #expect((-1...122).allSatisfy { set.contains($0) == plain.contains($0) })
        for start in 0...121 {
            let gap = (start...).first { !plain.contains($0) }
            #expect(set.gap(from: start) == gap)
        }
        #expect(set.count(in: 30...60) == plain.count { (30...60).contains($0) })
        #expect(
            zip(set.ranges, set.ranges.dropFirst()).allSatisfy { $0.upperBound + 1 < $1.lowerBound }
        )
        #expect(NumberSet(plain) == set)
        let text = try CanonicalJSON.text(of: set)
        #expect(try CanonicalJSON.value(NumberSet.self, from: text) == set)

        let other = (0..<100).map { _ in Int.random(in: 0...200, using: &random) }
        var union = set
        union.formUnion(NumberSet(other))
        #expect(union == NumberSet(plain.union(other)))
    }

    @Test(
        "text that is no set of numbers is refused",
        arguments: ["\"5-3\"", "\"4,2\"", "\"1,2\"", "\"a\"", "7"]
    )
    func notNumbers(text: String) {
        #expect(throws: DecodingError.self) {
            try CanonicalJSON.value(NumberSet.self, from: text)
        }
    }

    @Test(
        "identifiers are read in the forms of OBO, and nothing else is taken for one",
        arguments: [
            ("MONDO:0005148", "MONDO:0005148"), ("MONDO_0005148", "MONDO:0005148"),
            ("http://purl.obolibrary.org/obo/MONDO_0005148", "MONDO:0005148"),
            ("MESH:D006333", "MESH:D006333"), ("a.b-c:x/y", "a.b-c:x/y"),
            ("https://orcid.org/0000-0002", nil), ("urn:uuid:1", nil), ("17", nil), ("row 3", nil),
            ("MESH:", nil), (":5", nil), ("A: 5", nil), ("MESH_D006333", nil), ("1A:5", nil),
            ("A:5\n", nil), ("", nil),
        ] as [(String, String?)]
    )
    func curies(text: String, expected: String?) {
        #expect(Curie(text)?.description == expected)
    }

    @Test("letter case and zeros in front make no other identifier")
    func keys() {
        let keys = ["MONDO:0005148", "mondo:5148", "MONDO_005148"].map { Curie($0)?.key }
        #expect(Set(keys) == ["mondo:5148"])
        #expect(Curie("MESH:D01")?.key != Curie("MESH:D1")?.key)
        #expect(Curie("TAXOD:0123456789ab")?.isProvisional == true)
    }

    @Test("a range checks its values and writes zeros in front")
    func range() throws {
        let range = try IdentifierRange(
            prefix: "ENVO",
            first: 9_600_000,
            last: 9_699_999,
            digits: 8
        )
        #expect(range.identifier(9_600_001) == "ENVO:09600001")
        #expect(range.count == 100_000)
        #expect("\(range)" == "ENVO:09600000 to ENVO:09699999")
        for prefix in ["", "1A", "A B", "A:", "Ä", "TAXOD", "taxod"] {
            #expect(throws: IdentifierRange.Fault.prefix(prefix)) {
                try IdentifierRange(prefix: prefix, first: 1, last: 2, digits: 1)
            }
        }
        #expect(throws: IdentifierRange.Fault.order(first: 3, last: 2)) {
            try IdentifierRange(prefix: "A", first: 3, last: 2, digits: 7)
        }
        #expect(throws: IdentifierRange.Fault.order(first: -1, last: 2)) {
            try IdentifierRange(prefix: "A", first: -1, last: 2, digits: 7)
        }
        #expect(throws: IdentifierRange.Fault.digits(3, needed: 4)) {
            try IdentifierRange(prefix: "A", first: 0, last: 1000, digits: 3)
        }
        #expect(throws: IdentifierRange.Fault.self) {
            try IdentifierRange(prefix: "A", first: 0, last: 1, digits: 19)
        }
    }

    @Test(
        "a refusal comes back from the audit log as it went in",
        arguments: AcceptRefusal.Code.allCases
    )
    func refusals(code: AcceptRefusal.Code) throws {
        for refusal in [
            AcceptRefusal(code),
            AcceptRefusal(code, query: "q1", identifier: "A:1", needed: 3, free: 0),
        ] {
            let event = try AuditEvent(
                after: nil,
                at: Timestamp(milliseconds: 0),
                event: "accept-refused",
                job: nil,
                detail: refusal.detail
            )
            let read = try CanonicalJSON.value(AuditEvent.self, from: try event.line())
            #expect(AcceptRefusal(detail: read.detail) == refusal)
        }
    }
}
