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

    @Test("control characters of a name are spelt out, in log lines and in the progress")
    func control() {
        let line = screen.line(isTerminal: true)
        line.write("file=a\nb\u{1B}[2J\u{202E}c\n")
        line.show("é\u{2028}: 1 of 2")
        let expected = "file=a\\u{A}b\\u{1B}[2J\\u{202E}c\n\(clear)é\\u{2028}: 1 of 2"
        #expect(screen.text.withLock { $0 } == expected)
    }
}
