import Glibc
import Synchronization

/// Standard error with a line of progress at its end, above which log lines pass.
///
/// Both go through one lock, so that neither is written into the other. Without a terminal nothing
/// is ever shown. A file's name may stand in both: its control characters are spelt out, so that they
/// neither break a line nor speak to the terminal.
package final class TerminalLine: TextOutputStream, Sendable {
    /// Whether a person watches.
    let isTerminal: Bool
    private let shown = Mutex("")
    private let sink: @Sendable (String) -> Void

    package convenience init() {
        self.init(isTerminal: isatty(STDERR_FILENO) == 1) { text in
            let bytes = Array(text.utf8)
            _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
        }
    }

    /// Writes to `sink` instead of standard error.
    package init(isTerminal: Bool, sink: @escaping @Sendable (String) -> Void) {
        self.isTerminal = isTerminal
        self.sink = sink
    }

    /// Writes log lines, which end with a line break, and puts the progress under them again.
    package func write(_ text: String) {
        let text = Self.spelling(text.last == "\n" ? text.dropLast() : text[...]) + "\n"
        shown.withLock { line in
            sink(line.isEmpty ? text : Self.clearing + text + line)
        }
    }

    /// Replaces the line of progress; an empty one takes it away.
    package func show(_ line: String) {
        guard isTerminal else { return }
        let line = Self.spelling(line[...])
        shown.withLock { old in
            guard old != line else { return }
            old = line
            sink(Self.clearing + line)
        }
    }

    /// The text with its control and format characters as `\u{1B}`.
    private static func spelling(_ text: Substring) -> String {
        var spelt = ""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                spelt += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            default: spelt.unicodeScalars.append(scalar)
            }
        }
        return spelt
    }

    /// Back to the start of the line, and what stands there goes.
    private static let clearing = "\r\u{1B}[K"
}
