import Contract
import Taxonomy

/// A possible parent of a term: a concept of the vocabulary, or another new term of the same file.
enum ParentChoice {
    case concept(Judgement.Candidate)
    case peer(PeerCandidate)

    var probability: Double {
        switch self {
        case .concept(let candidate): candidate.probability
        case .peer(let candidate): candidate.probability
        }
    }

    var concept: Judgement.Candidate? {
        if case .concept(let candidate) = self { candidate } else { nil }
    }

    var peer: PeerCandidate? {
        if case .peer(let candidate) = self { candidate } else { nil }
    }
}

/// The possible parents of a term in one order, and which of them are proposed.
struct ParentChoices {
    /// The possible parents, best first; concepts keep the order that the method gave them.
    let all: [ParentChoice]

    /// Puts each new term before the first concept that is less probable.
    init(_ concepts: [Judgement.Candidate], _ peers: [PeerCandidate]) {
        var all: [ParentChoice] = []
        var rest = peers[...]
        for concept in concepts {
            while let peer = rest.first, peer.probability > concept.probability {
                all.append(.peer(peer))
                rest.removeFirst()
            }
            all.append(.concept(concept))
        }
        self.all = all + rest.map { .peer($0) }
    }

    /// What decides which choices are proposed.
    struct Rule {
        /// Probability that the first choice must reach.
        let first: Double
        /// Probability that each further choice must reach.
        let further: Double
        let maximum: Int
        let view: VocabularyView
        /// The concepts under which a new term is itself probably placed.
        let places: (PeerCandidate) throws -> [Concept.Index]
        /// Whether one of two new terms is probably the parent of the other.
        let areRelated: (PeerCandidate, PeerCandidate) -> Bool
    }

    /// The positions of the choices that are proposed: those above the threshold, without what lies
    /// above or below a better one.
    ///
    /// Of a new term only is known what probably lies above it.
    func accepted(_ rule: Rule) throws -> [Int] {
        var accepted: [Int] = []
        var related = Set<Concept.Index>()
        var peers: [PeerCandidate] = []
        for (rank, choice) in all.enumerated() {
            let needed = rank == 0 ? rule.first : rule.further
            guard accepted.count < rule.maximum, choice.probability >= needed else { break }
            switch choice {
            case .concept(let candidate):
                guard !related.contains(candidate.index) else { continue }
                related.insert(candidate.index)
                related.formUnion(rule.view.ancestors(of: candidate.index))
                related.formUnion(rule.view.descendants(of: candidate.index))
            case .peer(let candidate):
                guard !peers.contains(where: { rule.areRelated($0, candidate) }) else { continue }
                peers.append(candidate)
                for place in try rule.places(candidate) {
                    related.insert(place)
                    related.formUnion(rule.view.ancestors(of: place))
                }
            }
            accepted.append(rank)
        }
        return accepted
    }
}
