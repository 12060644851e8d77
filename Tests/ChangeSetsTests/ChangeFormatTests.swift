import ChangeSets
import Contract
import Testing

@Suite struct ChangeFormatTests {
    @Test("formats are taken by name, once, in one order; other names come apart")
    func names() {
        let found = ChangeFormat.named(["KGCL", "robot", "owl", "kgcl"])
        #expect(found.formats == [.robot, .kgcl])
        #expect(found.unknown == ["owl"])
    }
}
