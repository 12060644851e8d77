import Foundation
import Glibc
import Contract
import Training

/// Shows on standard error how a training goes: one line that is replaced on a terminal, a line
/// every half minute elsewhere.
struct TuningReport {
    private static let isTerminal = isatty(2) == 1
    private static let interval = 30.0
    private var shown = -Double.infinity

    mutating func begin(rows: Int, validation: Int, steps: Int) {
        Self.note("\(rows) rows to teach, \(validation) to judge by, \(steps) steps")
    }

    mutating func show(_ progress: TrainingProgress) {
        let now = ProcessInfo.processInfo.systemUptime
        let isLast = progress.step == progress.steps
        if Self.isTerminal {
            Self.write("\r\u{1B}[K\(Self.line(progress))")
        } else if now - shown >= Self.interval || isLast {
            Self.write(Self.line(progress) + "\n")
            shown = now
        }
        if let validation = progress.validation {
            let hits = validation.hitAt1.map { ", hit@1 \(Self.rounded($0, 3))" } ?? ""
            Self.note(
                "validation after step \(validation.step): loss "
                    + "\(Self.rounded(validation.loss, 4))\(hits)"
            )
        }
    }

    func end() {
        if Self.isTerminal { Self.write("\n") }
    }

    static func showRows(_ done: Int, of all: Int) {
        guard isTerminal else { return }
        write("\r\u{1B}[Kmaking rows: \(done) of \(all)")
    }

    static func note(_ text: String) {
        write((isTerminal ? "\r\u{1B}[K" : "") + text + "\n")
    }

    /// Ends the process while nothing is kept yet.
    static func stopEarly() -> Never {
        note("taxod: \(Tuning.Stopped(step: 0, steps: 0))")
        exit(ExitStatus.temporaryFailure.rawValue)
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
