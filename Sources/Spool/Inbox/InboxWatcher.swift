import CPOSIX
import Dispatch
package import Files
import Glibc

/// Reports that something in an inbox changed, so that nobody has to wait for the next scan.
///
/// Only an accelerator: events can be lost, network file systems have none, and the kernel's
/// watches are limited. The inbox is scanned from time to time all the same.
package struct InboxWatcher: Sendable {
    /// A tick after one or more changes, without an end; none if nothing is watched.
    package let ticks: AsyncStream<Void>
    /// Why nothing is watched, for the log; `nil` if it is.
    package let fallbackReason: String?

    /// Watches the inbox, its task folders and the folder of requests; folders made later are found
    /// by the scans.
    package init(inbox: SpoolPath, requests: SpoolPath? = nil) {
        let (ticks, continuation) = AsyncStream.makeStream(
            of: Void.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        self.ticks = ticks
        let type = inbox.withCString { taxod_filesystem_type($0) }
        guard type == -1 || taxod_filesystem_is_local(type) == 1 else {
            fallbackReason = "\(inbox) lies on a network file system"
            return
        }
        let descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0 else {
            fallbackReason = "inotify: \(String(cString: strerror(errno)))"
            return
        }
        let mask = UInt32(
            IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ATTRIB | IN_DELETE | IN_DELETE_SELF
        )
        let tasks = ["expand", "place", "grow"].map { inbox.appending($0) }
        for folder in [inbox] + tasks + (requests.map { [$0] } ?? []) {
            let watch = folder.withCString { inotify_add_watch(descriptor, $0, mask) }
            guard watch >= 0 || folder != inbox else {
                fallbackReason = "cannot watch \(inbox): \(String(cString: strerror(errno)))"
                _ = close(descriptor)
                return
            }
        }
        fallbackReason = nil
        // Only `cancel` is called from elsewhere, which Dispatch allows on any thread.
        nonisolated(unsafe) let source = DispatchSource.makeReadSource(fileDescriptor: descriptor)
        source.setEventHandler {
            // What changed does not matter; the events are read to clear them.
            var buffer = [UInt8](repeating: 0, count: 1 << 14)
            while read(descriptor, &buffer, buffer.count) > 0 {}
            continuation.yield()
        }
        source.setCancelHandler { _ = close(descriptor) }
        continuation.onTermination = { _ in source.cancel() }
        source.activate()
    }
}
