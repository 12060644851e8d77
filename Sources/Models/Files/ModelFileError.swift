/// A model file or model folder that cannot be used.
///
/// The operator reads ``description``. The cause is the file itself or its place, so trying again
/// with the same files fails the same way.
package struct ModelFileError: Error, Hashable, Sendable {
    /// A stable name for the fault; it is written to logs and never changes meaning.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        /// The file does not exist or cannot be opened and read.
        case unreadable = "model-unreadable"
        /// The file is shorter than its own header says.
        case truncated = "model-truncated"
        /// The file contradicts its format or itself.
        case malformed = "model-malformed"
        /// The file is valid, but needs something that taxod does not implement.
        case unsupported = "model-unsupported"
        /// A tensor, key or file that the model needs is missing.
        case incomplete = "model-incomplete"
        /// The size or hash of the file is not the expected one.
        case mismatch = "model-mismatch"
        /// A file cannot be written.
        case unwritable = "model-unwritable"

        fileprivate var remedy: String {
            switch self {
            case .unreadable: "Check the path; `make models` fetches the default models."
            case .truncated: "Fetch or copy the file again; it is incomplete."
            case .malformed: "Fetch the file again, or check which program wrote it."
            case .unsupported: "Convert the model to a supported form, or configure another model."
            case .incomplete: "Configure a model of the expected kind; part of this one is missing."
            case .mismatch: "Run `make models` to fetch the expected file."
            case .unwritable:
                "Free some space or check the folder's permissions; the old file is unchanged."
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
