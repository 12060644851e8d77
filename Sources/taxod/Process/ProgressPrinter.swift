import Contract
import Foundation
import Glibc
import Synchronization
import Training
import Workshop

/// Shows the progress of long work on standard error: on a terminal, a line that is overwritten;
/// elsewhere, for a training, one line every half minute.
enum ProgressPrinter {
    private static let isTerminal = isatty(2) == 1
    /// Time between two lines about a training when standard error is not a terminal.
    private static let intervalSeconds = 30.0

    /// A monitor that prints, and stops the work when a signal asks for it.
    static func monitor() -> WorkMonitor {
        let shown = Mutex(-Double.infinity)
        return WorkMonitor(shouldStop: { StopSignals.stopIsAsked }) { event in
            switch event {
            case .rows(let done, let all): showRows(done, of: all)
            case .began(let examples, let validation, let steps):
                note("\(examples) training rows, \(validation) validation rows, \(steps) steps")
            case .step(let progress): shown.withLock { show(progress, &$0) }
            case .ended: if isTerminal { write("\n") }
            case .queries(let done, let all): showQueries(done, all)
            case .note(let text): note(text)
            }
        }
    }

    /// Shows the number of answered queries and the total.
    static func showQueries(_ done: Int, _ all: Int) {
        guard isTerminal else { return }
        write("\r\u{1B}[K\(done) of \(all)" + (done == all ? "\n" : ""))
    }

    /// Ends the process if a signal asked for it: there is nothing yet that could be resumed.
    private static func showRows(_ done: Int, of all: Int) {
        if StopSignals.stopIsAsked {
            note("taxod: \(WorkStopped.early)")
            exit(ExitStatus(of: WorkStopped.early).rawValue)
        }
        if isTerminal { write("\r\u{1B}[Kmaking rows: \(done) of \(all)") }
    }

    private static func show(_ progress: TrainingProgress, _ shown: inout Double) {
        let now = ProcessInfo.processInfo.systemUptime
        if isTerminal {
            write("\r\u{1B}[K\(line(progress))")
        } else if now - shown >= intervalSeconds || progress.step == progress.steps {
            write(line(progress) + "\n")
            shown = now
        }
        if let validation = progress.validation {
            let hits = validation.hitAt1.map { ", hit@1 \(rounded($0, 3))" } ?? ""
            note(
                "validation after step \(validation.step): loss "
                    + "\(rounded(validation.loss, 4))\(hits)"
            )
        }
    }

    private static func note(_ text: String) {
        write((isTerminal ? "\r\u{1B}[K" : "") + text + "\n")
    }

    private static func line(_ progress: TrainingProgress) -> String {
        let rate = String(format: "%.2g", progress.learningRate)
        return "step \(progress.step) of \(progress.steps)  loss \(rounded(progress.loss, 3))  "
            + "rate \(rate)  \(Int(progress.tokensPerSecond)) tokens/s  "
            + "\(left(progress.secondsLeft)) left"
    }

    private static func left(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e7 else { return "?" }
        let whole = Int(seconds.rounded())
        return whole < 120
            ? "\(whole) s"
            : whole < 7200 ? "\(whole / 60) min" : String(format: "%.1f h", seconds / 3600)
    }

    private static func rounded(_ value: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", value)
    }

    private static func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}
