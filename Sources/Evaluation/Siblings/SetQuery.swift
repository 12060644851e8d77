import Contract
import Inference
package import Taxonomy

/// A seed set with known siblings: one line of a file of sibling sets.
///
/// Keys: `id`, `hide` (identifier of the top concept of the hidden subtree), `class` and
/// `className`, `seeds` and `gold` (identifiers).
package struct SetQuery: Hashable, Codable, Sendable {
    package let id: String
    package let hide: String?
    package let `class`: String?
    package let className: String?
    package let seeds: [String]
    package let gold: [String]

    package init(
        id: String,
        hide: String? = nil,
        class identifier: String? = nil,
        className: String? = nil,
        seeds: [String],
        gold: [String]
    ) {
        self.id = id
        self.hide = hide
        `class` = identifier
        self.className = className
        self.seeds = seeds
        self.gold = gold
    }
}

/// Complete classes of entities without a taxonomy, as in EgoSet.
package struct ClosedClasses: Sendable {
    package struct Class: Hashable, Sendable {
        package let id: String
        package let name: String
        package let members: [String]
    }

    package let classes: [Class]

    /// All members as concepts without edges; each identifier is the name.
    package let vocabulary: Taxonomy

    /// Number of seeds per query, and number of queries per class.
    private static let seeds = 3
    private static let draws = 2

    /// Parses a table with one class per line: identifier, class name and members, separated by
    /// tabs.
    ///
    /// - Throws: `SubmissionError` for the first line with fewer than three fields, or if there are
    ///   no classes.
    package init(_ text: String, file: String) throws {
        var classes: [Class] = []
        var line = 0
        for raw in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            line += 1
            if raw.isEmpty { continue }
            let fields = raw.split(separator: "\t").map(String.init)
            guard fields.count >= 3 else {
                throw SubmissionError(
                    .unknownListShape,
                    at: SubmissionError.Location(file: file, line: line),
                    "Found \(fields.count) fields, expected id, class name and members.",
                    remedy: "Write one class a line, separated by tabs."
                )
            }
            classes.append(Class(id: fields[0], name: fields[1], members: Array(fields[2...])))
        }
        guard !classes.isEmpty else {
            let place = SubmissionError.Location(file: file)
            throw SubmissionError(.emptyList, at: place, "The file has no class.")
        }
        self.classes = classes
        var seen = Set<String>()
        let members = classes.flatMap(\.members).filter { seen.insert($0).inserted }
        vocabulary = try Taxonomy(
            concepts: members.map { Concept(identifier: $0, name: $0) },
            parents: members.map { _ in [] }
        )
    }

    /// Draws seed sets from every class that has more members than a set has seeds.
    package func queries(seed: UInt64) -> [SetQuery] {
        classes.enumerated().flatMap { place, entry -> [SetQuery] in
            var seen = Set<String>()
            let members = entry.members.filter { seen.insert($0).inserted }
            guard members.count > Self.seeds else { return [] }
            return (0..<Self.draws).map { draw in
                var generator = SplitMix64(seed: seed, stream: place * Self.draws + draw)
                let order = generator.shuffled(Array(members.indices)).map { members[$0] }
                return SetQuery(
                    id: "\(entry.id)/\(draw + 1)",
                    className: entry.name,
                    seeds: Array(order.prefix(Self.seeds)),
                    gold: Array(order.dropFirst(Self.seeds))
                )
            }
        }
    }
}
