import Daemon
import Synchronization
import Testing

@Suite struct TerminalLineTests {
    /// What a terminal line wrote.
    private final class Screen: Sendable {
        let text = Mutex("")

        func line(isTerminal: Bool) -> TerminalLine {
            TerminalLine(isTerminal: isTerminal) { part in self.text.withLock { $0 += part } }
        }
    }

    private let screen = Screen()
    private let clear = "\r\u{1B}[K"

    @Test("a log line passes above the progress")
    func logAbove() {
        let line = screen.line(isTerminal: true)
        line.show("1 of 2")
        line.write("claimed\n")
        line.show("")
        line.write("published\n")
        let expected = "\(clear)1 of 2\(clear)claimed\n1 of 2\(clear)published\n"
        #expect(screen.text.withLock { $0 } == expected)
    }

    @Test("without a terminal no progress is shown")
    func noTerminal() {
        let line = screen.line(isTerminal: false)
        line.show("1 of 2")
        line.write("claimed\n")
        #expect(screen.text.withLock { $0 } == "claimed\n")
    }
}
