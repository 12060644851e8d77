import Contract
import Files
import Foundation
import Glibc

/// Checks by trying whether taxod may write into a folder.
enum FolderProbe {
    /// Tries to write into a configured folder; a missing one is reported, not created.
    ///
    /// - Parameters:
    ///   - path: The folder.
    ///   - key: Its key in the configuration.
    /// - Returns: Why nothing can be written there; `nil` if it can.
    /// - Throws: ``CommandError`` if it is not a folder.
    static func fault(of path: String, named key: String) throws -> String? {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            print("“\(key)”: \(path) does not exist yet and will be made")
            return nil
        }
        guard isFolder.boolValue else {
            throw CommandError.misconfigured("“\(key)”: \(path) is no folder")
        }
        // The inbox ignores names that begin with a dot.
        let probe = SpoolPath("\(path)/.taxod-probe-\(getpid())")
        let files = POSIXFileOperations()
        do throws(FileError) {
            let file = try files.create(probe)
            try file.close(durably: false)
            try files.remove(probe)
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// The user that this process runs as.
    static var userName: String {
        getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) } ?? "\(geteuid())"
    }
}
