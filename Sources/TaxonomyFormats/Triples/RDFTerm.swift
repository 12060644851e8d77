/// The properties and classes of RDF that a vocabulary is made of.
///
/// Everything else in a file is counted and not used.
enum RDFTerm: UInt8, CaseIterable {
    // What a node is.
    case type
    case owlClass
    case rdfsClass
    case deprecatedClass
    case obsoleteClass
    case thing
    case ontology
    case objectProperty
    case annotationProperty
    case concept
    case conceptScheme
    // Edges.
    case subClassOf
    case onProperty
    case someValuesFrom
    case broader
    case narrower
    case broaderTransitive
    case topConceptOf
    case hasTopConcept
    // Names.
    case label
    case prefLabel
    case preferredName
    case xlPrefLabel
    case literalForm
    case altLabel
    case hiddenLabel
    case xlAltLabel
    case xlHiddenLabel
    case alternativeLabel
    case alternativeTerm
    case fullSynonym
    case exactSynonym
    case anySynonym
    case narrowSynonym
    case broadSynonym
    case relatedSynonym
    // Definitions.
    case definition
    case skosDefinition
    case oldDefinition
    case efoDefinition
    case thesaurusDefinition
    case scopeNote
    // Identifiers.
    case identifier
    case shorthand
    case notation
    case alternativeIdentifier
    case crossReference
    case exactMatch
    case closeMatch
    case relatedMatch
    // What became of a concept.
    case deprecated
    case replacedBy
    case oldReplacedBy
    case isReplacedBy
    case consider
    // What the file needs besides itself.
    case imports

    /// The address (IRI).
    var address: String {
        let (space, local) = place
        return Self.space(space) + local
    }

    private enum Space {
        case rdf, rdfs, owl, skos, xl, obo, oboInOwl, efo, terms, thesaurus
    }

    private static func space(_ space: Space) -> String {
        switch space {
        case .rdf: "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
        case .rdfs: "http://www.w3.org/2000/01/rdf-schema#"
        case .owl: "http://www.w3.org/2002/07/owl#"
        case .skos: "http://www.w3.org/2004/02/skos/core#"
        case .xl: "http://www.w3.org/2008/05/skos-xl#"
        case .obo: "http://purl.obolibrary.org/obo/"
        case .oboInOwl: "http://www.geneontology.org/formats/oboInOwl#"
        case .efo: "http://www.ebi.ac.uk/efo/"
        case .terms: "http://purl.org/dc/terms/"
        case .thesaurus: "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl#"
        }
    }

    // Long: one table.
    private var place: (Space, String) {
        switch self {
        case .type: (.rdf, "type")
        case .owlClass: (.owl, "Class")
        case .rdfsClass: (.rdfs, "Class")
        case .deprecatedClass: (.owl, "DeprecatedClass")
        case .obsoleteClass: (.oboInOwl, "ObsoleteClass")
        case .thing: (.owl, "Thing")
        case .ontology: (.owl, "Ontology")
        case .objectProperty: (.owl, "ObjectProperty")
        case .annotationProperty: (.owl, "AnnotationProperty")
        case .concept: (.skos, "Concept")
        case .conceptScheme: (.skos, "ConceptScheme")
        case .subClassOf: (.rdfs, "subClassOf")
        case .onProperty: (.owl, "onProperty")
        case .someValuesFrom: (.owl, "someValuesFrom")
        case .broader: (.skos, "broader")
        case .narrower: (.skos, "narrower")
        case .broaderTransitive: (.skos, "broaderTransitive")
        case .topConceptOf: (.skos, "topConceptOf")
        case .hasTopConcept: (.skos, "hasTopConcept")
        case .label: (.rdfs, "label")
        case .prefLabel: (.skos, "prefLabel")
        case .preferredName: (.thesaurus, "P108")
        case .xlPrefLabel: (.xl, "prefLabel")
        case .literalForm: (.xl, "literalForm")
        case .altLabel: (.skos, "altLabel")
        case .hiddenLabel: (.skos, "hiddenLabel")
        case .xlAltLabel: (.xl, "altLabel")
        case .xlHiddenLabel: (.xl, "hiddenLabel")
        case .alternativeLabel: (.obo, "IAO_0000118")
        case .alternativeTerm: (.efo, "alternative_term")
        case .fullSynonym: (.thesaurus, "P90")
        case .exactSynonym: (.oboInOwl, "hasExactSynonym")
        case .anySynonym: (.oboInOwl, "hasSynonym")
        case .narrowSynonym: (.oboInOwl, "hasNarrowSynonym")
        case .broadSynonym: (.oboInOwl, "hasBroadSynonym")
        case .relatedSynonym: (.oboInOwl, "hasRelatedSynonym")
        case .definition: (.obo, "IAO_0000115")
        case .skosDefinition: (.skos, "definition")
        case .oldDefinition: (.oboInOwl, "hasDefinition")
        case .efoDefinition: (.efo, "definition")
        case .thesaurusDefinition: (.thesaurus, "P97")
        case .scopeNote: (.skos, "scopeNote")
        case .identifier: (.oboInOwl, "id")
        case .shorthand: (.oboInOwl, "shorthand")
        case .notation: (.skos, "notation")
        case .alternativeIdentifier: (.oboInOwl, "hasAlternativeId")
        case .crossReference: (.oboInOwl, "hasDbXref")
        case .exactMatch: (.skos, "exactMatch")
        case .closeMatch: (.skos, "closeMatch")
        case .relatedMatch: (.skos, "relatedMatch")
        case .deprecated: (.owl, "deprecated")
        case .replacedBy: (.obo, "IAO_0100001")
        case .oldReplacedBy: (.oboInOwl, "replacedBy")
        case .isReplacedBy: (.terms, "isReplacedBy")
        case .consider: (.oboInOwl, "consider")
        case .imports: (.owl, "imports")
        }
    }
}
