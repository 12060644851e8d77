import Contract
import Testing

@Suite("Provisional identifiers")
struct ProvisionalIdentifierTests {
    @Test("the same file and terms give the same identifiers, another file others")
    func stable() {
        func identifiers(_ file: String) -> [String] {
            var made = ProvisionalIdentifiers(fileSHA256: file)
            return ["fever", "chill", "fever", "Fever"].map { made.next(for: $0) }
        }
        let first = identifiers("a")
        #expect(first == identifiers("a"))
        #expect(Set(first).count == 4)
        #expect(Set(first).isDisjoint(with: identifiers("b")))
        #expect(first.allSatisfy { $0.hasPrefix("TAXOD:") && $0.count == 18 })
        // The first 12 digits of `printf 'a\nfever' | sha256sum`.
        #expect(first[0] == "TAXOD:cb4413869bd9")
    }
}
