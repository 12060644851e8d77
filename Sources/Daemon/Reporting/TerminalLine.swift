import Glibc
import Synchronization

/// Standard error with a progress line at the bottom, above which log lines scroll.
///
/// One lock guards both, so that they never mix. Without a terminal, no progress is shown. File
/// names appear in both, so control characters are escaped: they could break lines or control the
/// terminal.
package final class TerminalLine: TextOutputStream, Sendable {
    /// Whether standard error is a terminal.
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

    /// Writes log lines, which end with a line break, and draws the progress line below them again.
    package func write(_ text: String) {
        let text = Self.escaped(text.last == "\n" ? text.dropLast() : text[...]) + "\n"
        shown.withLock { line in
            sink(line.isEmpty ? text : Self.clearing + text + line)
        }
    }

    /// Replaces the progress line; an empty text removes it.
    package func show(_ line: String) {
        guard isTerminal else { return }
        let line = Self.escaped(line[...])
        shown.withLock { old in
            guard old != line else { return }
            old = line
            sink(Self.clearing + line)
        }
    }

    /// The text with its control and format characters written as `\u{1B}`.
    private static func escaped(_ text: Substring) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                escaped += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// Moves to the start of the line and erases it (ECMA-48: CR, EL).
    private static let clearing = "\r\u{1B}[K"
}
