package import Contract
package import Taxonomy

/// Finds the concept that a name or identifier means, as a curator would, without any model.
///
/// It tries, in this order: the identifier, the name, the synonyms, equal spelling by the rules of
/// ``SpellingRules``, the names of obsolete concepts, loose synonyms, and a misspelling
/// (``Misspelling``). Names whose numbers, single letters or
/// Greek letters differ never match, an acronym matches only where it is given, and a name that may
/// mean several concepts takes none:
///
///     let names = NameIndex(medic)
///     names.match("Coeliac disease").match.kind       // .spelling, of Celiac Disease
///     names.match("Hypertenson").match.kind           // .nearest, Hypertension
///     names.match("Retinitis pigmentosa 98").index    // nil
package struct NameIndex: Sendable {
    package let taxonomy: Taxonomy
    let spellings: SpellingIndex
    let loose: LooseNames

    /// What a name was found to mean.
    package struct Resolution: Sendable {
        package let match: TermMatch
        /// The concept that is taken; `nil` if none is.
        package let index: Concept.Index?
        /// Whether the given name is the concept's name in some spelling or its identifier, rather
        /// than one of its synonyms.
        package let isName: Bool
        /// The concepts of which the given name is a narrower, broader or related synonym; only if
        /// it is nothing else.
        package var hints: [Hint] = []
        /// The obsolete concept that is meant.
        package var obsolete: ObsoleteConcept?
    }

    /// Builds the index on all cores; this takes less than a second for MEDIC.
    package init(_ taxonomy: Taxonomy) {
        self.taxonomy = taxonomy
        spellings = SpellingIndex(taxonomy)
        loose = LooseNames(taxonomy)
    }

    /// Finds what a name means.
    ///
    /// - Parameters:
    ///   - given: The name or identifier as written.
    ///   - identifier: The identifier that the source writes beside the name, of any collection. It
    ///     decides if the vocabulary knows it and the name does not belong to another concept.
    ///   - threshold: The probability from which a misspelled name is taken.
    ///   - isHidden: Whether a concept may not be found.
    /// - Returns: The concept, or what the name may mean.
    package func match(
        _ given: String,
        identifier: String? = nil,
        threshold: Double = Misspelling.threshold,
        excluding isHidden: (Concept.Index) -> Bool = { _ in false }
    ) -> Resolution {
        let own = taxonomy.indices(ofAnyIdentifier: given).filter { !isHidden($0) }
        if own.count == 1 { return taken(own[0], .identifier, true, given, identifier) }
        if own.count > 1 { return untaken(own, .ambiguous, given, identifier) }
        if let obsolete = taxonomy.obsolete(ofAnyIdentifier: given) {
            return retired([obsolete], given, identifier, isHidden)
        }

        let readings = NameReadings(given)
        let identifiers = [identifier].compactMap(\.self) + readings.identifiers
        let written =
            identifiers
            .map { taxonomy.indices(ofAnyIdentifier: $0, besideName: true) }
            .map { $0.filter { !isHidden($0) } }
        let retired = identifiers.compactMap(taxonomy.obsolete(ofAnyIdentifier:)).first
            .map { self.retired([$0], given, identifier, isHidden) }
        let meant = written.first { $0.count == 1 }?.first ?? retired?.index
        let found = equal(readings, isHidden)
        if let meant {
            // The name may say more than the concept does, but must not name another one.
            if let sense = found?.sense, let other = sense.only, !sense.all.contains(meant) {
                return untaken([meant, other], .ambiguous, given, identifier)
            }
            if let retired, retired.index == meant { return retired }
            return taken(meant, .identifier, true, given, identifier)
        }
        if let found {
            guard let index = found.sense.only else {
                return untaken(found.sense.all, .ambiguous, given, identifier)
            }
            return taken(
                index,
                found.kind,
                found.sense.names.contains(index),
                given,
                identifier,
                others: found.sense.all.filter { $0 != index }
            )
        }
        if let retired { return retired }
        return unlisted(readings, given, identifier, threshold, isHidden)
    }

    /// What a name may mean that no concept has as a term.
    private func unlisted(
        _ readings: NameReadings,
        _ given: String,
        _ identifier: String?,
        _ threshold: Double,
        _ isHidden: (Concept.Index) -> Bool
    ) -> Resolution {
        let obsolete = loose.obsoleteTable.numbers(of: readings).map { taxonomy.obsolete[$0] }
        if !obsolete.isEmpty { return retired(obsolete, given, identifier, isHidden) }
        let hints = hints(readings, isHidden)
        guard hints.isEmpty else {
            var resolution = untaken(hints.map(\.index), .unknown, given, identifier)
            resolution.hints = hints
            return resolution
        }
        return similar(readings, given, identifier, threshold, isHidden)
    }

    /// The concepts that a name may mean if it is misspelled, the most probable first; for the
    /// calibration.
    package func near(
        _ text: String,
        excluding isHidden: (Concept.Index) -> Bool = { _ in false }
    ) -> [SpellingIndex.Near] {
        Acronym.isAcronym(text) ? [] : spellings.near(text, isHidden)
    }

    // MARK: Equal names

    /// The concepts that have a term, in the ways in which they may have it.
    struct Sense {
        /// Concepts of which it is the name.
        var names: [Concept.Index] = []
        /// All of them, with those named so first.
        var all: [Concept.Index] = []

        /// The concept meant: the one that is named so, or else the only one that has the synonym.
        var only: Concept.Index? {
            if names.count == 1 { return names[0] }
            return all.count == 1 ? all[0] : nil
        }
    }

    /// What the name means by equality of any kind; `nil` if no term equals it.
    private func equal(
        _ readings: NameReadings,
        _ isHidden: (Concept.Index) -> Bool
    ) -> (sense: Sense, kind: TermMatch.Kind)? {
        for (place, text) in readings.texts.enumerated() {
            if let found = exact(text, isHidden) {
                return place == 0 ? found : (found.sense, .spelling)
            }
            if let sense = spelled(text, isHidden) { return (sense, .spelling) }
        }
        return glossed(readings, isHidden)
    }

    private func exact(
        _ text: String,
        _ isHidden: (Concept.Index) -> Bool
    ) -> (sense: Sense, kind: TermMatch.Kind)? {
        let natural = Term.natural(text)
        for term in natural == text ? [text] : [text, natural] {
            let key = Term.key(term)
            guard !key.isEmpty else { return nil }
            let all = taxonomy.indices(ofTerm: term).filter { !isHidden($0) }
            guard !all.isEmpty else { continue }
            var sense = Sense(all: all)
            sense.names = all.filter { Term.key(taxonomy.concepts[$0].name) == key }
            let isNamed = !sense.names.isEmpty
            if !isNamed, let spelled = spelled(text, isHidden) {
                // A synonym may be the name itself in another spelling, such as its plural.
                sense.names = spelled.names.filter(all.contains)
            }
            return (sense, isNamed ? .name : .synonym)
        }
        return nil
    }

    /// The concepts with a term that is spelled differently; `nil` if there are none.
    private func spelled(_ text: String, _ isHidden: (Concept.Index) -> Bool) -> Sense? {
        guard !Acronym.isAcronym(text) else { return nil }
        for name in SpellingIndex.forms(of: text) {
            for key in [name.key, name.joinedKey] {
                let sense = spellings.sense(of: key, isHidden)
                if !sense.all.isEmpty { return sense }
            }
        }
        return nil
    }

    /// What a name with an explanation in brackets means, if both parts mean the same concept:
    /// “Heart attack (myocardial infarction)”.
    private func glossed(
        _ readings: NameReadings,
        _ isHidden: (Concept.Index) -> Bool
    ) -> (sense: Sense, kind: TermMatch.Kind)? {
        guard let text = readings.texts.last, text.last == ")", let open = text.firstIndex(of: "(")
        else { return nil }
        let parts = [text[..<open], text[text.index(after: open)...].dropLast()].map(String.init)
        let senses = parts.compactMap { part -> Sense? in
            guard !Term.key(part).isEmpty else { return nil }
            return exact(part, isHidden)?.sense ?? spelled(part, isHidden)
        }
        guard senses.count == 2, let index = senses[0].only, index == senses[1].only else {
            return nil
        }
        return (Sense(names: senses[0].names.filter { $0 == index }, all: [index]), .spelling)
    }

    // MARK: Similar names

    /// What the name may mean if no term equals it.
    private func similar(
        _ readings: NameReadings,
        _ given: String,
        _ identifier: String?,
        _ threshold: Double,
        _ isHidden: (Concept.Index) -> Bool
    ) -> Resolution {
        let text = readings.texts.last ?? given
        if Acronym.isAcronym(text) {
            let meant = spellings.concepts(withInitials: text, isHidden)
            return untaken(Array(meant.prefix(Self.maximumCandidates)), .unknown, given, identifier)
        }
        let near = spellings.near(text, isHidden)
        guard let best = near.first, best.confidence >= Misspelling.perhaps else {
            return untaken([], .unknown, given, identifier)
        }
        let rivals = near.filter { $0.confidence >= Misspelling.perhaps }.map(\.index)
        let named = Array(rivals.prefix(Self.maximumCandidates))
        guard best.confidence >= threshold else {
            return untaken(named, .unknown, given, identifier)
        }
        if near.count > 1, near[1].confidence >= threshold {
            return untaken(named, .ambiguous, given, identifier)
        }
        return taken(
            best.index,
            .nearest,
            best.isName,
            given,
            identifier,
            confidence: best.confidence
        )
    }

    /// Maximum number of concepts that an answer says a name may mean.
    private static let maximumCandidates = 8

    // MARK: Resolutions

    func taken(
        _ index: Concept.Index,
        _ kind: TermMatch.Kind,
        _ isName: Bool,
        _ given: String,
        _ identifier: String?,
        confidence: Double = 1,
        others: [Concept.Index] = []
    ) -> Resolution {
        let concept = taxonomy.concepts[index]
        let match = TermMatch(
            given: given,
            givenIdentifier: identifier,
            kind: kind,
            identifier: concept.identifier,
            name: concept.name,
            confidence: Ranking.rounded(confidence),
            candidates: candidates(others)
        )
        return Resolution(match: match, index: index, isName: isName)
    }

    func untaken(
        _ indices: [Concept.Index],
        _ kind: TermMatch.Kind,
        _ given: String,
        _ identifier: String?
    ) -> Resolution {
        let match = TermMatch(
            given: given,
            givenIdentifier: identifier,
            kind: kind,
            identifier: nil,
            name: nil,
            confidence: 0,
            candidates: candidates(indices)
        )
        return Resolution(match: match, index: nil, isName: false)
    }

    private func candidates(_ indices: [Concept.Index]) -> [TermMatch.Candidate]? {
        guard !indices.isEmpty else { return nil }
        return indices.map { index in
            let concept = taxonomy.concepts[index]
            return TermMatch.Candidate(identifier: concept.identifier, name: concept.name)
        }
    }
}
