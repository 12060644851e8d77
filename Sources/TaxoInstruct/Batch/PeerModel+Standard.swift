extension PeerModel {
    /// Printed by `taxod evaluate peers` on HPO (2025), GO (2022), UBERON (2026), MEDIC (2017) and the
    /// training part of MeSH completion, without the names that test sets hold, with seed 1.
    package static let standard = PeerModel(
        pair: LogisticRegression(
            weights: [
                -0.044, 4.981, 0.229, 1.659, -0.052, -0.471, 0.073, 1.84, -0.386, 0.035, 1.839,
                -2.409, 0.511, -0.09, 0.004, 0.359, -0.31, -0.214, 1.715, -0.314, -2.182, 0.233,
            ],
            bias: -6.226
        ),
        first: LogisticRegression(weights: [0.81, 0.048], bias: 0.072),
        further: LogisticRegression(weights: [0.779, 0.128], bias: -0.68)
    )
}
