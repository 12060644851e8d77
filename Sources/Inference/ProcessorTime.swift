import Glibc

/// Processor time of this process, which another process's work does not lengthen.
package enum ProcessorTime {
    /// Seconds of all threads, user and system, since the process began.
    package static var seconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
