#!/usr/bin/env python3
"""Records how common readers take a table of taxod: writes table.tsv and readers.json.

    python3 -m venv v && v/bin/pip install pandas frictionless
    apt-get install sqlite3 r-base-core
    v/bin/python Tests/SpoolTests/Golden/read_tables.py

The table is written here anew, by the grammar of RFC 4180 with tabs, and not by taxod; the test
expects taxod to write the same bytes. Each reader is asked for the rows as they are: as text, and
without taking a word such as NA for a missing value, as the page Formats says.
"""
import csv, json, os, platform, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
COLUMNS = ("key task query status reason rank relation identifier name parent standing score root_path nearest "
           "vocabulary vocabulary_version query_identifier match_kind match_identifier match_name match_confidence").split()
# A carriage return is written as a line feed; R and frictionless cannot tell the two apart.
CELLS = [
    "plain", " lead and trail ", "tab\there", "line\nfeed", "back\\slash", "\\t", "ends with \\",
    '"leading quote', 'inner " quote', '""', '"', '"quoted"', '"a" and b', 'end"', 'a""b', "apostrophe's",
    "'", "#comment", "=1+1", '=HYPERLINK("http://example.org")', "@SUM(A1)", "+44 20", "-1", "NA", "NULL",
    "nan", "TRUE", "1.50", "007", "comma, semicolon;", "ls\u2028here", "nel\u0085here", "vt\x0bhere",
    "ff\x0chere", "nbsp\u00a0", "\u00fcn\u00efcode \u03b2", "\ufeffmark", "a|b", "\\N", "\\.", "%", "x\x1ey",
    "\x1a", "\n", "\t", '"\n"\t', "  ", "trail\n", "\n\n", '"\t"', "\u202eright to left",
]
DIALECT = {"delimiter": "\t", "header": True, "quoteChar": '"', "doubleQuote": True}


def rows():
    for index, cell in enumerate(CELLS):
        row = dict.fromkeys(COLUMNS, "")
        row.update(key=f"q{index + 1:06d}", task="place", query=cell, status="proposed", rank="1", relation="parent",
                   identifier="X:1", name=CELLS[-1 - index], standing="proposed", score="0.5",
                   query_identifier=cell, match_kind="synonym", match_identifier="X:2", match_name=cell,
                   match_confidence="1.0")
        yield [row[column] for column in COLUMNS]


def quoted(cell):
    return '"' + cell.replace('"', '""') + '"' if any(c in cell for c in '"\t\n') else cell


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file, "excel-tab"))


def read_pandas(path, **options):
    import pandas
    table = pandas.read_csv(path, sep="\t", dtype=str, keep_default_na=False, **options)
    return [list(table.columns)] + table.values.tolist()


def read_frictionless(path):
    from frictionless import Package
    fields = [{"name": column, "type": "string"} for column in COLUMNS]
    resource = {"name": "table", "path": os.path.basename(path), "encoding": "utf-8", "dialect": DIALECT,
                "schema": {"fields": fields}}
    package = Package({"name": "table", "resources": [resource]}, basepath=os.path.dirname(path))
    read = package.resources[0].read_rows()
    return [COLUMNS] + [["" if cell is None else cell for cell in row.to_list()] for row in read]


def read_sqlite(path):
    columns = ", ".join(f'"{column}"' for column in COLUMNS)
    commands = [".mode tabs", f".import {path} t", ".mode list", f"SELECT json_group_array(json_array({columns})) FROM t"]
    end = subprocess.run(["sqlite3", ":memory:", *commands], capture_output=True, text=True, check=True)
    return [COLUMNS] + json.loads(end.stdout)


def read_r(path):
    program = """
        path <- commandArgs(TRUE)[1]
        table <- read.delim(path, encoding = "UTF-8", colClasses = "character", na.strings = character(0))
        hex <- function(x) vapply(enc2utf8(x), function(s) paste(charToRaw(s), collapse = ""), "")
        cat(paste(hex(names(table)), collapse = ","), "\\n", sep = "")
        for (i in seq_len(nrow(table))) cat(paste(hex(unlist(table[i, ])), collapse = ","), "\\n", sep = "")
    """
    with tempfile.NamedTemporaryFile("w", suffix=".R") as file:
        file.write(program)
        file.flush()
        end = subprocess.run(["Rscript", file.name, path], capture_output=True, text=True, check=True,
                             env={**os.environ, "LC_ALL": "C.UTF-8"})
    return [[bytes.fromhex(cell).decode() for cell in line.split(",")] for line in end.stdout.splitlines()]


def versions():
    import frictionless, pandas
    def said(*command):
        return subprocess.run(command, capture_output=True, text=True).stdout.split("\n")[0]
    return {"csv": f"Python {platform.python_version()}, dialect excel-tab", "pandas": f"pandas {pandas.__version__}",
            "pandas, Python engine": f"pandas {pandas.__version__}", "frictionless": f"frictionless {frictionless.__version__}",
            "sqlite": "SQLite " + said("sqlite3", "--version")[:6], "R": said("Rscript", "-e", "cat(R.version.string)")}


def main():
    wanted = [COLUMNS] + list(rows())
    path = os.path.join(HERE, "table.tsv")
    with open(path, "w", newline="", encoding="utf-8") as file:
        file.writelines("\t".join(map(quoted, row)) + "\n" for row in wanted)
    readers = {"csv": read_csv, "pandas": read_pandas, "pandas, Python engine": lambda p: read_pandas(p, engine="python"),
               "frictionless": read_frictionless, "sqlite": read_sqlite, "R": read_r}
    verdicts, known = {}, versions()
    for name, read in readers.items():
        found = read(path)
        verdicts[name] = {"version": known[name], "rows": len(found), "sameRows": found == wanted}
    with open(os.path.join(HERE, "readers.json"), "w", encoding="utf-8") as file:
        record = {"madeBy": "read_tables.py", "dialect": DIALECT, "cells": CELLS, "readers": verdicts}
        json.dump(record, file, indent=2, ensure_ascii=True)
        file.write("\n")
    print(json.dumps(verdicts, indent=2))
    return 0 if all(verdict["sameRows"] for verdict in verdicts.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
