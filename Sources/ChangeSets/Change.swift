package import Contract

/// What one answer asks a team to change: a new term, mappings, or both.
package struct Change: Sendable {
    package var term: NewTerm?
    package var mappings: [Mapping]

    /// A concept of the vocabulary, or a new term of the same file.
    package struct Concept: Hashable, Sendable {
        /// `nil` if no format can carry the identifier.
        package let identifier: ChangeIdentifier?
        /// As it is written in the answer, for messages.
        package let written: String
        package let name: String
    }

    package struct Parent: Hashable, Sendable {
        package let concept: Concept
        /// The probability that it is a parent; `nil` if a curator chose it.
        package let probability: Double?
        /// What is known of it if it is a new term of the same file.
        package let entry: NewTermIndex.Entry?
    }

    /// A child of a proposed parent that belongs below the new term.
    package struct Move: Hashable, Sendable {
        package let child: Concept
        /// The proposed parents that it is a child of now.
        package let from: [Concept]
        package let probability: Double
    }

    package struct NewTerm: Sendable {
        package let key: String
        package let identifier: ChangeIdentifier
        /// The file's own identifier if another term of the file has it before.
        let taken: ChangeIdentifier?
        package let name: String
        /// Whether the vocabulary has the term already, so that only its edges are written.
        package let isKnown: Bool
        package let synonyms: [String]
        package let definition: String?
        package let references: [String]
        package let parents: [Parent]
        package let moves: [Move]
        package let stamp: Stamp

        /// The highest probability of a parent; `nil` if a curator chose all of them.
        package var confidence: Double? { parents.compactMap(\.probability).max() }
    }

    /// A statement that a term is, or is not, in the vocabulary or the file already.
    package struct Mapping: Hashable, Sendable {
        package enum Basis: String, Hashable, Sendable {
            /// The same name or identifier.
            case lexical = "semapv:LexicalMatching"
            /// A similar name.
            case similar = "semapv:LexicalSimilarityThresholdMatching"
            /// Names, place and language model together.
            case composite = "semapv:CompositeMatching"
        }

        package let key: String
        package let subject: ChangeIdentifier
        package let name: String
        /// `skos:exactMatch` or `skos:closeMatch`.
        package let predicate: String
        /// `nil` if no term was found.
        package let object: Concept?
        package let basis: Basis
        package let confidence: Double?
        package let comment: String
        package let stamp: Stamp
    }
}

/// Where a proposal comes from: the mark that a machine made it.
package struct Stamp: Hashable, Sendable {
    /// Version of taxod.
    package let version: String
    /// The job, in full.
    package let job: String
    package let key: String
    /// When the file was received, in ISO 8601.
    package let date: String
    package let provenance: Provenance?

    package init(
        version: String,
        job: String,
        key: String,
        date: String,
        provenance: Provenance?
    ) {
        self.version = version
        self.job = job
        self.key = key
        self.date = date
        self.provenance = provenance
    }

    /// The stamp of an axiom.
    package var source: String { "taxod \(version), job \(job), \(key)" }

    /// The day of ``date``.
    package var day: String { String(date.prefix(10)) }

    /// The whole stamp, as a sentence for a reader.
    package func sentence(confidence: Double?) -> String {
        var parts = ["Proposed by taxod \(version) on \(date), job \(job), \(key)"]
        if let provenance {
            parts.append("method \(provenance.method)")
            parts.append("model \(provenance.model) (\(Self.short(provenance.modelSHA256)))")
            parts.append("adapter \(provenance.adapterSHA256.map(Self.short) ?? "none")")
            parts.append("encoder \(provenance.encoder) (\(Self.short(provenance.encoderSHA256)))")
            parts.append("settings \(Self.short(provenance.settingsSHA256))")
            parts.append(vocabulary)
        }
        if let confidence { parts.append("confidence \(confidence)") }
        return parts.joined(separator: "; ") + ". To be reviewed by a curator."
    }

    /// Name and version of the vocabulary that was asked.
    var vocabulary: String {
        guard let provenance else { return "" }
        return "vocabulary \(provenance.vocabulary) (\(Self.short(provenance.vocabularyVersion)))"
    }

    /// As many digits of a hash as tell one from another.
    private static func short(_ hash: String) -> String {
        hash.isEmpty ? "none" : "sha256 \(hash.prefix(16))"
    }
}
