/// Good ontologies with every construct that their readers know.
extension HostileReader {
    static let oboText = #"""
        format-version: 1.4
        data-version: releases/2026-01-01
        ontology: x/x-basic
        import: http://example.org/y.obo
        idspace: ex http://example.org/ "examples"
        subsetdef: slim "a slim"
        synonymtypedef: PLURAL "plural form" EXACT
        default-namespace: things
        owl-axioms: Prefix(owl:=<http://www.w3.org/2002/07/owl#>)\nOntology(\n)

        [Term]
        id: X:1
        name: thing

        ! a comment
        [Term]
        id: X:2 ! a comment
        name: heart \{attack\} {comment="a \"quoted\" ! word", b=c} ! a comment
        namespace: things
        alt_id: X:20
        def: "Dead \"muscle\"\, in\nthe\theart." [PMID:1 "a paper", http\://a.b/c\,d] {a="b"}
        comment: a \
        continued line
        subset: slim
        synonym: "infarct" EXACT [PMID:1]
        synonym: "infarcts" PLURAL []
        synonym: "MI" NARROW [] {source="x"}
        synonym: "cardiac event" BROAD PLURAL [PMID:1, PMID:2 "with text"]
        synonym: "no scope" []
        related_synonym: "old related" []
        xref: MESH:D009203 "Myocardial Infarction" {source="MONDO"}
        xref: Wikipedia:Myocardial\ infarction
        is_a: X:1 {source="PMID:1", is_inferred="true"} ! thing
        is_a: X:5
        relationship: part_of X:3 {source="PMID:1"} ! heart
        intersection_of: X:1
        intersection_of: part_of X:3
        property_value: seeAlso "x" xsd:string
        created_by: somebody

        [Term]
        id: X:3
        name: a {b} é
        is_a: X:2
        is_a: Y:7

        [Term]
        id: X:3
        is_a: X:1

        [Term]
        id: X:5
        name: obsolete five
        is_obsolete: true
        replaced_by: X:6
        consider: X:3

        [Term]
        id: X:6
        name: six
        is_a: http\://purl.obolibrary.org/obo/X_1
        is_obsolete: false

        [Typedef]
        id: part_of
        name: part of
        xref: BFO:0000050

        [Instance]
        id: X:4
        name: an instance

        """#

    static let oboGraphsText = #"""
        {"@context": {"ex": "http://example.org/"}, "graphs": [{
          "id": "http://purl.obolibrary.org/obo/x.owl", "meta": {"version": "1", "basicPropertyValues": []},
          "nodes": [
            {"id": "http://purl.obolibrary.org/obo/X_1", "lbl": "thing", "type": "CLASS"},
            {"id": "http://purl.obolibrary.org/obo/X_2", "lbl": "heart \"attack\" \u00e9\ud83d\ude00", "type": "CLASS",
             "meta": {"definition": {"val": "Dead\nmuscle.", "xrefs": ["PMID:1"]}, "comments": ["c"], "subsets": ["s"],
              "synonyms": [{"pred": "hasExactSynonym", "val": "infarct", "xrefs": ["PMID:1"]},
                {"pred": "hasNarrowSynonym", "val": "MI"}, {"pred": "hasBroadSynonym", "val": "event"},
                {"pred": "hasRelatedSynonym", "val": "thrombosis"}],
              "xrefs": [{"val": "MESH:D009203"}],
              "basicPropertyValues": [
                {"pred": "http://www.geneontology.org/formats/oboInOwl#hasAlternativeId", "val": "X:20"},
                {"pred": "http://purl.obolibrary.org/obo/IAO_0000117", "val": "editor"}]}},
            {"id": "X:4", "lbl": "old", "type": "CLASS", "meta": {"deprecated": true, "basicPropertyValues": [
                {"pred": "http://purl.obolibrary.org/obo/IAO_0100001", "val": "http://purl.obolibrary.org/obo/X_1"},
                {"pred": "http://www.geneontology.org/formats/oboInOwl#consider", "val": "X:2"}]}},
            {"id": "http://purl.obolibrary.org/obo/X_3", "lbl": "part"},
            {"id": "http://purl.obolibrary.org/obo/BFO_0000050", "lbl": "part of", "type": "PROPERTY"}],
          "edges": [
            {"sub": "http://purl.obolibrary.org/obo/X_2", "pred": "is_a", "obj": "http://purl.obolibrary.org/obo/X_1",
             "meta": {"xrefs": [{"val": "PMID:1"}]}},
            {"sub": "http://purl.obolibrary.org/obo/X_2", "pred": "http://purl.obolibrary.org/obo/BFO_0000050",
             "obj": "http://purl.obolibrary.org/obo/X_3"},
            {"sub": "http://purl.obolibrary.org/obo/X_3", "pred": "is_a", "obj": "http://purl.obolibrary.org/obo/X_4"}],
          "logicalDefinitionAxioms": [{"definedClassId": "X:2", "genusIds": ["X:1"], "restrictions": [1.5e3, true, null]}]
        }]}
        """#
}
