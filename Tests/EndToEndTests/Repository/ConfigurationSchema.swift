import Foundation
import Testing

/// The schema of the configuration as keys and values.
enum ConfigurationSchema {
    /// The schema's leaves by key path; no object admits further keys.
    static func fields(
        of schema: [String: Any],
        at prefix: String = ""
    ) throws -> [String: [String: Any]] {
        #expect(schema["additionalProperties"] as? Bool == false, "\(prefix)")
        var fields: [String: [String: Any]] = [:]
        for (key, value) in try #require(schema["properties"] as? [String: Any]) {
            let field = try #require(value as? [String: Any])
            if let named = field["additionalProperties"] as? [String: Any] {
                let inner = try Self.fields(of: named, at: prefix + key + ".NAME.")
                fields.merge(inner) { $1 }
                continue
            }
            guard field["properties"] != nil else {
                fields[prefix + key] = field
                continue
            }
            fields.merge(try Self.fields(of: field, at: prefix + key + ".")) { $1 }
        }
        return fields
    }

    static func leaves(of object: [String: Any], at prefix: String) -> [String: Any] {
        object.reduce(into: [:]) { leaves, entry in
            if let group = entry.value as? [String: Any] {
                leaves.merge(Self.leaves(of: group, at: prefix + entry.key + ".")) { $1 }
            } else {
                leaves[prefix + entry.key] = entry.value
            }
        }
    }

    /// A scalar as JSON spells it.
    static func text(_ value: Any?) -> String {
        guard let value else { return "" }
        if let text = value as? String { return text }
        let data = try? JSONSerialization.data(withJSONObject: value, options: .fragmentsAllowed)
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "\(value)"
    }
}
