import Glibc

extension Recipe.Decay {
    /// The share of the learning rate that is left at `progress`, from 0 to 1, of the decay.
    func factor(_ progress: Double) -> Double {
        switch self {
        case .linear: max(1 - progress, 0)
        case .cosine: (1 + cos(.pi * min(progress, 1))) / 2
        case .none: 1
        }
    }
}
