package import Evaluation
import Foundation
package import Inference
package import TaxoInstruct
package import Training

/// Everything that a training depends on; an unfinished one is resumed only with an equal note.
package struct TuningNote: Codable, Sendable {
    package var taxonomy: String
    package var version: String
    package var base: AdapterCard.Origin
    package var from: AdapterCard.Origin?
    package var hidden: [String]
    package var heldOut: [String]
    /// The concept whose subtree is trained on; absent for the whole taxonomy.
    package var under: String?
    package var disturbance: Disturbance?
    package var holdoutShare: Double?
    package var holdoutSeed: UInt64?
    /// How rows are generated; absent if they were given in a file.
    package var rowOptions: SelfSupervisionOptions?
    /// SHA-256 of the file of rows, if one was given.
    package var givenRowsSHA256: String?
    /// Tokens per epoch, reached by dropping or repeating rows.
    package var tokenBudget: Int?
    /// Rows held out for validation.
    package var validationRows: Int?
    package var encoderSHA256: String
    package var settingsSHA256: String
    package var method: String
    package var recipe: Recipe

    package init(
        taxonomy: String,
        version: String,
        base: AdapterCard.Origin,
        from: AdapterCard.Origin? = nil,
        hidden: [String],
        heldOut: [String],
        under: String? = nil,
        disturbance: Disturbance? = nil,
        holdoutShare: Double? = nil,
        holdoutSeed: UInt64? = nil,
        rowOptions: SelfSupervisionOptions? = nil,
        givenRowsSHA256: String? = nil,
        tokenBudget: Int? = nil,
        validationRows: Int? = nil,
        encoderSHA256: String,
        settingsSHA256: String,
        method: String,
        recipe: Recipe
    ) {
        self.taxonomy = taxonomy
        self.version = version
        self.base = base
        self.from = from
        self.hidden = hidden
        self.heldOut = heldOut
        self.under = under
        self.disturbance = disturbance
        self.holdoutShare = holdoutShare
        self.holdoutSeed = holdoutSeed
        self.rowOptions = rowOptions
        self.givenRowsSHA256 = givenRowsSHA256
        self.tokenBudget = tokenBudget
        self.validationRows = validationRows
        self.encoderSHA256 = encoderSHA256
        self.settingsSHA256 = settingsSHA256
        self.method = method
        self.recipe = recipe
    }

    /// The note as stored beside a checkpoint.
    package func values() throws -> [String: CardValue] {
        let data = try JSONEncoder().encode(self)
        return try JSONDecoder().decode([String: CardValue].self, from: data)
    }

    /// The values that the card has no field of its own for: how rows were generated and used.
    package func recipeValues() throws -> [String: CardValue] {
        let elsewhere = [
            "taxonomy", "version", "base", "from", "hidden", "heldOut", "holdoutShare",
            "holdoutSeed",
        ]
        return try values().filter { !elsewhere.contains($0.key) }
    }

    /// Whether a card belongs to a training with this note.
    package func isFulfilled(by card: AdapterCard) throws -> Bool {
        guard let stage = card.stages.last else { return false }
        return try stage.recipe == recipeValues() && stage.version == version
            && stage.hidden == hidden && stage.heldOut == heldOut && card.base == base
            && card.from == from
    }

    /// The first value in which two notes differ.
    ///
    /// - Parameters:
    ///   - found: The values of the training in the folder.
    ///   - expected: The values of the command's training.
    ///   - prefix: Path of the group that is compared, ending in a dot.
    /// - Returns: A sentence such as `recipe.epochs is 2 there and 1 in the command`.
    package static func difference(
        _ found: [String: CardValue],
        _ expected: [String: CardValue],
        at prefix: String = ""
    ) -> String? {
        for key in Set(found.keys).union(expected.keys).sorted() {
            let (there, here) = (found[key] ?? .none, expected[key] ?? .none)
            if there == here { continue }
            if case .group(let inner) = there, case .group(let other) = here {
                if let deeper = difference(inner, other, at: "\(prefix)\(key).") { return deeper }
                continue
            }
            return "\(prefix)\(key) is \(there.words) there and \(here.words) in the command"
        }
        return nil
    }
}

extension CardValue {
    /// The value as text for a message, shortened if it is long.
    fileprivate var words: String {
        switch self {
        case .flag(let flag): "\(flag)"
        case .number(let number):
            number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : "\(number)"
        case .text(let text): "“\(text.prefix(40))”"
        case .list(let list):
            list.count > 6
                ? "a list of \(list.count)" : "[" + list.map(\.words).joined(separator: ", ") + "]"
        case .group(let group): "a group of \(group.count)"
        case .none: "not given"
        }
    }
}
