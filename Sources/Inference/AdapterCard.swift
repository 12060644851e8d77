/// The origin of an adapter, and what its training did not show it.
///
/// Stored as `taxod-card.json` beside an adapter's two files. Evaluations read it to check whether
/// the adapter may have been trained on the answers.
package struct AdapterCard: Hashable, Codable, Sendable {
    package static let fileName = "taxod-card.json"
    package static let currentSchema = "taxod.adapter/1"

    /// A model or adapter file, by name and hash.
    package struct Origin: Hashable, Codable, Sendable {
        package var name: String
        /// SHA-256 of the file, lower-case hexadecimal.
        package var sha256: String

        package init(name: String, sha256: String) {
            self.name = name
            self.sha256 = sha256
        }
    }

    /// One training run on one taxonomy.
    package struct Stage: Hashable, Codable, Sendable {
        /// The name under which the taxonomy was loaded.
        package var taxonomy: String
        /// SHA-256 of the taxonomy's file.
        package var version: String
        /// Namespaces of the taxonomy's identifiers; see ``AdapterCard/namespace(of:in:)``.
        package var namespaces: [String]
        /// Concepts hidden with all their descendants: none of their edges was in a training row.
        package var hidden: [String]
        /// Concepts that appeared in no training row at all.
        package var heldOut: [String]
        /// The share of the leaves that was drawn for ``heldOut``, if it was a random draw.
        package var holdoutShare: Double?
        package var holdoutSeed: UInt64?
        /// Number of training rows of each task.
        package var rows: [String: Int]
        /// SHA-256 of the file that holds these rows.
        package var rowsSHA256: String?
        /// The settings of the training and of the generation of its rows.
        package var recipe: [String: CardValue]
        /// Measurements during training, such as losses.
        package var figures: [String: Double]
        /// Duration of the training in seconds.
        package var seconds: Double
        /// When the training ended, ISO 8601 in UTC.
        package var ended: String

        package init(
            taxonomy: String,
            version: String,
            namespaces: [String],
            hidden: [String] = [],
            heldOut: [String] = [],
            holdoutShare: Double? = nil,
            holdoutSeed: UInt64? = nil,
            rows: [String: Int] = [:],
            rowsSHA256: String? = nil,
            recipe: [String: CardValue] = [:],
            figures: [String: Double] = [:],
            seconds: Double = 0,
            ended: String = ""
        ) {
            self.taxonomy = taxonomy
            self.version = version
            self.namespaces = namespaces
            self.hidden = hidden
            self.heldOut = heldOut
            self.holdoutShare = holdoutShare
            self.holdoutSeed = holdoutSeed
            self.rows = rows
            self.rowsSHA256 = rowsSHA256
            self.recipe = recipe
            self.figures = figures
            self.seconds = seconds
            self.ended = ended
        }
    }

    package var schema = Self.currentSchema
    package var name: String
    /// The base model's file.
    package var base: Origin
    /// SHA-256 of the adapter's weights, which ties the card to this adapter.
    package var weightsSHA256: String
    /// The adapter that the last stage continued from.
    package var from: Origin?
    /// All training runs in order; those of ``from`` come first.
    package var stages: [Stage]
    /// Credits for the data that the training rows were made from.
    package var attribution: [String]
    /// The program that trained the adapter.
    package var trainedBy: String

    package init(
        name: String,
        base: Origin,
        weightsSHA256: String,
        from: Origin? = nil,
        stages: [Stage],
        attribution: [String] = [],
        trainedBy: String
    ) {
        self.name = name
        self.base = base
        self.weightsSHA256 = weightsSHA256
        self.from = from
        self.stages = stages
        self.attribution = attribution
        self.trainedBy = trainedBy
    }

    /// Stands for every namespace if it is unknown what a stage was trained on.
    package static let anyNamespace = "*"

    /// The namespace of an identifier: the part before its colon.
    ///
    /// MeSH's own identifiers are in the namespace `MESH`, with or without the prefix that CTD
    /// adds. Any other identifier without a prefix is in its taxonomy's own namespace.
    package static func namespace(of identifier: String, in taxonomy: String) -> String {
        if let colon = identifier.firstIndex(of: ":") {
            return identifier[..<colon].uppercased()
        }
        let digits = identifier.dropFirst()
        let isMeSH =
            (identifier.first == "D" || identifier.first == "C") && digits.count >= 6
            && digits.allSatisfy { ("0"..."9").contains($0) }
        return isMeSH ? "MESH" : "of \(taxonomy)"
    }

    /// The distinct namespaces of the given identifiers, sorted.
    package static func namespaces(
        of identifiers: some Sequence<String>,
        in taxonomy: String
    ) -> [String] {
        Set(identifiers.lazy.map { namespace(of: $0, in: taxonomy) }).sorted()
    }

    /// An identifier without the prefix `MESH:`, which CTD writes and NLM does not.
    package static func key(_ identifier: String) -> Substring {
        identifier.hasPrefix("MESH:") ? identifier.dropFirst(5) : identifier[...]
    }
}

/// A JSON value in an adapter's card, or in the settings beside it.
package enum CardValue: Hashable, Codable, Sendable {
    case flag(Bool)
    case number(Double)
    case text(String)
    case list([CardValue])
    case group([String: CardValue])
    case none

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .none
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let list = try? container.decode([CardValue].self) {
            self = .list(list)
        } else {
            self = .group(try container.decode([String: CardValue].self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .flag(let flag): try container.encode(flag)
        case .number(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        case .list(let list): try container.encode(list)
        case .group(let group): try container.encode(group)
        case .none: try container.encodeNil()
        }
    }
}
