/// How sure it is that a name is another one misspelled.
///
/// A different word is a different disease, and many words are a letter apart. What tells a slip
/// from another word is whether the written word can be a word at all (its sequences of three
/// letters), whether the vocabulary uses it elsewhere, and what kind of edit was made.
package enum Misspelling {
    /// What the regression judges by, in the order of ``names``.
    package typealias Features = [Double]

    /// What each of the ``Features`` measures.
    package static let names = [
        "edits per letter of the edited word",
        "share of the word's trigrams that the vocabulary lacks",
        "logarithm of the rarest trigram's count",
        "transposition",
        "substitution",
        "insertion",
        "a letter doubled, or one of two equal letters left out",
        "a vowel for a vowel",
        "at the first letter",
        "at the last two letters",
        "logarithm of the number of concepts that use the right word",
        "logarithm of the number of concepts that use the written word",
        "how rare the other words are",
        "logarithm of the edited word's letters",
        "mean logarithm of the written trigrams' counts",
        "mean logarithm of the right trigrams' counts",
        "within the first three letters",
    ]

    /// A name is taken for a misspelled one from this probability on.
    package static let threshold = 0.72
    /// From this probability on a name may “perhaps” be meant.
    package static let perhaps = 0.3

    static func probability(_ features: Features) -> Double { regression.probability(features) }

    /// Printed by `taxod evaluate names --taxonomy MEDIC --fit` on MEDIC of June 2017.
    private static let regression = LogisticRegression(
        weights: [
            -0.479, 5.607, -0.422, 0.825, -1.560, -0.805, 0.904, -0.102, -0.137, 0.673, 0.561,
            -8.836, 0.413, 3.457, -1.116, 0.795, 0.573,
        ],
        bias: -5.222
    )
}
