import Contract
import Crypto
package import Files
package import Jobs

/// Reading back what happened to files.
extension Inbox {
    /// The note on a file that has no result of its own.
    package struct Noted: Sendable {
        package let note: ReasonNote
        /// Where the file is, relative to the inbox; `nil` if it is gone.
        package let place: String?
    }

    /// The notes in the quarantine and duplicate folders.
    package func notes() throws(FileError) -> [Noted] {
        var folders = ["_duplicate"]
        for name in try Folder.names(in: path.appending("_quarantine")) {
            folders.append("_quarantine/" + String(decoding: name, as: UTF8.self))
        }
        var notes: [Noted] = []
        for folder in folders {
            guard try FileFacts(of: path.appending(folder))?.kind == .folder else { continue }
            for bytes in try Folder.names(in: path.appending(folder)) {
                let name = String(decoding: bytes, as: UTF8.self)
                guard name.hasSuffix(".reason.json"),
                    let text = try Folder.contents(
                        of: path.appending(folder).appending(bytes: bytes),
                        limit: 1 << 20
                    ),
                    let note = try? CanonicalJSON.value(
                        ReasonNote.self,
                        from: String(decoding: text, as: UTF8.self)
                    )
                else { continue }
                let place = "\(folder)/\(name.dropLast(".reason.json".count))"
                let isThere = try FileFacts(of: path.appending(place)) != nil
                notes.append(Noted(note: note, place: isThere ? place : nil))
            }
        }
        return notes
    }

    /// Where the file of a published job is, found by its name and size; `nil` if it is gone.
    package func donePlace(
        of job: JobID,
        named name: String,
        bytes: Int?
    ) throws(FileError) -> String? {
        for name in ["\(name).\(job)", "\(name).\(job.short)", name] {
            let facts = try FileFacts(of: path.appending("_done").appending(name))
            if let facts, bytes == nil || facts.bytes == bytes { return "_done/\(name)" }
        }
        return nil
    }

    /// The SHA-256 of the bytes of a file, whose place is relative to the inbox; `nil` if it is
    /// gone.
    package func sha256(of place: String) throws(FileError) -> String? {
        var hash = SHA256()
        do throws(FileError) {
            try Folder.read(path.appending(place)) { part throws(FileError) in
                hash.update(data: part)
                return true
            }
        } catch {
            guard error.isMissing else { throw error }
            return nil
        }
        return Digest.hexadecimal(hash.finalize())
    }
}
