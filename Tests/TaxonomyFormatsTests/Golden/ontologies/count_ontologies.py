"""Counts what ontologies hold, by readers that are not taxod's.

    python3 count_ontologies.py FOLDER > counts.json

FOLDER holds the release files named below. Each is read twice, by fastobo and by pronto, and both
must say the same, apart from what pronto cannot tell, which is said where it is left out. Only the
ontology's own classes count, as taxod reads them unless it is told otherwise: classes with the
prefix of the ontology's name, with a name, and not obsolete. A digest is the SHA-256 of the sorted
lines, each ended by a line feed, of fields that a tab separates.
"""

import collections
import gzip
import hashlib
import importlib.metadata
import io
import json
import re
import sys
import warnings

import fastobo
import pronto

FILES = {
    "envo-2020.obo.gz": "ENVO",
    "envo-2025.obo.gz": "ENVO",
    "pato-2017.obo.gz": "PATO",
    "pato-2024.obo.gz": "PATO",
    "cl-basic-2019-04.obo.gz": "CL",
    "cl-basic-2022-10.obo.gz": "CL",
    "symp-2026.obo.gz": "SYMP",
}

# What stands for a character that fastobo refuses.
STANDS_FOR = {"%2C": ",", "%20": " "}


def clean(text):
    """Text as taxod cleans it: each run of white space and control characters is one space."""
    text = re.sub("[\ufeff\u200b]", "", text)
    return re.sub("[\x00-\x20\x7f-\xa0\u2028\u2029]+", " ", text).strip(" ")


class Class:
    def __init__(self):
        self.names, self.definition, self.obsolete = [], None, False
        self.synonyms, self.alternatives, self.references = [], [], []
        self.parents, self.replaced_by = [], []


def repaired(path):
    """The file with each line mended that fastobo refuses, and what these lines were.

    fastobo stops at the first line that is not OBO by the letter: a space in a source, an escaped
    comma or colon in an address, a sentence as a cross reference, a subset without its description.
    """
    lines = gzip.open(path).read().decode().splitlines(keepends=True)
    refused = []
    while True:
        try:
            fastobo.loads("".join(lines))
            return "".join(lines), refused
        except SyntaxError as error:
            line = lines[error.lineno - 1].rstrip("\n")
            refused.append(f"{error.lineno}: {line.split(':')[0]}")
            if line.startswith("def: "):
                mended = re.match(r'def: "(?:[^"\\]|\\.)*"', line)[0] + " []"
            elif line.startswith("xref: "):
                value = line.removeprefix("xref: ").replace("\\,", "%2C").replace(" ", "%20")
                mended = "xref: " + value.replace("\\:", ":")
            elif line.startswith("subsetdef: "):
                mended = line + ' ""'
            else:
                raise
            assert mended != line, line
            lines[error.lineno - 1] = mended + "\n"


def by_fastobo(text):
    """Every class of the file, clause by clause."""
    classes = collections.OrderedDict()
    for frame in fastobo.loads(text):
        if not isinstance(frame, fastobo.term.TermFrame):
            continue
        found = classes.setdefault(str(frame.id), Class())
        for clause in frame:
            kind = type(clause).__name__
            if kind == "NameClause":
                found.names.append(clean(clause.name))
            elif kind == "DefClause":
                found.definition = found.definition or clean(clause.definition) or None
            elif kind == "SynonymClause":
                synonym = clause.synonym
                found.synonyms.append((synonym.scope or "RELATED", clean(synonym.desc)))
            elif kind == "AltIdClause":
                found.alternatives.append(str(clause.alt_id))
            elif kind == "XrefClause":
                reference = unescaped(str(clause.xref.id))
                for mark, meant in STANDS_FOR.items():
                    reference = reference.replace(mark, meant)
                found.references.append(reference)
            elif kind == "IsAClause":
                found.parents.append(str(clause.term))
            elif kind == "IsObsoleteClause":
                found.obsolete = clause.obsolete
            elif kind == "ReplacedByClause":
                found.replaced_by.append(str(clause.term))
    return classes


def unescaped(text):
    return re.sub(r"\\(.)", r"\1", text)


def rows(classes, prefix):
    """The lines of each sort that taxod should read."""
    own = {
        key: value for key, value in classes.items() if key.split(":")[0] == prefix
    }
    kept = {key: value for key, value in own.items() if value.names and not value.obsolete}
    lines = collections.defaultdict(list)
    for key, value in kept.items():
        name = value.names[0]
        lines["names"].append((key, name))
        # A class has one name; taxod keeps a second one as a synonym.
        exact = {text for scope, text in value.synonyms if scope == "EXACT"}
        exact |= set(value.names[1:])
        exact.discard(name)
        for text in exact:
            lines["exact"].append((key, text))
        for scope in ("NARROW", "BROAD", "RELATED"):
            texts = {text for other, text in value.synonyms if other == scope}
            for text in texts - exact - {name}:
                lines[scope.lower()].append((key, text))
        if value.definition:
            lines["definitions"].append((key, value.definition))
        for other in set(value.alternatives):
            lines["alternatives"].append((key, other))
        for other in set(value.references):
            lines["references"].append((key, other))
        for parent in set(value.parents):
            seen = set()
            while parent in own and own[parent].obsolete and parent not in seen:
                seen.add(parent)
                others = own[parent].replaced_by
                parent = others[0] if len(others) == 1 else None
            if parent in kept and parent != key:
                lines["edges"].append((key, parent))
    lines["edges"] = list(set(lines["edges"]))
    for key, value in own.items():
        if value.obsolete:
            lines["obsolete"].append((key, (value.names or [key])[0], *value.replaced_by))
    return lines


def check_by_pronto(path, text, prefix, lines):
    """Checks that pronto counts the same; it keeps one name and one definition for a class."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ontology = pronto.Ontology(io.BytesIO(text.encode()), import_depth=0)
    counts = collections.Counter()
    for term in ontology.terms():
        if term.id.split(":")[0] != prefix:
            continue
        if term.obsolete:
            counts["obsolete"] += 1
            continue
        if not term.name:
            continue
        counts["names"] += 1
        name = clean(term.name)
        # `term.synonyms` refuses a synonym whose type is not declared.
        synonyms = term._data().synonyms
        exact = {clean(s.description) for s in synonyms if s.scope == "EXACT"} - {name}
        counts["exact"] += len(exact)
        for scope in ("NARROW", "BROAD", "RELATED"):
            texts = {clean(s.description) for s in synonyms if s.scope == scope}
            counts[scope.lower()] += len(texts - exact - {name})
        counts["definitions"] += term.definition is not None
        counts["alternatives"] += len(term.alternate_ids)
        counts["references"] += len({x.id for x in term.xrefs})
        for parent in term.superclasses(distance=1, with_self=False):
            if parent.id.split(":")[0] == prefix and not parent.obsolete and parent.name:
                counts["edges"] += 1
    for sort in set(counts) | set(lines):
        assert counts[sort] == len(lines[sort]), (path, sort, counts[sort], len(lines[sort]))


def digest(lines):
    text = "".join("\t".join(fields) + "\n" for fields in sorted(lines, key=encoded))
    return hashlib.sha256(text.encode()).hexdigest()


def encoded(fields):
    return "\t".join(fields).encode()


def main(folder):
    result = {
        "script": "count_ontologies.py",
        "readers": {name: importlib.metadata.version(name) for name in ("fastobo", "pronto")},
        "refused by fastobo": [],
        "files": {},
    }
    for name, prefix in FILES.items():
        path = f"{folder}/{name}"
        text, refused = repaired(path)
        lines = rows(by_fastobo(text), prefix)
        check_by_pronto(path, text, prefix, lines)
        result["files"][name] = {
            sort: {"count": len(lines[sort]), "sha256": digest(lines[sort])}
            for sort in sorted(lines)
            if lines[sort]
        }
        result["refused by fastobo"] += [f"{name}:{line}" for line in refused]
    json.dump(result, sys.stdout, indent=1, sort_keys=True)
    print()


main(sys.argv[1])
