import Contract

/// Recognises JSON that is no list: ontologies and what other programs write.
enum ForeignJSON {
    /// The name of the format and what to do instead.
    struct Name {
        let format: String
        let remedy: String
    }

    private static let ontology = """
        Of ontologies in JSON, taxod reads OBO Graphs (`robot convert --format json`); others it reads \
        in OBO, OWL and SKOS (RDF/XML, Turtle), or as a table with the columns id, label, synonyms, \
        definition and parent. Save the file as one of these, and drop that.
        """
    private static let records = """
        Save the names as a list: one name a line in a .txt file, or a table with the columns term, \
        synonyms and definition.
        """

    /// The foreign format of an object; `nil` if it may be a list.
    static func name(of members: [(key: String, value: JSONValue)]) -> Name? {
        func value(_ key: String) -> JSONValue? { members.last { $0.key == key }?.value }
        func has(_ keys: String...) -> Bool { keys.allSatisfy { value($0) != nil } }
        if has("graphs") || has("nodes", "edges") && value("nodes")?.array?.first?.object != nil {
            return Name(
                format: "a graph, but no OBO Graphs (edges with “sub” and “pred”)",
                remedy: ontology
            )
        }
        if value("@graph") != nil || value("@context") != nil && value("collection") == nil {
            return Name(format: "linked data (JSON-LD, such as SKOS)", remedy: ontology)
        }
        if let kind = value("resourceType")?.text {
            return Name(format: "a FHIR resource (\(Text.cut(kind, to: 40)))", remedy: ontology)
        }
        if has("results", "head"),
            value("results")?.object?.contains(where: { $0.key == "bindings" }) == true
        {
            return Name(format: "an answer to a SPARQL query", remedy: records)
        }
        if has("$schema", "properties") || has("openapi") || has("swagger") {
            return Name(format: "a schema of another program", remedy: records)
        }
        if has("nbformat") || has("features", "type") {
            return Name(format: "a document of another program", remedy: records)
        }
        if let schema = value("schema")?.text, schema.hasPrefix("taxod.") {
            return Name(format: "taxod's own output (\(Text.cut(schema, to: 40)))", remedy: records)
        }
        return nil
    }

    /// The foreign format of an array of objects; `nil` if it may be a list.
    static func name(ofRecords values: [JSONValue]) -> Name? {
        guard let first = values.first?.object else { return nil }
        let isLinked = first.contains { $0.key == "@id" || $0.key == "@type" }
        let isNamed = first.contains { key, _ in
            ListField(key)?.isKey == true && !key.hasPrefix("http") && !key.hasPrefix("@")
        }
        guard isLinked, !isNamed else { return nil }
        return Name(format: "linked data (JSON-LD, such as SKOS)", remedy: ontology)
    }

    static func entry(_ name: Name, fileName: String, line: Int) -> ListFile.Entry {
        let fault = SubmissionError(
            .unknownListShape,
            at: .init(file: fileName, line: line),
            "found \(name.format), expected a list of names",
            remedy: name.remedy
        )
        return ListFile.Entry(.fault(fault), line: line)
    }
}
