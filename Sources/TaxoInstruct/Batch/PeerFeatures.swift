package import Taxonomy

/// The features by which ``PeerModel`` judges whether a new term is the parent of another one.
///
/// New terms have no edges, so only names and definitions are compared, and what the vocabulary has
/// for the same words.
package struct PeerFeatures: Sendable {
    /// In this order: shares of words, weighted by rarity (of the parent's name in the child's, of the
    /// nearest pair of names, of the child's name in the parent's); whether the child's name holds all
    /// words of the parent's, ends with it, or holds it elsewhere; the same last word; whether the
    /// child's definition names the parent as its class, or with words before it, how alike the class
    /// and the parent's name are, and whether the parent is mentioned at all; the same two the other
    /// way round; the same class in both definitions; whether the vocabulary has the class, and the
    /// class is not the parent; which definitions are missing; how many words the child's name has
    /// more; what the parent's name covers of the child's beyond what the vocabulary covers, and that;
    /// then some of these together.
    package static let names = [
        "nameCovered", "covered", "childCovered", "contained", "ending", "inside", "sameHead",
        "genus", "genusEnding", "genusLikeness", "mentioned", "childIsGenus", "childMentioned",
        "sameGenus", "genusElsewhere", "childUndefined", "parentUndefined", "wordsMore",
        "coverLead", "vocabularyCover", "endingAndGenus", "endingUndefined", "containedOtherHead",
        "containedSameHead", "containedAndMentioned", "genusAndSameHead", "coverLeadOtherHead",
        "coveredOtherHead",
    ]

    private let words: WordIndex
    private let taxonomy: Taxonomy
    private let isHidden: @Sendable (Concept.Index) -> Bool

    /// - Parameters:
    ///   - words: The words of the vocabulary, which say how rare a word is.
    ///   - taxonomy: The vocabulary.
    ///   - isHidden: Whether a concept may not be seen.
    package init(
        words: WordIndex,
        taxonomy: Taxonomy,
        isHidden: @escaping @Sendable (Concept.Index) -> Bool = { _ in false }
    ) {
        self.words = words
        self.taxonomy = taxonomy
        self.isHidden = isHidden
    }

    /// A term as the child of a pair, with what does not depend on the parent.
    package struct Child: Sendable {
        let words: TermWords
        fileprivate let vocabularyCover: Double
        fileprivate let knowsGenus: Bool
    }

    package func child(_ words: TermWords) -> Child {
        Child(
            words: words,
            vocabularyCover: vocabularyCover(words),
            knowsGenus: !words.writtenGenus.isEmpty
                && isTerm(words.writtenGenus.joined(separator: " "))
        )
    }

    /// One number for each of ``names``.
    package func row(_ pair: Child, under parent: TermWords) -> [Double] {
        let child = pair.words
        var covered = 0.0
        var isEnd = false
        var isInside = false
        var lead = 0.0
        for name in parent.terms {
            for whole in child.terms {
                covered = max(covered, share(of: name, in: whole))
                guard name.count < whole.count else { continue }
                let place = TermWords.place(of: name, in: whole)
                isEnd = isEnd || place.isEnd
                isInside = isInside || place.isInside
                if place.isInside {
                    lead = max(lead, share(of: whole, in: name) - pair.vocabularyCover)
                }
            }
        }
        let named = share(of: parent.name, in: child.name)
        let genus = calls(child, oneOf: parent)
        let reverse = calls(parent, oneOf: child)
        let isSameHead = !child.name.isEmpty && child.name.last == parent.name.last
        let isContained = named > 0.999 && child.name.count > parent.name.count
        let isMentioned = mentions(child, parent)
        let difference = Double(min(max(child.name.count - parent.name.count, -4), 4)) / 4
        return [
            named,
            covered,
            share(of: child.name, in: parent.name),
            flag(isContained),
            flag(isEnd),
            flag(isInside && !isEnd),
            flag(isSameHead),
            flag(genus.isWhole),
            flag(genus.isEnd),
            likeness(parent.name, child.genus),
            flag(isMentioned),
            flag(reverse.isWhole || reverse.isEnd),
            flag(mentions(parent, child)),
            flag(!child.genus.isEmpty && child.genus == parent.genus),
            flag(pair.knowsGenus && !genus.isWhole && !genus.isEnd),
            flag(!child.isDefined),
            flag(!parent.isDefined),
            difference,
            lead,
            pair.vocabularyCover,
            flag(isEnd && (genus.isWhole || genus.isEnd)),
            flag(isEnd && !child.isDefined),
            flag(isContained && !isSameHead),
            flag(isContained && isSameHead),
            flag(isContained && isMentioned),
            flag((genus.isWhole || genus.isEnd) && isSameHead),
            isSameHead ? 0 : lead,
            isSameHead ? 0 : covered,
        ]
    }

    private func flag(_ isTrue: Bool) -> Double { isTrue ? 1 : 0 }

    private func weight(_ words: some Sequence<String>) -> Double {
        words.reduce(0) { $0 + self.words.weight(ofStem: $1) }
    }

    /// The share of a name's words, weighted by rarity, that another has.
    private func share(of part: [String], in whole: [String]) -> Double {
        let distinct = WordIndex.distinct(part)
        let all = weight(distinct)
        return all > 0 ? weight(distinct.filter(whole.contains)) / all : 0
    }

    /// Harmonic mean of the two shares.
    private func likeness(_ a: [String], _ b: [String]) -> Double {
        let (one, other) = (share(of: a, in: b), share(of: b, in: a))
        return one + other > 0 ? 2 * one * other / (one + other) : 0
    }

    /// Whether the class that a definition names is a term, or ends with one.
    private func calls(
        _ child: TermWords,
        oneOf parent: TermWords
    ) -> (isWhole: Bool, isEnd: Bool) {
        guard !child.genus.isEmpty else { return (false, false) }
        // The class may itself hold one of the words that end a class: “margin of a lake”.
        let isWhole = parent.terms.contains { name in
            name.count >= child.genus.count && child.defining.starts(with: name)
        }
        if isWhole { return (true, false) }
        let isEnd = parent.terms.contains { name in
            name.count < child.genus.count && TermWords.place(of: name, in: child.genus).isEnd
        }
        return (false, isEnd)
    }

    private func mentions(_ one: TermWords, _ other: TermWords) -> Bool {
        one.clauses.contains { clause in
            other.terms.contains { TermWords.place(of: $0, in: clause).isInside }
        }
    }

    /// The largest share of the name that a run of its words covers which the vocabulary has as a
    /// term.
    private func vocabularyCover(_ child: TermWords) -> Double {
        let written = child.written
        guard written.count == child.name.count, (2...Self.longest).contains(written.count) else {
            return 0
        }
        var best = 0.0
        for start in written.indices {
            for end in (start + 1)...written.count where end - start < written.count {
                let part = Array(child.name[start..<end])
                let cover = share(of: child.name, in: part)
                guard cover > best else { continue }
                if isTerm(written[start..<end].joined(separator: " ")) { best = cover }
            }
        }
        return best
    }

    /// A longer name is a sentence, of which not every part is looked up.
    private static let longest = 16

    private func isTerm(_ text: String) -> Bool {
        taxonomy.indices(ofTerm: text).contains { !isHidden($0) }
    }
}
