extension PeerModel {
    /// The model in use.
    ///
    /// All but `joint` was printed by `taxod evaluate peers` on HPO (2025), GO (2022, its three parts),
    /// UBERON (2026), MEDIC (2017) and the training part of MeSH completion, without the names that
    /// test sets hold, with seed 1. `joint` is the mean of what `taxod evaluate together --model none`
    /// prints for the cellular components of GO (400 terms, seed 1) and for MeSH completion (500 terms,
    /// seed 1): 0.662, -0.485, -0.851 and 0.85, -0.505, -0.062.
    package static let standard = PeerModel(
        pair: LogisticRegression(
            weights: [
                0.422, 4.561, 0.066, 0.952, 0.195, 0.256, 0.399, 1.305, -0.532, -0.045, 3.612,
                -2.612, 0.138, -0.19, 0.018, 0.377, -0.369, -0.322, 1.428, -0.271, -1.03, -0.268,
                -0.202, 1.154, -4.225, 1.092, 0.973, 0.709,
            ],
            bias: -6.519
        ),
        first: LogisticRegression(weights: [0.841, 0.039], bias: 0.143),
        further: LogisticRegression(weights: [0.75, 0.172], bias: -0.721),
        joint: LogisticRegression(weights: [0.756, -0.495], bias: -0.456)
    )
}
