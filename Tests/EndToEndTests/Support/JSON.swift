import Foundation

/// A JSON value as a reader without our types sees it.
struct JSON {
    let value: Any?

    init(_ value: Any?) { self.value = value }

    /// Reads one value.
    init(data: Data) throws {
        value = try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
    }

    init(file: URL) throws { try self.init(data: try Data(contentsOf: file)) }

    /// Reads one value a line.
    static func lines(_ data: Data) throws -> [JSON] {
        try data.split(separator: 0x0A).map { try JSON(data: Data($0)) }
    }

    subscript(key: String) -> JSON { JSON((value as? [String: Any])?[key]) }

    var string: String? { value as? String }
    var int: Int? { (value as? NSNumber)?.intValue }
    var bool: Bool? { value as? Bool }
    var double: Double? { (value as? NSNumber)?.doubleValue }
    var array: [JSON] { (value as? [Any] ?? []).map(JSON.init) }
    var strings: [String] { array.compactMap(\.string) }
    var keys: Set<String> { Set((value as? [String: Any] ?? [:]).keys) }
}
