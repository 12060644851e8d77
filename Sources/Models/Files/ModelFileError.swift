/// A model file, or a folder of them, that cannot be used.
///
/// The operator reads ``description``; the fault lies in the file or its place, so the same files
/// fail the same way again.
package struct ModelFileError: Error, Hashable, Sendable {
    /// A stable name for the fault; it is written to logs and never changes meaning.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        /// The file is not there or cannot be opened and read.
        case unreadable = "model-unreadable"
        /// The file ends before something that it announced.
        case truncated = "model-truncated"
        /// The file contradicts its format or itself.
        case malformed = "model-malformed"
        /// The file is sound, but holds something that taxod does not implement.
        case unsupported = "model-unsupported"
        /// A tensor, key or file that the model needs is absent.
        case incomplete = "model-incomplete"
        /// The bytes are not those that the catalogue expects.
        case mismatch = "model-mismatch"
        /// A file cannot be written.
        case unwritable = "model-unwritable"

        fileprivate var remedy: String {
            switch self {
            case .unreadable: "Check the path; `make models` fetches the default models."
            case .truncated: "Fetch or copy the file again; it is not whole."
            case .malformed: "Fetch the file again, or check which program wrote it."
            case .unsupported: "Convert the model to a supported form, or configure another model."
            case .incomplete: "Configure a model of the expected kind; this one lacks a part."
            case .mismatch: "Run `make models` to fetch the expected file."
            case .unwritable: "Free space or check the folder's rights; what was there is kept."
            }
        }
    }

    package let code: Code
    /// Path as the caller gave it.
    package let file: String
    /// Where in the file: a byte offset, a key or a tensor.
    package let place: String?
    package let found: String
    package let expected: String
    /// What the reader can do about it.
    package let remedy: String

    package init(
        _ code: Code,
        file: String,
        at place: String? = nil,
        found: String,
        expected: String,
        remedy: String? = nil
    ) {
        self.code = code
        self.file = file
        self.place = place
        self.found = found
        self.expected = expected
        self.remedy = remedy ?? code.remedy
    }
}

extension ModelFileError: CustomStringConvertible {
    package var description: String {
        let whole = ([file] + [place].compactMap(\.self)).joined(separator: ", ")
        return "\(whole): found \(found), expected \(expected) [\(code.rawValue)]\n\(remedy)"
    }
}
