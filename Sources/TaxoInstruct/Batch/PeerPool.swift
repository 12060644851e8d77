/// The pairs of new terms that are worth comparing: they share a run of words or a rare word.
///
/// Without it a file of ten thousand terms would have a hundred million pairs.
package struct PeerPool: Sendable {
    private let terms: [TermWords]
    private let words: WordIndex
    /// The terms that have a run of words as one of their names.
    private var holders: [[String]: [Int]] = [:]
    /// The terms that have a word in one of their names.
    private var postings: [String: [Int]] = [:]

    /// Terms with one and the same name that are kept.
    private static let mostHolders = 8
    /// Longest run of words that is looked up.
    private static let longestRun = 8
    /// Longest name or clause of which the runs are looked up.
    private static let longestText = 40
    /// Terms that have a name within the names or the definition of another.
    private static let namedWidth = 24
    /// Terms that share words with another.
    private static let wordWidth = 12
    /// A word of more terms than this says little about each.
    private static let commonWord = 400

    package init(_ terms: [TermWords], _ words: WordIndex) {
        self.terms = terms
        self.words = words
        for (index, term) in terms.enumerated() {
            for name in Set(term.terms)
            where name.count <= Self.longestRun
                && holders[name, default: []].count < Self.mostHolders
            {
                holders[name, default: []].append(index)
            }
            for word in Set(term.terms.joined()) { postings[word, default: []].append(index) }
        }
    }

    /// The other terms that may be parents of a term, ascending.
    package func candidates(for child: Int) -> [Int] {
        let named = named(child)
        return named.union(sharing(child, beyond: named)).sorted()
    }

    /// Terms of which a name lies within the names or definition; longer names come first.
    private func named(_ child: Int) -> Set<Int> {
        var found: [(length: Int, index: Int)] = []
        var seen: Set<Int> = [child]
        for text in terms[child].terms + terms[child].clauses where text.count <= Self.longestText {
            for start in text.indices {
                for end in (start + 1)...min(text.count, start + Self.longestRun) {
                    for holder in holders[Array(text[start..<end])] ?? []
                    where seen.insert(holder).inserted {
                        found.append((end - start, holder))
                    }
                }
            }
        }
        let best = found.sorted { ($1.length, $0.index) < ($0.length, $1.index) }
        return Set(best.prefix(Self.namedWidth).map(\.index))
    }

    /// Terms that share words with the names, by the weight of what they share.
    private func sharing(_ child: Int, beyond known: Set<Int>) -> Set<Int> {
        var shared: [Int: Double] = [:]
        for word in WordIndex.distinct(Array(terms[child].terms.joined())) {
            guard let holders = postings[word], holders.count <= Self.commonWord else { continue }
            let weight = words.weight(ofStem: word)
            for holder in holders where holder != child && !known.contains(holder) {
                shared[holder, default: 0] += weight
            }
        }
        let best = shared.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return Set(best.prefix(Self.wordWidth).map(\.key))
    }
}
