/// A value of JSON that knows its line.
struct JSONValue {
    enum Content {
        case null
        case bool(Bool)
        /// As spelled in the file, so that no size of number does harm.
        case number(String)
        case string(String)
        case array([JSONValue])
        /// Members in the order of the file; a repeated key is there twice.
        case object([(key: String, value: JSONValue)])
    }

    let content: Content
    /// Where the value begins, counted from 1.
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

    /// What it is, for messages.
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
