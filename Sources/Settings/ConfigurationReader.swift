import Foundation
import TaxoInstruct

/// A configuration with the origin of each of its values.
package struct EffectiveConfiguration: Sendable {
    package var values: Configuration
    /// Where each value comes from, by key path; values left at their defaults are absent.
    package var origins: [String: String]
}

/// A configuration that cannot be used; the process ends with status 78.
package struct ConfigurationError: Error, CustomStringConvertible {
    package let description: String
}

/// Applies a file, the environment and the command line to the defaults, in this order.
package enum ConfigurationReader {
    /// Environment variables and the keys that they set.
    static let variables = [
        "TAXOD_INBOX": "inbox", "TAXOD_OUTBOX": "outbox", "TAXOD_STATE": "state",
        "TAXOD_MODELS": "models.folder", "TAXOD_METRICS": "metrics",
    ]

    /// The file that is read if none is named, provided that it exists.
    static let defaultFile = "Config/taxod.json"

    /// Reads the configuration.
    ///
    /// - Parameters:
    ///   - file: The file named on the command line; without it `TAXOD_CONFIG` may name one. A
    ///     named file must exist.
    ///   - options: Values given on the command line, by key path.
    ///   - environment: Environment variables by name.
    /// - Returns: The values and where they come from.
    /// - Throws: ``ConfigurationError`` for an unreadable file, an unknown key or a wrong value.
    package static func read(
        file: String?,
        options: [String: String] = [:],
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> EffectiveConfiguration {
        let defaults = try object(of: Configuration())
        var merged = defaults
        var origins: [String: String] = [:]

        let named = file ?? environment["TAXOD_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
        let path = named ?? defaultFile
        if named != nil || FileManager.default.fileExists(atPath: path) {
            let given = try self.object(inFile: path)
            merged = try merge(given, over: merged, at: "", from: path, into: &origins)
            // An installed catalogue lies beside the configuration, not in a folder `Config`.
            let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
            let catalogue = folder + "models.json"
            if origins["models.catalogue"] == nil, catalogue != Configuration().models.catalogue,
                FileManager.default.fileExists(atPath: catalogue)
            {
                set("models.catalogue", to: catalogue, in: &merged)
                origins["models.catalogue"] = "beside \(path)"
            }
            // The adapter's path is relative to the file that names it. The daemon's children read
            // the same values from another file, so the path is made absolute here.
            if let group = merged["models"] as? [String: Any],
                let adapter = group["adapter"] as? String,
                !adapter.isEmpty, adapter != Configuration.noAdapter
            {
                let base = URL(filePath: folder.isEmpty ? "." : folder)
                let whole = URL(filePath: adapter, relativeTo: base).standardizedFileURL.path
                set("models.adapter", to: whole, in: &merged)
            }
        }
        for (variable, key) in variables.sorted(by: { $0.key < $1.key }) {
            guard let value = environment[variable], !value.isEmpty else { continue }
            set(key, to: value, in: &merged)
            origins[key] = variable
        }
        for (key, value) in options {
            set(key, to: value, in: &merged)
            origins[key] = "command line"
        }

        do {
            let values = try decode(merged)
            try check(values)
            return EffectiveConfiguration(values: values, origins: origins)
        } catch let error as DecodingError {
            if case .dataCorrupted(let context) = error, context.codingPath.isEmpty,
                let key = origins.keys.sorted().first(where: { isAtFault($0, in: merged) })
            {
                throw ConfigurationError(
                    description: "\(path): “\(key)” holds a number that does not fit."
                )
            }
            throw ConfigurationError(description: "\(path): \(describe(error))")
        }
    }

    private static func decode(_ object: [String: Any]) throws -> Configuration {
        let data = try JSONSerialization.data(withJSONObject: object)
        return try JSONDecoder().decode(Configuration.self, from: data)
    }

    private static func object(of value: some Encodable) throws -> [String: Any] {
        let data = try JSONEncoder().encode(value)
        return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    }

    private static func object(inFile path: String) throws -> [String: Any] {
        // A device, a pipe or a file of gigabytes is not a configuration, and reading it may never
        // end.
        let facts = try? FileManager.default.attributesOfItem(
            atPath: URL(filePath: path).resolvingSymlinksInPath().path
        )
        let size = facts?[.size] as? Int ?? 0
        if let facts, facts[.type] as? FileAttributeType != .typeRegular || size > 1 << 20 {
            throw ConfigurationError(
                description: "\(path): is no regular file of at most 1 MiB. Name one with --config."
            )
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ConfigurationError(
                description: "\(path): cannot be read. Name a readable file with --config."
            )
        }
        do {
            guard let object = try JSONSerialization.jsonObject(with: data) as? [String: Any] else {
                throw ConfigurationError(
                    description: "\(path): holds no JSON object. See Config/taxod.schema.json."
                )
            }
            return object
        } catch let error as NSError where error.domain == NSCocoaErrorDomain {
            let detail = error.userInfo[NSDebugDescriptionErrorKey] as? String ?? "not JSON"
            throw ConfigurationError(
                description: "\(path): \(detail) Check the file with `jq .`."
            )
        }
    }

    /// Merges `given` into `base`, refusing keys that `base` does not know.
    private static func merge(
        _ given: [String: Any],
        over base: [String: Any],
        at prefix: String,
        from file: String,
        into origins: inout [String: String]
    ) throws -> [String: Any] {
        var merged = base
        for (key, value) in given.sorted(by: { $0.key < $1.key }) {
            let path = prefix + key
            if path == "vocabularies" {
                merged[key] = try vocabularies(value, from: file, into: &origins)
                continue
            }
            if let group = value as? [String: Any],
                let inner = try base[key] as? [String: Any] ?? optionalGroup(at: path)
            {
                merged[key] = try merge(
                    group,
                    over: inner,
                    at: path + ".",
                    from: file,
                    into: &origins
                )
                continue
            }
            guard base[key] != nil || isOptional(path) else {
                let known = Array(base.keys).map { prefix + $0 } + Configuration.optionalKeys
                let near = known.min { distance(path, $0) < distance(path, $1) } ?? ""
                throw ConfigurationError(
                    description: "\(file): unknown key “\(path)”. Did you mean “\(near)”?"
                )
            }
            origins[path] = file
            merged[key] = value is NSNull ? nil : value
        }
        return merged
    }

    /// The values for single vocabularies, each over those for every vocabulary and the defaults.
    private static func vocabularies(
        _ given: Any,
        from file: String,
        into origins: inout [String: String]
    ) throws -> [String: Any] {
        guard let groups = given as? [String: Any],
            groups.values.allSatisfy({ $0 is [String: Any] })
        else {
            throw ConfigurationError(
                description: "\(file): “vocabularies” must be an object whose keys are names of "
                    + "vocabularies and whose values are objects."
            )
        }
        let every = Configuration.everyVocabulary
        var merged: [String: Any] = [:]
        var names: Set<String> = []
        // The values for every vocabulary come first, because the others are merged over them.
        let others = groups.keys.filter { $0 != every }.sorted()
        for name in groups[every] == nil ? others : [every] + others {
            guard names.insert(name.lowercased()).inserted else {
                throw ConfigurationError(
                    description: "\(file): “vocabularies” names “\(name)” twice; letter case "
                        + "makes no difference."
                )
            }
            let base =
                try merged[every] as? [String: Any] ?? object(of: Configuration.Vocabulary())
            merged[name] = try merge(
                groups[name] as? [String: Any] ?? [:],
                over: base,
                at: "vocabularies.\(name).",
                from: file,
                into: &origins
            )
        }
        return merged
    }

    /// Whether a key may be missing or null.
    private static func isOptional(_ path: String) -> Bool {
        if Configuration.optionalKeys.contains(path) { return true }
        let ending = path.split(separator: ".").last.map(String.init) ?? ""
        return path.hasPrefix("vocabularies.")
            && ["maximumParents", "identifiers"].contains(ending)
    }

    /// The defaults of a group that may be missing as a whole.
    private static func optionalGroup(at path: String) throws -> [String: Any]? {
        if path == "models.remote" { return try object(of: Configuration.Remote()) }
        let isRange = path.hasPrefix("vocabularies.") && path.hasSuffix(".identifiers")
        return isRange ? try object(of: Configuration.Identifiers()) : nil
    }

    /// Whether a value by itself makes the defaults impossible to decode.
    ///
    /// Foundation does not say which number it cannot represent, so each value is tried alone.
    private static func isAtFault(_ key: String, in object: [String: Any]) -> Bool {
        guard var single = try? Self.object(of: Configuration()) else { return false }
        let value = key.split(separator: ".").reduce(object as Any?) { inner, part in
            (inner as? [String: Any])?[String(part)]
        }
        set(key, to: value, in: &single)
        return (try? decode(single)) == nil
    }

    private static func set(_ path: String, to value: Any?, in object: inout [String: Any]) {
        let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2 else {
            object[path] = value
            return
        }
        var inner = object[parts[0]] as? [String: Any] ?? [:]
        set(parts[1], to: value, in: &inner)
        object[parts[0]] = inner
    }

    private static func check(_ values: Configuration) throws {
        func demand(_ holds: Bool, _ key: String, _ expected: String) throws {
            if !holds {
                throw ConfigurationError(description: "“\(key)” must be \(expected).")
            }
        }
        try demand(values.worker.threads >= 0, "worker.threads", "0 (one a core) or more")
        try demand(
            values.worker.queryTimeLimitSeconds > 0,
            "worker.queryTimeLimitSeconds",
            "over 0"
        )
        try demand(
            values.worker.memoryLimitBytes >= 2_147_483_648,
            "worker.memoryLimitBytes",
            "2 GiB (2147483648) or more"
        )
        try demand(values.retention.days >= 0, "retention.days", "0 (keep all) or more")
        try demand(values.retention.keep >= 1, "retention.keep", "1 or more")
        try demand(
            values.metrics.map { $0.hasSuffix(".prom") && $0.count > 5 } ?? true,
            "metrics",
            "a file whose name ends in .prom"
        )
        try demand(values.worker.idleSeconds >= 0, "worker.idleSeconds", "0 or more")
        try demand(values.spool.quietPeriodSeconds >= 0, "spool.quietPeriodSeconds", "0 or more")
        try demand(values.spool.rescanSeconds > 0, "spool.rescanSeconds", "over 0")
        try demand(values.spool.maximumFileBytes > 0, "spool.maximumFileBytes", "over 0")
        try demand(!values.models.catalogue.isEmpty, "models.catalogue", "a path")
        try demand(values.models.adapter != "", "models.adapter", "a folder or “none”")
        try check(values.models, values.worker)
        for (name, vocabulary) in values.vocabularies.sorted(by: { $0.key < $1.key }) {
            guard let (key, found, expected) = vocabulary.fault() else { continue }
            throw ConfigurationError(
                description:
                    "“vocabularies.\(name).\(key)” must be \(expected); found \(found)."
            )
        }
        for (key, folder) in [
            ("inbox", values.inbox), ("outbox", values.outbox), ("state", values.state),
        ] {
            try demand(!folder.isEmpty, key, "a path")
        }
        try check(values.method, demand)
    }

    private static func check(
        _ models: Configuration.Models,
        _ worker: Configuration.Worker
    ) throws {
        guard let remote = models.remote else { return }
        if let (key, found, expected) = remote.fault(worker) {
            throw ConfigurationError(
                description: "“models.remote.\(key)” must be \(expected); found \(found)."
            )
        }
        for (key, value) in [("decoder", models.decoder), ("adapter", models.adapter)] {
            guard let value else { continue }
            throw ConfigurationError(
                description: "“models.remote” and “models.\(key)” (\(value)) exclude each other: "
                    + "the server has the model, tuned or not. Take one out."
            )
        }
    }

    private static func check(
        _ method: MethodSettings,
        _ demand: (_ holds: Bool, _ key: String, _ expected: String) throws -> Void
    ) throws {
        for (key, count) in [
            ("candidates", method.candidates), ("maximumParents", method.maximumParents),
            ("seedOrders", method.seedOrders), ("seedsPerOrder", method.seedsPerOrder),
            ("pool", method.pool), ("namesPerOrder", method.namesPerOrder),
            ("maximumTokens", method.maximumTokens), ("maximumSiblings", method.maximumSiblings),
            ("childrenPerNode", method.childrenPerNode),
        ] {
            try demand(count > 0, "method.\(key)", "1 or more")
        }
        for (key, count) in [
            ("knownPairs", method.knownPairs)
        ] {
            try demand(count >= 0, "method.\(key)", "0 or more")
        }
        try demand(method.temperature >= 0, "method.temperature", "0 or more")
        try demand(
            (0...1).contains(method.matchThreshold),
            "method.matchThreshold",
            "from 0 to 1"
        )
    }

    private static func describe(_ error: DecodingError) -> String {
        func path(_ context: DecodingError.Context) -> String {
            context.codingPath.map(\.stringValue).joined(separator: ".")
        }
        return switch error {
        case .typeMismatch(let type, let context):
            if "\(type)".hasPrefix("Array") {
                "“\(path(context))” must be a list, such as [\"…\"]."
            } else {
                "“\(path(context))” must be of type \(type). \(context.debugDescription)"
            }
        case .valueNotFound(let type, let context):
            "“\(path(context))” is null but must be of type \(type)."
        case .keyNotFound(let key, let context):
            "“\(path(context)).\(key.stringValue)” is missing."
        case .dataCorrupted(let context):
            "“\(path(context))”: \(context.debugDescription)"
        @unknown default:
            "\(error)"
        }
    }

    /// Levenshtein distance over characters.
    private static func distance(_ a: String, _ b: String) -> Int {
        let b = Array(b)
        var row = Array(0...b.count)
        for (i, x) in a.enumerated() {
            var previous = row[0]
            row[0] = i + 1
            for j in b.indices {
                let substitution = previous + (x == b[j] ? 0 : 1)
                previous = row[j + 1]
                row[j + 1] = min(substitution, previous + 1, row[j] + 1)
            }
        }
        return row[b.count]
    }
}
