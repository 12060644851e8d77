#!/usr/bin/env python3
"""Writes answers.jsonl: answers with names that formats find hard to carry.

The terms are inventions. Run it, then the tests, then judge.py.
"""
import json, os

HERE = os.path.dirname(os.path.abspath(__file__))
PROVENANCE = {
    "vocabulary": "DEMO", "vocabularyVersion": "0123456789abcdef" * 4, "model": "SmolLM2-135M-Instruct-Q8_0.gguf",
    "modelSHA256": "1" * 64, "encoder": "all-MiniLM-L6-v2", "encoderSHA256": "2" * 64, "adapterSHA256": "3" * 64,
    "path": "int8 avx512", "settingsSHA256": "4" * 64, "method": "9",
}


def proposal(rank, relation, identifier, name, standing, score, **more):
    evidence = {"rootPath": ["demo root", name], "nearest": more.pop("nearest", []), "parts": {"probability": score}}
    return {"rank": rank, "relation": relation, "identifier": identifier, "name": name, "standing": standing,
            "score": score, "evidence": evidence, **more}


def parent(rank, identifier, name, score=0.75, standing="proposed", **more):
    return proposal(rank, "parent", identifier, name, standing, score, **more)


def answer(number, query, *proposals, status="proposed", task="place", **more):
    given = {"provisionalIdentifier": f"TAXOD:{number:012x}"} if task == "place" else {}
    return {"schema": "taxod.answer/1", "key": f"q{number:06d}", "task": task, "query": query, "status": status,
            "matches": [], "notes": [], "tokens": 12, "provenance": PROVENANCE, **given,
            "proposals": list(proposals), **more}


def match(given, kind, identifier=None, name=None, confidence=0.0, **more):
    known = {"identifier": identifier, "name": name} if identifier else {}
    return [{"given": given, "kind": kind, "confidence": confidence, **known, **more}]


ALZ = "Alzheimer's Disease 3, with spastic paraparesis, \"variant\""
RIGHT = "\u202e\u0645\u0631\u0636\u202c \\ 100 % {braces} ! [x] \U0001d518 \\n"
ANSWERS = [
    answer(1, ALZ, parent(1, "DEMO:0000002", "spastic paraparesis, \"complicated\"", 0.91),
           parent(2, "DEMO:0000005", "demo | disease", 0.62), parent(3, "DEMO:0000006", "other", 0.1, "alternative"),
           proposal(4, "child", "DEMO:0000009", "paraparesis type 9", "proposed", 0.7, parent=ALZ,
                    nearest=["spastic paraparesis, \"complicated\""]),
           synonyms=["AD3", "one | two", "Alzheimer's \\ \"quoted\"", "=SUM(A1)", ALZ],
           definition="A \"demo\" disease; 50 % of {cases} ! [x] \\ end,\nsecond line.",
           references=["PMID:1234567", "https://example.org/a,b", "doi:10.1000/(x)[y]", "Smith 2020", "a|b"]),
    answer(2, "\u03b2-thalassaemia, \u03b1/\u03b4 type", parent(1, "17", "a | b\ttab\nline", 0.8, query="q000003"),
           identifier="DEMO:9000001", synonyms=["Mediterranean an\u00e6mia"], definition="Greek letters.",
           references=["PMID:7"]),
    answer(3, "a | b\ttab\nline", parent(1, "D006973", "Hypertension", 0.66), identifier="17"),
    answer(4, "=cmd()", parent(1, "TAXOD:000000000001", ALZ, 0.9, query="q000001"),
           parent(2, "DEMO:0000002", "spastic paraparesis, \"complicated\"", 0.55)),
    answer(5, RIGHT, parent(1, "http://example.org/onto#E_1", "an address"), synonyms=["NA", "+44", "@x", "-1"]),
    answer(6, "plain term", parent(1, "42", "bare"), parent(2, "no id", "odd"), parent(3, "DEMO:0000002", "x", 0.5),
           references=["PMID:8"]),
    answer(7, "demo known", status="none", reason={"code": "same-concept", "message": "DEMO holds it as \u201cDemo Known\u201d."},
           matches=match("demo known", "name", "DEMO:0000007", "Demo Known", 1.0)),
    answer(8, "bicycle, \"red\"\tand blue", status="none",
           reason={"code": "out-of-scope", "message": "It reads unlike the terms of DEMO."}),
    answer(9, "unsure term", parent(1, "DEMO:0000002", "x", 0.2, "alternative"), status="none",
           reason={"code": "below-threshold", "message": "The best candidate scores too low."}),
    answer(10, "two meanings", status="none", reason={"code": "probably-known", "message": "It may mean two concepts."},
           matches=match("two meanings", "ambiguous", candidates=[{"identifier": "DEMO:0000011", "name": "meaning | one"},
                                                                  {"identifier": "12", "name": "meaning two"}])),
    answer(11, "plain terms", parent(1, "DEMO:0000002", "x", 0.7),
           proposal(2, "child", "DEMO:0000009", "paraparesis type 9", "proposed", 0.6, parent="plain terms", nearest=["x"]),
           duplicates=[{"key": "q000006", "identifier": "TAXOD:000000000006", "name": "plain term"}]),
    answer(12, "too long", status="error", reason={"code": "name-too-long", "message": "It is too long."}),
    answer(13, "a | b", proposal(1, "sibling", "DEMO:0000002", "x", "proposed", 1.5), task="expand"),
    answer(14, "the same identifier", parent(1, "DEMO:0000002", "x"), identifier="DEMO:9000001"),
    answer(15, "demo knwon", status="none", reason={"code": "listed-under", "message": "Another spelling."},
           matches=match("demo knwon", "spelling", "DEMO:0000007", "Demo Known", 0.93)),
    answer(16, "NA", status="none", reason={"code": "no-candidates", "message": "No concept could be the parent."}),
    answer(17, "below a known one", parent(1, "TAXOD:000000000008", "bicycle", 0.8, query="q000008")),
    answer(18, "\u00e9p\u00e9e & <tag>; `tick`, 5\u2032 end", parent(1, "TAXOD:000000000004", "=cmd()", 0.8, query="q000004"),
           definition="It's 'quoted'.", synonyms=["back\\slash", "line\u2028separator"]),
]


def main():
    with open(os.path.join(HERE, "answers.jsonl"), "w", encoding="utf-8") as file:
        for value in ANSWERS:
            file.write(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
