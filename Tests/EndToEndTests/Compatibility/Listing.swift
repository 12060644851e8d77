import Foundation

/// The names that others build on.
struct Listing: Decodable {
    struct Ledger: Decodable {
        let tables: [String: [String]]
        let views: [String: [String]]
    }

    /// “name type”, or the name alone, in order, by file.
    let columns: [String: [String]]
    /// Types by key path, by file.
    let keys: [String: [String: String]]
    let schemas: [String: String]
    let values: [String: [String]]
    let ledger: Ledger
    let exitStatuses: [String: Int32]
    let undocumentedExitStatuses: [Int32]
    let errorCodes: [String]
    let folders: [String: [String]]
    let workerReady: String

    static let file = "compatibility.json"

    static func read() throws -> Listing {
        let path = Checkout.root.appending(path: "Tests/EndToEndTests/Compatibility/\(file)")
        return try JSONDecoder().decode(Listing.self, from: Data(contentsOf: path))
    }
}

/// The types in a JSON value by key path; `a[].b` is the key b of the objects in the array a.
struct Shape {
    private var types: [String: Set<String>] = [:]

    init(_ json: Data) throws {
        add(try JSONDecoder().decode(Value.self, from: json), at: "")
    }

    private mutating func add(_ value: Value, at path: String) {
        types[path, default: []].insert(value.type)
        switch value {
        case .object(let members):
            for (key, member) in members { add(member, at: path.isEmpty ? key : "\(path).\(key)") }
        case .array(let elements):
            for element in elements { add(element, at: path + "[]") }
        case .scalar: break
        }
    }

    /// What is wrong with the columns found, each as “name type”.
    static func columns(_ found: [String], listed: [String]) -> [String] {
        let wrong = listed.indices.filter { $0 >= found.count || found[$0] != listed[$0] }.map {
            "column \($0 + 1) is “\(listed[$0])”; found “\($0 < found.count ? found[$0] : "")”"
        }
        return wrong
            + found.dropFirst(listed.count).filter { !listed.contains($0) }.map {
                "“\($0)” is new: add it to the end of the list"
            }
    }

    /// What is wrong with the keys of values that are written to one place.
    static func keys(_ shapes: [Shape], listed: [String: String]) -> [String] {
        var found = shapes.reduce(into: [String: Set<String>]()) {
            $0.merge($1.types) { $0.union($1) }
        }
        found[""] = nil
        // Which keys a map has is not promised.
        for (path, type) in listed where type.hasPrefix("map") {
            found = found.filter { !$0.key.hasPrefix(path + ".") && !$0.key.hasPrefix(path + "[") }
        }
        var complaints: [String] = []
        for (path, type) in listed.sorted(by: { $0.key < $1.key }) {
            let mayLack = type.hasSuffix("?")
            let name = mayLack ? String(type.dropLast()) : type
            let allowed: Set<String> =
                switch name {
                case "number": ["number", "integer"]
                case "map": ["object"]
                default: [name]
                }
            if let types = found.removeValue(forKey: path) {
                if !types.isSubset(of: allowed) {
                    complaints.append("“\(path)” is \(name); found \(types.sorted())")
                }
            } else if !mayLack {
                complaints.append("“\(path)” is listed and was not written; it must stay")
            }
        }
        return complaints
            + found.sorted { $0.key < $1.key }.map {
                "“\($0.key)” is new: add it to the list as \($0.value.sorted().joined())"
            }
    }
}

/// A JSON value that tells a boolean from a number.
private enum Value: Decodable {
    case scalar(String)
    case array([Value])
    case object([String: Value])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .scalar("null")
        } else if (try? container.decode(Bool.self)) != nil {
            self = .scalar("boolean")
        } else if (try? container.decode(Int.self)) != nil {
            self = .scalar("integer")
        } else if (try? container.decode(Double.self)) != nil {
            self = .scalar("number")
        } else if (try? container.decode(String.self)) != nil {
            self = .scalar("string")
        } else if let elements = try? container.decode([Value].self) {
            self = .array(elements)
        } else {
            self = .object(try container.decode([String: Value].self))
        }
    }

    var type: String {
        switch self {
        case .scalar(let name): name
        case .array: "array"
        case .object: "object"
        }
    }
}
