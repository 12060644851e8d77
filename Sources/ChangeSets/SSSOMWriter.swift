import Contract

/// Writes mappings in SSSOM: what a term probably is already, and terms for which nothing was found.
///
/// A new term is no mapping, so proposals of parents do not stand here.
///
/// ## Source
/// SSSOM 1.1, the TSV format with its metadata in front.
struct SSSOMWriter: FormatWriter {
    var leftOut = LeftOutList(.sssom)
    let head: String

    static let columns: [TabSeparated.Column] = [
        .init("subject_id"), .init("subject_label"), .init("predicate_id"), .init("object_id"),
        .init("object_label"), .init("mapping_justification"), .init("mapping_date"),
        .init("object_source_version"), .init("confidence", "number"),
        .init("similarity_score", "number"), .init("similarity_measure"), .init("comment"),
    ]

    init(_ head: ChangeSetHead) {
        let prefixes = head.prefixes.union(["TAXOD", "semapv", "skos", "sssom"])
        let map = prefixes.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            .map { "#   \($0): \"\(Prefixes.address(of: $0))\"\n" }.joined()
        self.head =
            """
            # curie_map:
            \(map)\
            # license: "https://w3id.org/sssom/license/unspecified"
            # mapping_set_id: "\(Self.name(of: head))"
            # mapping_set_description: "Terms that a vocabulary or the file itself probably has \
            already, and terms for which nothing was found; to be reviewed by a curator"
            # mapping_tool: "taxod"
            # mapping_tool_version: "\(head.version)"

            """ + TabSeparated.header(Self.columns)
    }

    mutating func text(of change: Change) -> String {
        change.mappings.map { row(of: $0) }.joined()
    }

    private mutating func row(of mapping: Change.Mapping) -> String {
        guard mapping.subject.kind == .curie else {
            leftOut.add(mapping: mapping, mapping.subject.text, "SSSOM takes CURIEs only")
            return ""
        }
        var object = "sssom:NoTermFound"
        if let concept = mapping.object {
            guard let identifier = concept.identifier, identifier.kind == .curie else {
                let why = concept.prefixFault ?? "SSSOM takes CURIEs only"
                leftOut.add(mapping: mapping, concept.written, why)
                return ""
            }
            object = identifier.text
        }
        for label in [mapping.name, mapping.object?.name ?? ""] where Self.isMissing(label) {
            leftOut.add(mapping: mapping, label, "readers of SSSOM take the label for no value")
        }
        let score = mapping.basis == .similar ? mapping.confidence : nil
        return TabSeparated.row([
            mapping.subject.text, mapping.name, mapping.predicate, object,
            mapping.object?.name ?? "", mapping.basis.rawValue, mapping.stamp.day,
            mapping.stamp.vocabulary, mapping.confidence.map { String($0) } ?? "",
            score.map { String($0) } ?? "", score == nil ? "" : "likeness of names by taxod",
            mapping.comment + " " + mapping.stamp.sentence(confidence: mapping.confidence),
        ])
    }

    /// The address of the mapping set: the job's, or one derived from all jobs.
    private static func name(of head: ChangeSetHead) -> String {
        if head.jobs.count == 1, let job = head.jobs.first { return "urn:uuid:\(job.id)" }
        // A UUID of version 8, whose bits anyone may choose (RFC 9562, section 5.8).
        let digits = Array(Digest.sha256(head.jobs.map(\.id).joined(separator: "\n")))
        let parts = [
            digits[0..<8], digits[8..<12], "8" + digits[13..<16], "8" + digits[17..<20],
            digits[20..<32],
        ]
        return "urn:uuid:" + parts.map { String($0) }.joined(separator: "-")
    }

    /// Words that sssom-py takes for a missing value.
    private static func isMissing(_ label: String) -> Bool {
        [
            "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
            "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null",
        ].contains(label)
    }
}

/// What prefixes stand for.
enum Prefixes {
    /// The address that a prefix stands for.
    ///
    /// Ontologies of the OBO Foundry have an address made of their prefix; for a prefix that is not
    /// known here it is the one at which Bioregistry resolves it.
    static func address(of prefix: String) -> String {
        if let known = known[prefix] { return known }
        if obo.contains(prefix) { return "http://purl.obolibrary.org/obo/\(prefix)_" }
        return "https://bioregistry.io/\(prefix):"
    }

    private static let known = [
        "MESH": "http://id.nlm.nih.gov/mesh/", "MeSH": "http://id.nlm.nih.gov/mesh/",
        "TAXOD": "http://purl.obolibrary.org/temp#TAXOD_",
        "semapv": "https://w3id.org/semapv/vocab/",
        "skos": "http://www.w3.org/2004/02/skos/core#", "sssom": "https://w3id.org/sssom/",
    ]

    private static let obo: Set<String> = [
        "APOLLO_SV", "BFO", "BTO", "CHEBI", "CL", "CLO", "CMO", "DOID", "ECO", "ECTO", "ENVO",
        "FBbt", "FOODON", "FYPO", "GO", "HP", "IAO", "MA", "MAXO", "MF", "MFOMD", "MONDO", "MP",
        "MPATH", "NBO", "NCBITaxon", "NCIT", "OBA", "OBI", "OGMS", "PATO", "PO", "PR", "RO",
        "SO", "SYMP", "TRANS", "TO", "UBERON", "UO", "UPHENO", "VO", "WBPhenotype", "XAO", "ZFA",
        "ZP",
    ]
}
