/// A JSON value and the line on which it begins.
struct JSONValue {
    enum Content {
        case null
        case bool(Bool)
        /// As spelled in the file, so that a number of any size does no harm.
        case number(String)
        case string(String)
        case array([JSONValue])
        /// Members in the order of the file; a repeated key appears twice.
        case object([(key: String, value: JSONValue)])
    }

    let content: Content
    /// The line on which the value begins, counted from 1.
    let line: Int

    /// The text of a string or number.
    var text: String? {
        switch content {
        case .string(let text), .number(let text): text
        default: nil
        }
    }

    var array: [JSONValue]? {
        guard case .array(let values) = content else { return nil }
        return values
    }

    var object: [(key: String, value: JSONValue)]? {
        guard case .object(let members) = content else { return nil }
        return members
    }

    /// The kind of value, for messages.
    var kind: String {
        switch content {
        case .null: "null"
        case .bool: "true or false"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
