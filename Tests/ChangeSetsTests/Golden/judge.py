#!/usr/bin/env python3
"""Records what readers of another make say of the reference files: writes verdicts.json.

    python3 -m venv v
    v/bin/pip install fastobo pronto kgcl-schema oaklib sssom frictionless check-jsonschema
    apt-get install default-jdk-headless libopencsv-java
    v/bin/python Tests/ChangeSetsTests/Golden/judge.py

Each reader reads a file that taxod has written, and is asked for the names, synonyms, definitions and edges in it.
They are compared with answers.jsonl, apart from what changes.left-out.tsv lists. ROBOT reads tables with opencsv, whose
reader is set up here as ROBOT sets it up; what ROBOT makes of the cells follows from its documentation.
"""
import csv, hashlib, importlib.metadata, io, json, os, re, subprocess, sys, tempfile, warnings

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, *[".."] * 3)
BIN = os.path.dirname(sys.executable)
JARS = ":".join(f"/usr/share/java/{name}.jar" for name in
                ("opencsv", "commons-lang3", "commons-text", "commons-beanutils", "commons-collections4"))
BASE = """format-version: 1.4
ontology: demo

[Term]
id: DEMO:0000002
name: spastic paraparesis

[Term]
id: DEMO:0000005
name: demo disease

[Term]
id: DEMO:0000009
name: paraparesis type 9
is_a: DEMO:0000002 ! spastic paraparesis

[Term]
id: MESH:D006973
name: Hypertension

[Term]
id: 42
name: bare
"""
JAVA = """
import com.opencsv.*; import java.io.*; import java.nio.charset.StandardCharsets;
public class Read { public static void main(String[] a) throws Exception {
 Reader r = new InputStreamReader(new FileInputStream(a[0]), StandardCharsets.UTF_8);
 CSVReader c = new CSVReaderBuilder(r).withCSVParser(new CSVParserBuilder().withSeparator('\\t').build()).build();
 for (String[] row : c) { StringBuilder b = new StringBuilder();
  for (String s : row) { for (byte x : s.getBytes(StandardCharsets.UTF_8)) b.append(String.format("%02x", x)); b.append(','); }
  System.out.println(b); } } }
"""


def path(name):
    return os.path.join(HERE, name)


def text(name):
    with open(path(name), encoding="utf-8", newline="") as file:
        return file.read()


ANSWERS = [json.loads(line) for line in text("answers.jsonl").split("\n")[:-1]]
LEFT_OUT = list(csv.DictReader(io.StringIO(text("changes.left-out.tsv"), newline=""), dialect="excel-tab"))


def left_out(fmt, key):
    """What the table lists for a term, as pairs of what it is and its value."""
    return {(row["what"], row["value"]) for row in LEFT_OUT if row["format"] == fmt and row["key"] == key}


def terms():
    """The new terms: key, identifier, answer, and the final identifier of each key."""
    final, used = {}, set()
    for answer in ANSWERS:
        if answer["task"] != "place":
            continue
        own = answer.get("identifier", "")
        fits = re.fullmatch(r"[A-Za-z_][\w.-]*:[\w.-]+", own) and own not in used
        final[answer["key"]] = own if fits else answer["provisionalIdentifier"]
        used.add(final[answer["key"]])
    new = [a for a in ANSWERS if a["task"] == "place" and a["status"] == "proposed"]
    return [(a["key"], final[a["key"]], a) for a in new], final


def wanted(fmt):
    """By identifier: name, synonyms, definition and parents that the format must hold; and moved children."""
    new, final = terms()
    found, moves = {}, set()
    for key, identifier, answer in new:
        out = left_out(fmt, key)
        if ("term", answer["query"]) in out:
            continue
        parents = set()
        for p in answer["proposals"]:
            if p["relation"] == "parent" and p["standing"] == "proposed":
                named = final.get(p.get("query", ""), p["identifier"])
                named = "MESH:" + named if re.fullmatch(r"D\d{6,9}", named) else named
                if ("parent", named) not in out and ("parent", p["identifier"]) not in out:
                    parents.add(named)
            if p["relation"] == "child" and ("child", p["identifier"]) not in out:
                moves.add((p["identifier"], identifier))
        synonyms = {s for s in answer.get("synonyms", []) if s != answer["query"] and ("synonym", s) not in out}
        definition = answer.get("definition")
        if ("definition", definition) in out:
            definition = None
        found[identifier] = (answer["query"], synonyms, definition, parents)
    return found, moves


class Verdicts:
    def __init__(self):
        self.readers = {}

    def ask(self, reader, package, name, question):
        """Asks a reader; `question` returns whether the content is the same, and remarks."""
        remarks, same, accepted = [], False, False
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                same, remarks = question()
                accepted = True
            except Exception as error:  # the verdict is that it was refused
                remarks = [f"{type(error).__name__}: {error}"]
        remarks += [str(w.message) for w in caught if issubclass(w.category, (UserWarning, UnicodeWarning, SyntaxWarning))]
        try:
            version = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            version = package
        self.readers[reader] = {"version": version, "file": name, "accepted": accepted, "same": bool(same), "remarks": remarks}
        print(reader, self.readers[reader])


def differences(found, fmt):
    expected, moves = wanted(fmt)
    remarks = [f"{i}: {found.get(i)} for {v}" for i, v in expected.items() if found.get(i) != v]
    remarks += [f"{child} is not below {parent}" for child, parent in moves
                if parent not in found.get(child, (0, 0, 0, set()))[3]]
    return not remarks, remarks


def fastobo_terms(document):
    found = {}
    for frame in document:
        name = definition = None
        synonyms, parents = set(), set()
        for clause in frame:
            tag = clause.raw_tag()
            if tag == "name":
                name = str(clause.name)
            elif tag == "def":
                definition = str(clause.definition)
            elif tag == "synonym":
                synonyms.add(str(clause.synonym.desc))
            elif tag == "is_a":
                parents.add(str(clause.term).replace("\\:", ":"))
        identifier = str(frame.id)
        if identifier in found:
            raise ValueError(f"{identifier} comes twice")
        found[identifier] = (name, synonyms, definition, parents)
    return found


def ask_fastobo():
    import fastobo
    return differences(fastobo_terms(fastobo.load(path("changes.obo"))), "obo")


def ask_pronto():
    import pronto
    # Without the encoding pronto guesses it, and warns about every file that is not pure ASCII.
    ontology = pronto.Ontology(path("changes.obo"), encoding="utf-8")
    found = {}
    for term in ontology.terms():
        definition = None if term.definition is None else str(term.definition)
        parents = {p.id for p in term.superclasses(distance=1, with_self=False)}
        found[term.id] = (term.name, {s.description for s in term.synonyms}, definition, parents)
    return differences(found, "obo")


def commands():
    return [line for line in text("changes.kgcl").split("\n") if line and not line.startswith("#")]


def ask_kgcl():
    from kgcl_schema.grammar.parser import parse_statement
    found = {}
    for line in commands():
        change = parse_statement(line)
        kind = type(change).__name__
        if kind == "NodeCreation":
            found[change.about_node] = (change.name, set(), None, set())
        elif kind == "NewSynonym":
            found[change.about_node][1].add(change.new_value)
        elif kind == "NewTextDefinition":
            name, synonyms, _, parents = found[change.about_node]
            found[change.about_node] = (name, synonyms, change.new_value, parents)
        elif kind == "PlaceUnder":
            found.setdefault(change.subject, (None, set(), None, set()))[3].add(str(change.object).strip("<>"))
        elif kind != "RemoveUnder":
            raise ValueError(f"{kind}: {line}")
    return differences(found, "kgcl")


def ask_oaklib():
    import fastobo
    with tempfile.TemporaryDirectory() as folder:
        before, after = os.path.join(folder, "before.obo"), os.path.join(folder, "after.obo")
        with open(before, "w", encoding="utf-8") as file:
            file.write(BASE)
        end = subprocess.run([os.path.join(BIN, "runoak"), "-i", f"simpleobo:{before}", "apply", "--changes-format", "kgcl",
                              "--changes-input", path("changes.kgcl"), "-o", after], capture_output=True, text=True)
        if end.returncode != 0:
            raise ValueError(end.stderr[-300:])
        found = fastobo_terms(fastobo.load(after))
        same, remarks = differences(found, "kgcl")
        if "DEMO:0000002" in found["DEMO:0000009"][3]:
            remarks.append("the moved child kept its old edge")
        return not remarks, remarks + [line for line in end.stderr.split("\n") if "WARN" in line or "Cannot" in line]


def expected_mappings():
    _, final = terms()
    rows = []
    for answer in ANSWERS:
        subject = final.get(answer["key"])
        out = {value for what, value in left_out("sssom", answer["key"]) if what == "mapping"}
        if answer["task"] != "place":
            continue
        label = "" if answer["query"] in out else answer["query"]
        if answer["status"] == "none":
            match = (answer["matches"] or [{}])[0]
            objects = [match] if "identifier" in match else match.get("candidates", [])
            objects = [(o["identifier"], o["name"]) for o in objects if o["identifier"] not in out]
            rows += [(subject, label, *o) for o in objects or [("sssom:NoTermFound", "")]]
        rows += [(subject, label, final[d["key"]], d["name"]) for d in answer.get("duplicates", [])]
    return sorted(rows)


def ask_sssom_validate():
    end = subprocess.run([os.path.join(BIN, "sssom"), "validate", path("changes.sssom.tsv")], capture_output=True, text=True)
    told = [line for line in (end.stdout + end.stderr).split("\n") if line.strip()]
    if end.returncode != 0:
        raise ValueError("\n".join(told)[-300:])
    return True, told


def ask_sssom_py():
    from sssom.parsers import parse_sssom_table
    frame = parse_sssom_table(path("changes.sssom.tsv")).df
    found = sorted(tuple(row) for row in
                   frame[["subject_id", "subject_label", "object_id", "object_label"]].fillna("").values.tolist())
    expected = expected_mappings()
    return found == expected, [] if found == expected else [str(set(found) ^ set(expected))]


DIALECTS = {
    "changes.robot.tsv": {"commentRows": [2], "escapeChar": "\\"},
    "changes.robot-bulk.tsv": {"commentRows": [2], "escapeChar": "\\"},
    "changes.sssom.tsv": {"commentChar": "#"}, "changes.left-out.tsv": {},
}


def rows_of(name):
    """The rows of a table by the grammar that is documented for it."""
    escape = "\\" if "robot" in name else None
    content = text(name)
    while content.startswith("#"):
        content = content.partition("\n")[2]
    return list(csv.reader(io.StringIO(content, newline=""), delimiter="\t", doublequote=True, escapechar=escape, strict=True))


def ask_frictionless(name):
    from frictionless import Package
    dialect = {"delimiter": "\t", "header": True, "quoteChar": '"', "doubleQuote": True, **DIALECTS[name]}
    if "sssom" in name:
        dialect["headerRows"] = [1 + sum(line.startswith("# ") for line in text(name).split("\n"))]
    rows = rows_of(name)
    fields = [{"name": column, "type": "string"} for column in rows[0]]
    resource = {"name": "table", "path": name, "encoding": "utf-8", "dialect": dialect, "schema": {"fields": fields}}
    package = Package({"name": "table", "resources": [resource]}, basepath=HERE)
    report = package.validate()
    remarks = [] if report.valid else [str(e) for e in report.flatten(["rowNumber", "type", "note"])]
    found = [["" if cell is None else cell for cell in row.to_list()] for row in package.resources[0].read_rows()]
    return found == rows[2 if "robot" in name else 1:], remarks


def robot_terms(name):
    """What ROBOT makes of the cells that opencsv reads, by its documentation."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "Read.java"), "w") as file:
            file.write(JAVA)
        subprocess.run(["javac", "-cp", JARS, "-d", folder, os.path.join(folder, "Read.java")], check=True)
        end = subprocess.run(["java", "-cp", f"{JARS}:{folder}", "Read", path(name)], capture_output=True, text=True, check=True)
    table = [[bytes.fromhex(cell).decode() for cell in line.split(",")[:-1]] for line in end.stdout.splitlines()]
    templates, found = table[1], {}
    for row in table[2:]:
        if len(row) != len(templates):
            raise ValueError(f"{len(row)} cells: {row}")
        term = {}
        for template, cell in zip(templates, row):
            if template and not template.startswith(">") and cell:
                plain, _, split = template.partition(" SPLIT=")
                term.setdefault(plain, set()).update(cell.split(split) if split else [cell])
        name_, synonyms, definition, parents = found.get(row[templates.index("ID")], (None, set(), None, set()))
        only = lambda key, old: next(iter(term[key])) if key in term else old
        found[row[templates.index("ID")]] = (
            only("LABEL", name_), synonyms | term.get("A oboInOwl:hasExactSynonym", set()),
            only("A IAO:0000115", definition), parents | term.get("SC %", set()))
    return found


def ask_opencsv(name, fmt):
    if fmt == "robot":
        return differences(robot_terms(name), fmt)
    found, (expected, _) = robot_terms(name), wanted(fmt)
    remarks = [f"{i}: {found.get(i)} for {v}" for i, v in expected.items() if found.get(i) != v]
    return not remarks, remarks


def ask_schema():
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number, answer in enumerate(ANSWERS):
            files.append(os.path.join(folder, f"{number}.json"))
            with open(files[-1], "w", encoding="utf-8") as file:
                json.dump(answer, file)
        schema = os.path.join(ROOT, "Config", "results.schema.json")
        end = subprocess.run([os.path.join(BIN, "check-jsonschema"), "--schemafile", schema, *files], capture_output=True, text=True)
        if end.returncode != 0:
            raise ValueError(end.stdout[-500:])
        bad = os.path.join(folder, "bad.json")
        with open(bad, "w", encoding="utf-8") as file:
            json.dump({**ANSWERS[0], "proposals": [{"rank": "1"}]}, file)
        wrong = subprocess.run([os.path.join(BIN, "check-jsonschema"), "--schemafile", schema, bad], capture_output=True)
        return wrong.returncode != 0, []


def main():
    verdicts = Verdicts()
    verdicts.ask("fastobo", "fastobo", "changes.obo", ask_fastobo)
    verdicts.ask("pronto", "pronto", "changes.obo", ask_pronto)
    verdicts.ask("kgcl-schema", "kgcl-schema", "changes.kgcl", ask_kgcl)
    verdicts.ask("oaklib", "oaklib", "changes.kgcl", ask_oaklib)
    verdicts.ask("sssom validate", "sssom", "changes.sssom.tsv", ask_sssom_validate)
    verdicts.ask("sssom-py", "sssom", "changes.sssom.tsv", ask_sssom_py)
    for name in DIALECTS:
        verdicts.ask(f"frictionless, {name}", "frictionless", name, lambda: ask_frictionless(name))
    for name, fmt in [("changes.robot.tsv", "robot"), ("changes.robot-bulk.tsv", "robot-bulk")]:
        verdicts.ask(f"opencsv, {name}", "5.2", name, lambda: ask_opencsv(name, fmt))
    verdicts.ask("check-jsonschema", "check-jsonschema", "answers.jsonl", ask_schema)
    names = ["answers.jsonl"] + sorted(n for n in os.listdir(HERE) if n.startswith("changes."))
    hashes = {name: hashlib.sha256(open(path(name), "rb").read()).hexdigest() for name in names}
    with open(path("verdicts.json"), "w", encoding="utf-8") as file:
        json.dump({"madeBy": "judge.py", "sha256": hashes, "readers": verdicts.readers}, file, indent=2, ensure_ascii=True)
        file.write("\n")
    return 0 if all(v["accepted"] and v["same"] and not v["remarks"] for v in verdicts.readers.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
