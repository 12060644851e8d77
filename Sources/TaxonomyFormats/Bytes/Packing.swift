/// How a file is packed, told by its first bytes and never by its name.
enum Packing: String {
    case gzip, xz, bzip2, zip

    init?(_ head: some Collection<UInt8>) {
        let head = Array(head.prefix(10))
        func begins(_ bytes: UInt8...) -> Bool { head.starts(with: bytes) }
        // RFC 1952, section 2.3.1.
        if begins(0x1F, 0x8B) {
            self = .gzip
        } else if begins(0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00) {
            self = .xz
        } else if head.count == 10, begins(0x42, 0x5A, 0x68), (0x31...0x39).contains(head[3]),
            Self.bzip2Marks.contains(Array(head[4...]))
        {
            self = .bzip2
        } else if begins(0x50, 0x4B, 3, 4) || begins(0x50, 0x4B, 5, 6) || begins(0x50, 0x4B, 7, 8) {
            self = .zip
        } else {
            return nil
        }
    }

    /// What follows the header of bzip2: a block, or the end of an empty file (π and √π in digits).
    private static let bzip2Marks: [[UInt8]] = [
        [0x31, 0x41, 0x59, 0x26, 0x53, 0x59], [0x17, 0x72, 0x45, 0x38, 0x50, 0x90],
    ]

    /// The command that tells whether such a file is whole.
    var check: String {
        switch self {
        case .gzip: "gzip -t"
        case .xz: "xz -t"
        case .bzip2: "bzip2 -t"
        case .zip: "unzip -t"
        }
    }
}
