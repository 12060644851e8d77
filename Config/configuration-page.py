#!/usr/bin/env python3
"""Writes the reference page of the configuration from taxod.schema.json.

usage: configuration-page.py [SCHEMA [PAGE]]

The page goes to PAGE, or to standard output if none is named. What a setting means is written
in the schema alone, so that editors, this page and the tests read the same sentence. Only the
standard library is used: a host that builds taxod has nothing else.
"""

import json
import pathlib
import re
import sys

INTRODUCTION = """\
# Configuration

Every setting of taxod: its key, its default, what it means and which values it takes.

<!-- Written by Config/configuration-page.py from Config/taxod.schema.json; run `make reference`
     after a change of the schema. -->

## Overview

The configuration is one JSON file, `Config/taxod.json` unless `--config` or `TAXOD_CONFIG` names
another. {description}

`taxod config print` shows every value and where it comes from; `taxod config check` also tries the
folders. An unknown key is an error that names the nearest known key, and a value outside its range
is an error that names the key; both end with status 78. `taxod.schema.json` beside the file lets an
editor complete and check it.

`TAXOD_KERNELS` is no setting: it forces a level of the matrix kernels (`portable`, `avx2` or
`avx512`) for tests and comparisons.
"""


def values(field, required):
    """What a value may be, in words."""
    kinds = field.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    if "enum" in field:
        text = ", ".join(f"`{value}`" for value in field["enum"])
    elif "array" in kinds:
        items = field["items"].get("enum")
        text = "list of " + (", ".join(f"`{item}`" for item in items) if items else "texts")
    elif "boolean" in kinds:
        text = "`true`, `false`"
    elif "integer" in kinds or "number" in kinds:
        text = ("whole number" if "integer" in kinds else "number") + limits(field)
    elif field.get("pattern") == "^https?://":
        text = "`http://` or `https://` address"
    elif "pattern" in field:
        raise SystemExit(f"no words for the pattern {field['pattern']}")
    else:
        text = "text, not empty" if field.get("minLength") else "text"
    if "null" in kinds:
        text += ", `null`"
    return text + ("; required" if required else "")


def limits(field):
    """The bounds of a number; empty if it has none."""
    low, high = field.get("minimum"), field.get("maximum")
    if "exclusiveMinimum" in field:
        return f" over {field['exclusiveMinimum']}"
    if low is not None and high is not None:
        return f" from {low} to {high}"
    return f", {low} or more" if low is not None else ""


def default(field):
    if "default" not in field:
        return "none"
    value = field["default"]
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


def groups(group):
    """The groups among a group's keys; one whose keys are names has NAME in their place."""
    for key, field in group["properties"].items():
        if "properties" in field:
            yield key, field
        elif "additionalProperties" in field:
            named = field["additionalProperties"]
            yield f"{key}.NAME", {**named, "description": field["description"]}


def table(group, prefix):
    """The rows of a group's own keys."""
    lines = ["| key | default | meaning | values | environment |", "|---|---|---|---|---|"]
    for key, field in group["properties"].items():
        if "properties" in field or "additionalProperties" in field:
            continue
        variables = re.findall(r"`(TAXOD_[A-Z]+)`", field["description"])
        cells = [
            f"`{prefix}{key}`",
            default(field),
            field["description"],
            values(field, key in group.get("required", [])),
            ", ".join(f"`{variable}`" for variable in variables),
        ]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def sections(group, prefix):
    """A section for each group below `group`, in the order of the schema."""
    for key, field in groups(group):
        yield f"## {prefix}{key}\n\n{field['description']}\n\n{table(field, f'{prefix}{key}.')}"
        yield from sections(field, f"{prefix}{key}.")


def page(schema):
    parts = [INTRODUCTION.format(description=schema["description"])]
    parts.append("## Folders and files\n\n" + table(schema, ""))
    parts += sections(schema, "")
    return "\n".join(parts)


def main(arguments):
    here = pathlib.Path(__file__).resolve().parent
    source = pathlib.Path(arguments[0]) if arguments else here / "taxod.schema.json"
    text = page(json.loads(source.read_text(encoding="utf-8")))
    if len(arguments) > 1:
        pathlib.Path(arguments[1]).write_text(text, encoding="utf-8")
    else:
        sys.stdout.buffer.write(text.encode("utf-8"))


if __name__ == "__main__":
    main(sys.argv[1:])
