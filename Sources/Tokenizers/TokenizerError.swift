/// Tokenizer data that cannot be used.
package enum TokenizerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The rules that split text into words are not implemented.
    case unknownPreTokenizer(name: String)
    /// The parts of the data contradict each other.
    case inconsistent(found: String, expected: String)

    package var description: String {
        switch self {
        case .unknownPreTokenizer(let name):
            let supported = PreTokenizer.allCases.map(\.rawValue).joined(separator: ", ")
            return "found the pre-tokenizer “\(name)”, expected one of \(supported)"
        case .inconsistent(let found, let expected):
            return "found \(found), expected \(expected)"
        }
    }
}
