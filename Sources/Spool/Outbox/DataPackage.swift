import ChangeSets

/// `datapackage.json`: lists every file of a result with its size and hash.
///
/// Source: Frictionless Data Package, version 1 (tabular resources by Table Schema).
struct DataPackage: Codable {
    struct Resource: Codable {
        var name: String
        var path: String
        var mediatype: String
        var encoding = "utf-8"
        var bytes: Int
        /// Prefixed with its algorithm, such as `sha256:…`.
        var hash: String
        var dialect: Dialect?
        var schema: Schema?
    }

    /// How ``TabSeparated`` writes.
    struct Dialect: Codable {
        var delimiter = "\t"
        var header = true
        var quoteChar = "\""
        var doubleQuote = true
    }

    struct Schema: Codable {
        var fields: [Field]
    }

    struct Field: Codable {
        var name: String
        var type: String
    }

    var profile = "data-package"
    var name: String
    var title: String
    var created: String
    var resources: [Resource]

    /// Describes one file.
    static func resource(path: String, bytes: Int, sha256: String) -> Resource {
        let stem = path.split(separator: ".").first.map(String.init) ?? path
        let ending = path.split(separator: ".").last.map(String.init) ?? ""
        let columns = tables[path]
        return Resource(
            name: "\(stem)-\(ending)".lowercased(),
            path: path,
            mediatype: mediaTypes[ending] ?? "text/plain",
            bytes: bytes,
            hash: "sha256:\(sha256)",
            dialect: columns.map { _ in Dialect() },
            schema: columns.map { columns in
                Schema(fields: columns.map { Field(name: $0.name, type: $0.type) })
            }
        )
    }

    private static let tables = [
        "results.tsv": ResultTable.columns,
        "matches.tsv": MatchTable.columns,
        "problems.tsv": ProblemTable.columns,
    ]

    private static let mediaTypes = [
        "json": "application/json",
        "jsonl": "application/x-ndjson",
        "tsv": "text/tab-separated-values",
    ]
}
