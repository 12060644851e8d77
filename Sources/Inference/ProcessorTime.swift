import Glibc

/// CPU time of this process, which unlike elapsed time does not depend on what else is running.
package enum ProcessorTime {
    /// User and system seconds of all threads since the process started.
    package static var seconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
