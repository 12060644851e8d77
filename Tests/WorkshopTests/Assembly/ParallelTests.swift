import Testing
import Workshop

@Suite("A value made on another thread")
struct ParallelTests {
    private struct Broken: Error {}

    @Test("it is there when it is asked for, as often as it is asked for")
    func value() throws {
        let seven = Parallel { 7 }
        #expect(try seven.value() == 7)
        #expect(try seven.value() == 7)
    }

    @Test("what its making throws is thrown where the value is asked for")
    func fault() {
        let broken = Parallel<Int> { throw Broken() }
        #expect(throws: Broken.self) { try broken.value() }
    }
}
