/// Where an adapter comes from, and what it was never shown.
///
/// `taxod-card.json` beside an adapter's two files. An evaluation asks it whether the adapter may
/// have been taught what is to be found.
package struct AdapterCard: Hashable, Codable, Sendable {
    package static let fileName = "taxod-card.json"
    package static let currentSchema = "taxod.adapter/1"

    /// A file by name and hash.
    package struct Origin: Hashable, Codable, Sendable {
        package var name: String
        /// Lower-case hexadecimal.
        package var sha256: String

        package init(name: String, sha256: String) {
            self.name = name
            self.sha256 = sha256
        }
    }

    /// One tuning on one taxonomy.
    package struct Stage: Hashable, Codable, Sendable {
        /// The name that the taxonomy was loaded under.
        package var taxonomy: String
        /// SHA-256 of the loaded file's bytes.
        package var version: String
        /// Kinds of the taxonomy's identifiers; see ``AdapterCard/namespace(of:in:)``.
        package var namespaces: [String]
        /// Concepts of whom, and of everything below whom, no edge was shown.
        package var hidden: [String]
        /// Concepts that stood in no row at all.
        package var heldOut: [String]
        /// What ``heldOut`` was drawn with, if it was drawn.
        package var holdoutShare: Double?
        package var holdoutSeed: UInt64?
        /// Rows taught of each task.
        package var rows: [String: Int]
        /// SHA-256 of the file of these rows.
        package var rowsSHA256: String?
        /// How it was trained, and how its rows were made.
        package var recipe: [String: CardValue]
        /// What was measured while training, such as the losses.
        package var figures: [String: Double]
        /// Seconds that the training took.
        package var seconds: Double
        /// When it ended, ISO 8601 in UTC.
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
    /// The file that the adapter was trained on.
    package var base: Origin
    /// The adapter's own weights, so that a card is not taken for another adapter's.
    package var weightsSHA256: String
    /// The adapter that the last stage went out from.
    package var from: Origin?
    /// First to last; those of ``from`` come first.
    package var stages: [Stage]
    /// Whose work the rows were made of.
    package var attribution: [String]
    /// The program that trained it.
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

    /// Stands for all kinds of identifiers, where nobody knows what a stage was shown.
    package static let anyNamespace = "*"

    /// The kind of an identifier: what stands before its colon.
    ///
    /// MeSH's own identifiers, with or without the prefix that CTD gives them, are of one kind; one
    /// without a prefix is of its taxonomy's.
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

    /// The kinds of identifiers, sorted.
    package static func namespaces(
        of identifiers: some Sequence<String>,
        in taxonomy: String
    ) -> [String] {
        Set(identifiers.lazy.map { namespace(of: $0, in: taxonomy) }).sorted()
    }

    /// An identifier without the prefix that CTD writes and NLM does not.
    package static func key(_ identifier: String) -> Substring {
        identifier.hasPrefix("MESH:") ? identifier.dropFirst(5) : identifier[...]
    }
}

/// A value of an adapter's JSON: of its card, or of the settings beside it.
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
