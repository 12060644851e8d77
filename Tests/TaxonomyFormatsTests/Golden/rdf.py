"""Makes the files of Golden/rdf and what an independent reader (rdflib) finds in them.

    python rdf.py samples            writes the samples in several languages of RDF, and rdf/*.jsonl
    python rdf.py symp SYMP.owl      writes symp-owl.json: counts and a hash of SYMP

rdflib reads; the rules of Formats.md (which label is the name, what is an edge) are written down
here a second time. Made with rdflib 7; the samples are our own.
"""

import json
import re
import sys
from collections import Counter
from pathlib import Path

import rdflib
from rdflib import OWL, RDF, RDFS, SKOS, Graph, Literal, Namespace, URIRef

HERE = Path(__file__).parent / "rdf"
OBO = Namespace("http://purl.obolibrary.org/obo/")
OIO = Namespace("http://www.geneontology.org/formats/oboInOwl#")
XL = Namespace("http://www.w3.org/2008/05/skos-xl#")
DCT = Namespace("http://purl.org/dc/terms/")


def clean(text):
    text = re.sub("[\ufeff\u200b]", "", str(text))
    return re.sub("[\x00-\x20\x7f-\xa0\u2028\u2029]+", " ", text).strip()


def curie(graph, node):
    text = str(node)
    match = re.fullmatch(r"http://purl\.obolibrary\.org/obo/(\w+)_([^_/#]+)", text)
    if match:
        return f"{match[1]}:{match[2]}"
    spaces = sorted(graph.declared.items(), key=lambda p: -len(p[1]))
    for prefix, space in spaces:
        if text.startswith(space) and text[len(space):] and not re.search(r"[/#\s]", text[len(space):]):
            return f"{prefix}:{text[len(space):]}"
    return text


def fit(literal, counts):
    language = (literal.language or "").lower()
    if language == "en":
        return (0, 0)
    if language.startswith("en-"):
        return (1, 0)
    if not language:
        return (2, 0)
    return (3, -counts[language])


def pick(literals, counts):
    return min(literals, key=lambda l: (fit(l, counts), (l.language or ""), str(l)), default=None)


def used(literals, name, counts):
    own = (name.language or "").lower() if name is not None else ""
    return [l for l in literals if fit(l, counts)[0] < 3 or (l.language or "").lower() == own]


def texts(graph, node, *properties):
    return [o for p in properties for o in graph.objects(node, p) if isinstance(o, Literal)]


def xl(graph, node, prop):
    return [t for l in graph.objects(node, prop) for t in graph.objects(l, XL.literalForm)]


def record(graph, node, names, exact, loose, definitions, counts):
    name = pick(names, counts)
    synonyms = {clean(l) for l in used(exact, name, counts)} | {
        clean(l) for l in used(names, name, counts)}
    text = clean(name) if name is not None else ""
    synonyms -= {text, ""}
    scoped = sorted(
        f"{scope}:{clean(l)}" for scope, found in loose.items() for l in used(found, name, counts)
        if clean(l) != text and clean(l) not in synonyms)
    definition = next((pick(used(d, name, counts), counts) for d in definitions
                       if used(d, name, counts)), None)
    return {
        "id": curie(graph, node), "name": text, "synonyms": sorted(synonyms),
        "loose": sorted(set(scoped)), "definition": clean(definition) if definition else "",
    }


def others(graph, node, *properties):
    found = set()
    for prop in properties:
        for o in graph.objects(node, prop):
            found.add(curie(graph, o) if isinstance(o, URIRef) else curie(graph, clean(o)))
    return sorted(found)


def language_counts(graph, properties):
    return Counter((o.language or "").lower() for p in properties for o in graph.objects(None, p)
                   if isinstance(o, Literal))


def ontology(graph, own):
    counts = language_counts(graph, [RDFS.label, SKOS.prefLabel])
    classes = {c for c in graph.subjects(RDF.type, OWL.Class) if isinstance(c, URIRef)}
    gone = {c for c in classes if any(str(o).lower() in ("true", "1")
                                      for o in graph.objects(c, OWL.deprecated))}
    kept = {c for c in classes - gone if curie(graph, c).split(":")[0] == own}
    lines = []
    for node in kept:
        names = texts(graph, node, RDFS.label) or texts(graph, node, SKOS.prefLabel)
        more = texts(graph, node, SKOS.prefLabel) if texts(graph, node, RDFS.label) else []
        line = record(
            graph, node, names,
            more + texts(graph, node, OIO.hasExactSynonym, SKOS.altLabel, SKOS.hiddenLabel,
                         OBO.IAO_0000118),
            {"narrow": texts(graph, node, OIO.hasNarrowSynonym),
             "broad": texts(graph, node, OIO.hasBroadSynonym),
             "related": texts(graph, node, OIO.hasRelatedSynonym)},
            [texts(graph, node, OBO.IAO_0000115), texts(graph, node, SKOS.definition)], counts)
        line["parents"] = sorted(
            curie(graph, o) for o in set(graph.objects(node, RDFS.subClassOf)) if o in kept)
        line["alternatives"] = [a for a in others(graph, node, OIO.hasAlternativeId, OIO.id,
                                                  SKOS.notation) if a != line["id"]]
        line["references"] = others(graph, node, OIO.hasDbXref, SKOS.exactMatch, SKOS.closeMatch,
                                    SKOS.relatedMatch)
        lines.append(line)
    obsolete = [{"obsolete": curie(graph, c), "replacedBy": others(graph, c, OBO.IAO_0100001),
                 "consider": others(graph, c, OIO.consider)} for c in gone]
    return sorted(lines, key=lambda l: l["id"]), sorted(obsolete, key=lambda l: l["obsolete"])


def thesaurus(graph):
    properties = [SKOS.prefLabel, RDFS.label]
    counts = language_counts(graph, properties)
    counts.update((o.language or "").lower() for _, l in graph.subject_objects(XL.prefLabel)
                  for o in graph.objects(l, XL.literalForm))
    concepts = set(graph.subjects(RDF.type, SKOS.Concept))
    gone = {c for c in concepts if any(str(o).lower() in ("true", "1")
                                       for o in graph.objects(c, OWL.deprecated))}
    gone |= {c for c in concepts if any(graph.objects(c, DCT.isReplacedBy))}
    kept = concepts - gone
    lines = []
    for node in kept:
        names = texts(graph, node, SKOS.prefLabel) + xl(graph, node, XL.prefLabel)
        line = record(
            graph, node, names,
            texts(graph, node, SKOS.altLabel, SKOS.hiddenLabel)
            + xl(graph, node, XL.altLabel) + xl(graph, node, XL.hiddenLabel), {},
            [texts(graph, node, SKOS.definition), texts(graph, node, SKOS.scopeNote)], counts)
        up = set(graph.objects(node, SKOS.broader)) | set(graph.subjects(SKOS.narrower, node))
        line["parents"] = sorted(curie(graph, o) for o in up if o in kept)
        line["alternatives"] = others(graph, node, SKOS.notation)
        line["references"] = others(graph, node, SKOS.exactMatch, SKOS.closeMatch,
                                    SKOS.relatedMatch)
        lines.append(line)
    obsolete = [{"obsolete": curie(graph, c), "replacedBy": others(graph, c, DCT.isReplacedBy),
                 "consider": []} for c in gone]
    return sorted(lines, key=lambda l: l["id"]), sorted(obsolete, key=lambda l: l["obsolete"])


def canonical(line):
    """The line by which a concept is compared and hashed."""
    parts = [line["id"], line["name"], "|".join(line["synonyms"]), "|".join(line["loose"]),
             line["definition"], "|".join(line["parents"]), "|".join(line["alternatives"])]
    return "\t".join(parts)


def fnv(lines):
    value = 0xCBF29CE484222325
    for byte in "\n".join(sorted(lines)).encode():
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def symp(path):
    graph = Graph().parse(path, format="xml")
    graph.declared = {}
    lines, obsolete = ontology(graph, "SYMP")
    scopes = Counter(s.split(":")[0] for l in lines for s in l["loose"])
    result = {
        "reader": f"rdflib {rdflib.__version__}", "file": Path(path).name,
        "concepts": len(lines), "edges": sum(len(l["parents"]) for l in lines),
        "obsolete": len(obsolete), "exact": sum(len(l["synonyms"]) for l in lines),
        "narrow": scopes["narrow"], "broad": scopes["broad"], "related": scopes["related"],
        "definitions": sum(1 for l in lines if l["definition"]),
        "alternatives": sum(len(l["alternatives"]) for l in lines),
        "hash": fnv([canonical(l) for l in lines]),
    }
    (HERE / "symp-owl.json").write_text(json.dumps(result, indent=1) + "\n")


HEART = """
@prefix obo: <http://purl.obolibrary.org/obo/> .
@prefix oboInOwl: <http://www.geneontology.org/formats/oboInOwl#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<http://purl.obolibrary.org/obo/heart.owl> a owl:Ontology ;
    owl:imports <http://purl.obolibrary.org/obo/heart/imports/other.owl> .
obo:BFO_0000050 a owl:ObjectProperty ; rdfs:label "part of" .
obo:HEART_0000001 a owl:Class ; rdfs:label "disease" , "Krankheit"@de ;
    oboInOwl:id "HEART:0000001" .
obo:HEART_0000002 a owl:Class ; rdfs:label "heart disease"@en , "maladie du c\u0153ur"@fr ;
    rdfs:subClassOf obo:HEART_0000001 , obo:OTHER_0000009 ,
        [ a owl:Restriction ; owl:onProperty obo:BFO_0000050 ;
          owl:someValuesFrom obo:HEART_0000001 ] ;
    owl:equivalentClass [ a owl:Class ; owl:intersectionOf ( obo:HEART_0000001
        [ a owl:Restriction ; owl:onProperty obo:BFO_0000050 ; owl:someValuesFrom obo:HEART_0000004 ] ) ] ;
    obo:IAO_0000115 "A disease of the heart,\\n  \\"cardiac\\"."^^xsd:string ;
    oboInOwl:hasExactSynonym "cardiac disease" , "cardiopathie"@fr ;
    oboInOwl:hasNarrowSynonym "disease of the left heart" ;
    oboInOwl:hasBroadSynonym "disease of the chest" ;
    oboInOwl:hasRelatedSynonym "heart trouble" ;
    obo:IAO_0000118 "heart disorder" ; skos:altLabel "disorder of heart" ;
    skos:hiddenLabel "hart disease" ;
    oboInOwl:hasAlternativeId "HEART:0000098" ; skos:notation "H2" ;
    oboInOwl:hasDbXref "MESH:D006331" , "UMLS:C0018799" ;
    skos:exactMatch <http://purl.obolibrary.org/obo/DOID_114> .
[] a owl:Axiom ; owl:annotatedSource obo:HEART_0000002 ;
    owl:annotatedProperty obo:IAO_0000115 ;
    owl:annotatedTarget "A disease of the heart,\\n  \\"cardiac\\"."^^xsd:string ;
    oboInOwl:hasDbXref "PMID:1" .
obo:HEART_0000003 a owl:Class ; rdfs:label "Alzheimer's Disease 3, with spastic paraparesis, \\"variant\\" | =cmd() \u03b1\u200f" ;
    rdfs:subClassOf obo:HEART_0000001 ; skos:definition "No definition of IAO." .
obo:HEART_0000004 a owl:Class ; rdfs:label "gout" ; rdfs:subClassOf obo:HEART_0000001 , owl:Thing .
obo:HEART_0000005 a owl:Class ; rdfs:label "obsolete podagra" ; owl:deprecated true ;
    obo:IAO_0100001 obo:HEART_0000004 ; oboInOwl:consider "HEART:0000003" .
obo:OTHER_0000009 a owl:Class ; rdfs:label "imported" .
obo:HEART_0000100 a owl:NamedIndividual , obo:HEART_0000002 ; rdfs:label "a heart of one person" .
"""

KIDNEY = """
@prefix ex: <http://vocab.example.org/kidney/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xl: <http://www.w3.org/2008/05/skos-xl#> .

<http://vocab.example.org/kidney> a skos:ConceptScheme ; skos:hasTopConcept ex:c1 .
ex:c1 a skos:Concept ; skos:prefLabel "kidney disease"@en , "Nierenkrankheit"@de ;
    skos:altLabel "renal disease"@en-GB , "nephropathy" , "Nephropathie"@de ;
    skos:topConceptOf <http://vocab.example.org/kidney> ; skos:narrower ex:c2 , ex:c3 ;
    skos:definition "Krankheit der Niere."@de , "A disease of the kidney."@en .
ex:c2 a skos:Concept ; skos:prefLabel "nephritis"@en ; skos:broader ex:c1 ;
    skos:hiddenLabel "nefritis"@en ; skos:notation "N00" ;
    skos:exactMatch <http://purl.obolibrary.org/obo/DOID_10952> ;
    skos:scopeNote "Inflammation, of any cause."@en .
ex:c3 a skos:Concept ; skos:prefLabel "Nierenstein"@de , "calcul r\u00e9nal"@fr ;
    skos:altLabel "Nephrolith"@de , "lithiase"@fr .
ex:c4 a skos:Concept ; xl:prefLabel ex:l4 ; skos:broader ex:c2 , ex:c1 ;
    xl:altLabel [ a xl:Label ; xl:literalForm "Bright disease"@en ] .
ex:l4 a xl:Label ; xl:literalForm "chronic nephritis"@en .
ex:c5 a skos:Concept ; skos:prefLabel "old nephritis"@en ; owl:deprecated true ;
    dct:isReplacedBy ex:c2 .
ex:g1 a skos:Collection ; skos:prefLabel "a group"@en ; skos:member ex:c1 .
"""


def samples():
    HERE.mkdir(exist_ok=True)
    for name, text, read in [
        ("heart", HEART, lambda g: ontology(g, "HEART")), ("kidney", KIDNEY, thesaurus)]:
        graph = Graph().parse(data=text, format="turtle")
        graph.declared = {"ex": "http://vocab.example.org/kidney/"} if name == "kidney" else {}
        lines, obsolete = read(graph)
        with (HERE / f"{name}.jsonl").open("w") as file:
            for line in lines + obsolete:
                file.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")
        (HERE / f"{name}-written.ttl").write_text(text.lstrip())
        for ending, form in [("ttl", "turtle"), ("long.ttl", "longturtle"), ("rdf", "xml"),
                             ("pretty.rdf", "pretty-xml"), ("nt", "nt")]:
            graph.serialize(HERE / f"{name}.{ending}", format=form, encoding="utf-8")


if __name__ == "__main__":
    symp(sys.argv[2]) if sys.argv[1] == "symp" else samples()
