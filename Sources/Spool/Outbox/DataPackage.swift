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
        /// The sign that stands before a character which would otherwise have a meaning.
        var escapeChar: String?
        /// The row of the titles, counted from 1, where it is not the first.
        var headerRows: [Int]?
        /// The sign with which remarks in front of the header begin.
        var commentChar: String?
        /// Rows that hold no data besides the header, counted from 1.
        var commentRows: [Int]?
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
    ///
    /// - Parameters:
    ///   - path: Its name in the result.
    ///   - bytes: Its size.
    ///   - sha256: Its hash in hexadecimal.
    ///   - headLines: Lines before the first row of data, for a file that begins with remarks.
    /// - Returns: The file as the package lists it.
    static func resource(
        path: String,
        bytes: Int,
        sha256: String,
        headLines: Int? = nil
    ) -> Resource {
        let parts = path.split(separator: ".")
        let ending = parts.last.map(String.init) ?? ""
        let columns = tables[path]
        let mediaType = mediaTypes[ending] ?? "text/plain"
        return Resource(
            name: parts.joined(separator: "-").lowercased(),
            path: path,
            mediatype: mediaType,
            bytes: bytes,
            hash: "sha256:\(sha256)",
            dialect: columns.map { _ in dialect(of: path, headLines) },
            schema: columns.map { columns in
                Schema(fields: columns.map { Field(name: $0.name, type: $0.type) })
            }
        )
    }

    /// How the table in a file is written.
    private static func dialect(of path: String, _ headLines: Int?) -> Dialect {
        var dialect = Dialect()
        switch path {
        case ChangeFormat.robot.fileName, ChangeFormat.robotBulk.fileName:
            dialect.commentRows = [2]
            dialect.escapeChar = "\\"
        case ChangeFormat.sssom.fileName:
            dialect.commentChar = "#"
            dialect.headerRows = headLines.map { [$0] }
        default: break
        }
        return dialect
    }

    private static let tables = [
        "results.tsv": ResultTable.columns,
        "matches.tsv": MatchTable.columns,
        "problems.tsv": ProblemTable.columns,
        ChangeFormat.robot.fileName: ChangeFormat.robot.columns,
        ChangeFormat.robotBulk.fileName: ChangeFormat.robotBulk.columns,
        ChangeFormat.sssom.fileName: ChangeFormat.sssom.columns,
        ChangeFiles.leftOutName: LeftOut.columns,
    ]

    private static let mediaTypes = [
        "json": "application/json",
        "jsonl": "application/x-ndjson",
        "tsv": "text/tab-separated-values",
        "obo": "text/obo",
    ]
}
