package import FoundationEssentials

/// JSON with exactly one spelling for each value: sorted keys, no spaces, no escaped slashes.
///
/// Without fractional numbers this agrees with RFC 8785 as long as keys are ASCII, which ours are.
/// Fractional numbers are written as Foundation does: the shortest text that reads back as the same
/// number.
package enum CanonicalJSON {
    /// Encodes `value` on one line, without a line feed at its end.
    ///
    /// - Throws: `EncodingError`, for example for a number that is not finite.
    package static func text(of value: some Encodable) throws -> String {
        String(decoding: try data(of: value), as: UTF8.self)
    }

    /// Encodes `value` as ``text(of:)`` does, in UTF-8.
    package static func data(of value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(value)
    }

    /// Encodes `value` for a person to read, sorted and indented, with a line feed at its end.
    package static func readableData(of value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        return try encoder.encode(value) + [0x0A]
    }

    /// Decodes a value from its text.
    package static func value<Value: Decodable>(
        _ type: Value.Type,
        from text: String
    ) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }
}
