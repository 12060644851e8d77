import Fixtures
import TaxonomyFormats
import Testing

@Suite("HTML's references to characters")
struct CharacterReferencesTests {
    private func names(_ text: String) throws -> (names: [String], notes: [String]) {
        let list = try Workspace().list(text, as: "a.txt")
        guard case .names(let items)? = list.entries.first?.content else { return ([], []) }
        return (items.map(\.name), list.notes)
    }

    @Test(
        "they are read as the characters that they stand for, and told",
        arguments: [
            ("Crohn&#39;s Disease", "Crohn's Disease"), ("Sj&ouml;gren", "Sjögren"),
            ("Head &amp; Neck", "Head & Neck"), ("&beta;-Thalassemia", "β-Thalassemia"),
            ("A&#x3b2;&apos;", "Aβ'"), ("a&nbsp;b", "a b"),
        ]
    )
    func read(text: String, expected: String) throws {
        let found = try names(text)
        #expect(found.names == [expected])
        #expect(found.notes.first?.contains("“\(expected)”") == true)
    }

    @Test(
        "what is no reference stays",
        arguments: ["Head & Neck", "R&D; more", "a &unknown; b", "&#xD800;", "&#;", "&", "a&amp b"]
    )
    func kept(text: String) throws {
        let found = try names(text)
        #expect(found.names == [text])
        #expect(found.notes.isEmpty)
    }

    @Test("names that differ only by them are one")
    func repeated() throws {
        #expect(try names("Sj&ouml;gren\nSjögren\n").names == ["Sjögren"])
    }
}
