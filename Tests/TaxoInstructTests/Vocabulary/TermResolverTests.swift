import Contract
import Testing

import TaxoInstruct

@Suite("Finding what a name means")
struct TermResolverTests {
    @Test(
        "a given name is taken for the concept meant, and the match says how",
        arguments: [
            ("T:2", TermMatch.Kind.identifier, "Heart Failure"),
            ("heart  FAILURE", .name, "Heart Failure"),
            ("high blood pressure", .synonym, "Hypertension"),
            ("renal hypertension", .nearest, "Hypertension, Renal"),
            ("cardia arrests", .nearest, "Heart Arrest"),
            ("heart dieases", .nearest, "Heart Diseases"),
            ("aneurysms", .nearest, "Aneurysm"),
        ]
    )
    func resolves(_ given: String, _ kind: TermMatch.Kind, _ name: String) throws {
        let match = try Sample.expander().resolver.resolve(given).match
        #expect(match.kind == kind)
        #expect(match.name == name)
        #expect(kind == .nearest ? match.confidence > 0.72 : match.confidence == 1)
    }

    @Test(
        "what is near nothing stays unknown",
        arguments: ["quantum chromodynamics", "", "???", "zz"]
    )
    func unknown(_ given: String) throws {
        let resolution = try Sample.expander().resolver.resolve(given)
        #expect(resolution.match.kind == .unknown)
        #expect(resolution.index == nil)
        #expect(resolution.match.confidence == 0)
    }
}
