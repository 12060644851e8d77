import Contract

/// Files that other programs keep in folders, and that are never dropped for an answer.
///
/// Each is left alone, and told once with the reason. The tables hold what file managers,
/// synchronisers, downloaders and editors are known to write; letter case does not matter.
package enum Neighbour: String, Hashable, Sendable, CaseIterable {
    case system = "the operating system or a file manager keeps it"
    case download = "a download that is not finished; taken once it has its own name"
    case temporary = "another program is still writing it; taken once it has its own name"
    case editor = "a lock, swap or safety copy of an editor"
    case checksum = "a checksum or signature; only NAME.sha256 beside NAME is compared"
    case remark = "a note for people, not a list; rename it if it is one"

    /// What a name stands for; `nil` if it may be a dropped file.
    package static func of(_ name: [UInt8]) -> Neighbour? {
        let text = String(decoding: name, as: UTF8.self).lowercased()
        if let known = names[text] { return known }
        if let dot = text.lastIndex(of: "."), dot > text.startIndex {
            let ending = String(text[text.index(after: dot)...])
            if let known = endings[ending] { return known }
            if remarkStems.contains(String(text[..<dot])), remarkEndings.contains(ending) {
                return .remark
            }
        } else if isOfficeTemporary(name) {
            return .temporary
        }
        if text.count > 2, text.first == "#", text.last == "#" { return .editor }
        if text.count > 1, text.last == "~" { return .editor }
        return beginnings.first { text.hasPrefix($0.0) }?.1
    }

    /// The name of the finished download that a name belongs to: `x` for `x.aria2`.
    ///
    /// Some programs write `x` itself and mark it so while they do.
    static func finishedName(of name: [UInt8]) -> [UInt8]? {
        guard let dot = name.lastIndex(of: UInt8(ascii: ".")), dot > 0 else { return nil }
        let ending = String(decoding: name[(dot + 1)...], as: UTF8.self).lowercased()
        return endings[ending] == .download ? Array(name[..<dot]) : nil
    }

    private static let names: [String: Neighbour] = [
        "desktop.ini": .system, "thumbs.db": .system, "thumbs.db:encryptable": .system,
        "ehthumbs.db": .system, "ehthumbs_vista.db": .system, ".ds_store": .system,
        ".localized": .system, ".directory": .system, ".fseventsd": .system,
        ".spotlight-v100": .system, ".temporaryitems": .system, ".trashes": .system,
        "icon\r": .system, "$recycle.bin": .system, "recycler": .system, "recycled": .system,
        "system volume information": .system, "lost+found": .system, "@eadir": .system,
        "@tmp": .system, "#recycle": .system, "#snapshot": .system, "@recycle": .system,
        ".@__thumb": .system, ".stfolder": .system, ".stversions": .system,
        ".dropbox": .system, ".dropbox.cache": .system, ".sync": .system,
        "4913": .editor, "nohup.out": .remark, "readme": .remark, "license": .remark,
        "licence": .remark, "copying": .remark, "notice": .remark, "changelog": .remark,
        "authors": .remark, "makefile": .remark, "dockerfile": .remark,
        "sha256sums": .checksum, "sha512sums": .checksum, "sha1sums": .checksum,
        "md5sums": .checksum, "checksums": .checksum, "checksums.txt": .checksum,
        "sha256sums.txt": .checksum, "md5sums.txt": .checksum,
    ]

    private static let endings: [String: Neighbour] = [
        "crdownload": .download, "download": .download, "partial": .download, "part": .download,
        "aria2": .download, "opdownload": .download, "fdmdownload": .download,
        "filepart": .download, "!qb": .download, "!ut": .download, "bc!": .download,
        "aria2__temp": .download, "lftp-pget-status": .download,
        "tmp": .temporary, "temp": .temporary, "drivedownload": .temporary,
        "driveupload": .temporary, "octransfer": .temporary, "seafile": .temporary,
        "swp": .editor, "swo": .editor, "swx": .editor, "kate-swp": .editor, "bak": .editor,
        "orig": .editor, "rej": .editor, "lock": .editor, "lck": .editor,
        "md5": .checksum, "sha1": .checksum, "sha224": .checksum, "sha384": .checksum,
        "sha512": .checksum, "sha1sum": .checksum, "md5sum": .checksum, "sha512sum": .checksum,
        "crc32": .checksum, "sfv": .checksum, "asc": .checksum, "sig": .checksum,
    ]

    private static let beginnings: [(String, Neighbour)] = [
        ("._", .system), (".trash", .system), (".nfs", .system), (".smbdelete", .system),
        ("~$", .editor), (".~lock.", .editor), (".#", .editor), (".goutputstream", .temporary),
        ("~syncthing~", .temporary), (".syncthing.", .temporary), ("~wrl", .temporary),
        ("~wrd", .temporary), ("~df", .temporary), (".~", .temporary),
    ]

    private static let remarkStems: Set<String> = [
        "readme", "license", "licence", "liesmich", "lisezmoi", "leeme",
    ]
    private static let remarkEndings: Set<String> = ["txt", "md", "rst", "html"]

    /// Excel and Word save under eight hexadecimal digits without an ending, and then rename.
    private static func isOfficeTemporary(_ name: [UInt8]) -> Bool {
        name.count == 8 && name.contains { (0x30...0x39).contains($0) }
            && name.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x46).contains($0) }
    }
}
