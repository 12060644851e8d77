import CPOSIX
import Dispatch
package import Files
import Glibc

/// Reports changes in an inbox, so that nobody has to wait for the next scan.
///
/// This only speeds things up: events can be lost, network file systems have none, and the kernel
/// limits the number of watches. So the inbox is also scanned periodically.
package struct InboxWatcher: Sendable {
    /// Yields after one or more changes and never ends; yields nothing if nothing is watched.
    package let ticks: AsyncStream<Void>
    /// Why nothing is watched, for the log; `nil` if the inbox is watched.
    package let fallbackReason: String?

    /// Watches the inbox, the folders in it and the request folder; folders created later are found
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
        for folder in [inbox] + (requests.map { [$0] } ?? []) + Self.folders(of: inbox) {
            let watch = folder.withCString { inotify_add_watch(descriptor, $0, mask) }
            guard watch >= 0 || folder != inbox else {
                fallbackReason = "cannot watch \(inbox): \(String(cString: strerror(errno)))"
                _ = close(descriptor)
                return
            }
        }
        fallbackReason = nil
        // Other threads only call `cancel`, which Dispatch allows on any thread.
        nonisolated(unsafe) let source = DispatchSource.makeReadSource(fileDescriptor: descriptor)
        source.setEventHandler {
            // It does not matter what changed; the events are read only to clear them.
            var buffer = [UInt8](repeating: 0, count: 1 << 14)
            while read(descriptor, &buffer, buffer.count) > 0 {}
            continuation.yield()
        }
        source.setCancelHandler { _ = close(descriptor) }
        continuation.onTermination = { _ in source.cancel() }
        source.activate()
    }

    /// Largest number of folders in the inbox that are watched; the scans find the files of others.
    private static let mostFolders = 64

    /// The folders in the inbox, and those in them, that may hold dropped files.
    private static func folders(of inbox: SpoolPath) -> [SpoolPath] {
        var folders = names(in: inbox)
        folders += folders.flatMap(names)
        return Array(folders.prefix(mostFolders))
    }

    private static func names(in folder: SpoolPath) -> [SpoolPath] {
        ((try? Folder.names(in: folder)) ?? [])
            .filter { !SubmissionName.isOwnOrHidden($0) && Neighbour.of($0) == nil }
            .map { folder.appending(bytes: $0) }
            .filter { ((try? FileFacts(of: $0)) ?? nil)?.kind == .folder }
    }
}
