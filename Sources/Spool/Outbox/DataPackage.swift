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

    struct Dialect: Codable {
        var delimiter = "\t"
        var header = true
        var doubleQuote = false
        var escapeChar = "\\"
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
        var resource = Resource(
            name: "\(stem)-\(ending)".lowercased(),
            path: path,
            mediatype: mediaTypes[ending] ?? "text/plain",
            bytes: bytes,
            hash: "sha256:\(sha256)"
        )
        if path == "results.tsv" {
            resource.dialect = Dialect()
            resource.schema = Schema(
                fields: ResultTable.columns.map { column in
                    Field(
                        name: column,
                        type: column == "rank" ? "integer" : column == "score" ? "number" : "string"
                    )
                }
            )
        }
        return resource
    }

    private static let mediaTypes = [
        "json": "application/json",
        "jsonl": "application/x-ndjson",
        "tsv": "text/tab-separated-values",
    ]
}
