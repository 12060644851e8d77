import CKernels

/// The peak rates of one core, measured with loops that touch no memory.
///
/// `taxod bench` reports a kernel's rate next to them.
package struct PeakMeter: Sendable {
    /// The highest rates measured, in 10⁹ operations per second; a fused multiply-add counts as two.
    package let float32: Double
    package let bfloat16: Double
    package let int8: Double

    /// Measures all three on the calling thread.
    ///
    /// Takes the best of many short intervals, so that other work on the machine affects the figures
    /// little.
    ///
    /// - Parameters:
    ///   - level: The kernels to measure.
    ///   - duration: How long to measure each rate.
    /// - Returns: The highest rates.
    package static func measure(
        level: KernelLevel = .current,
        duration: Duration = .milliseconds(50)
    ) -> PeakMeter {
        let kernels = level.kernels
        return PeakMeter(
            float32: rate(of: kernels.peak_float, duration),
            bfloat16: rate(of: kernels.peak_bfloat, duration),
            int8: rate(of: kernels.peak_int, duration)
        )
    }

    private static func rate(
        of loop: (Int, UnsafeMutablePointer<Double>) -> Float,
        _ duration: Duration
    ) -> Double {
        let steps = 20_000
        let clock = ContinuousClock()
        let end = clock.now + duration
        var best = 0.0
        var sink: Float = 0
        repeat {
            var operations = 0.0
            let time = clock.measure { sink += loop(steps, &operations) }
            best = max(best, operations * Double(steps) / (time / .nanoseconds(1)))
        } while clock.now < end
        // The loops return a finite value; because it is used, they are not optimised away.
        precondition(!sink.isNaN, "PeakMeter: a peak loop returned NaN")
        return best
    }
}
