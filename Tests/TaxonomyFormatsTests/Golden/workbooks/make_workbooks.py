#!/usr/bin/env python3
"""Workbooks of other makes, and the cells that a reader must find in them.

    make_workbooks.py                        the files beside this script
    make_workbooks.py COUNT SEED FOLDER      random workbooks, for the long tests

NAME.json beside NAME.xlsx has the rows of the sheet that is read: row number and cells, without empty
rows, without columns that hold nothing and without empty cells at the end of a row. The cells come
from what was written, never from reading the file. Needs openpyxl, XlsxWriter and pandas; with
`soffice` in the path LibreOffice writes one, too.
"""

import datetime
import io
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import zipfile

import openpyxl
import xlsxwriter
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

HERE = os.path.dirname(os.path.abspath(__file__))


def clean(text):
    """What taxod does to every text: runs of space and control characters become one space."""
    out = []
    for character in text:
        if character in "\ufeff\u200b":
            continue
        code = ord(character)
        if code <= 0x20 or 0x7F <= code <= 0xA0 or code in (0x2028, 0x2029):
            if out and out[-1] != " ":
                out.append(" ")
        else:
            out.append(character)
    return "".join(out).strip(" ")


def shown(value):
    """The text that a cell with this value must give."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if value == int(value) and abs(value) < 1e15:
            return str(int(value))
        return repr(value)
    if isinstance(value, datetime.datetime):
        text = value.strftime("%Y-%m-%d")
        return text if value.time() == datetime.time(0) else text + value.strftime("T%H:%M:%S")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.time):
        return value.strftime("%H:%M:%S")
    return clean(str(value))


def rows_of(grid):
    """The rows that hold something, from {(row, column): text}."""
    grid = {place: text for place, text in grid.items() if text}
    columns = sorted({column for _, column in grid})
    rows = []
    for number in sorted({row for row, _ in grid}):
        cells = [grid.get((number, column), "") for column in columns]
        while cells[-1] == "":
            cells.pop()
        rows.append([number, cells])
    return rows


def grid_of(table, row=1, column=1):
    return {
        (row + r, column + c): shown(value)
        for r, line in enumerate(table)
        for c, value in enumerate(line)
    }


def expect(name, grid, made_by, notes=()):
    with open(os.path.join(HERE, name + ".json"), "w", encoding="utf-8") as file:
        json.dump(
            {"madeBy": made_by, "notes": list(notes), "rows": rows_of(grid)},
            file, ensure_ascii=False, indent=1,
        )
        file.write("\n")


OPENPYXL = "openpyxl " + openpyxl.__version__
XLSXWRITER = "XlsxWriter " + xlsxwriter.__version__

TERMS = [
    ["Term", "Synonyms", "Definition", "First seen", "Cases", "Share", "Sure"],
    ["β-Thalassemia minor", "β⁰ trait|β⁺ trait", "A mild form", datetime.date(1925, 3, 1), 12, 0.1, True],
    ["תסמונת קרוהן", "داء كرون", "Right to left", datetime.datetime(2020, 2, 29, 13, 45, 30), -3, 1e-05, False],
    ["  Sjögren's   syndrome ", None, "two\nlines", datetime.time(7, 5), 1200000, 2.5, None],
    ["克罗恩病", "クローン病", "“quoted”, with, commas; and tabs\there", None, 3.0, 1 / 3, True],
]


def path(name):
    return os.path.join(HERE, name + ".xlsx")


def openpyxl_types():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "R&D <terms>"
    for line in TERMS:
        sheet.append(line)
    sheet["A7"] = "#N/A"
    sheet["B7"] = "=1+1"
    sheet["C7"] = "after an error"
    book.save(path("openpyxl-types"))
    grid = grid_of(TERMS)
    grid[7, 3] = "after an error"
    expect("openpyxl-types", grid, OPENPYXL, [
        "A7 holds an error such as #N/A and counts as empty",
        "B7 holds a formula without its result and counts as empty; save the file in Excel",
    ])


def xlsxwriter_rich():
    book = xlsxwriter.Workbook(path("xlsxwriter-rich"))
    sheet = book.add_worksheet("Terms")
    bold, italic = book.add_format({"bold": True}), book.add_format({"italic": True})
    sheet.write_row(3, 2, ["Term", "Count", "Shown"])
    sheet.write_rich_string(4, 2, bold, "Thunderstorm", " ", italic, "asthma")
    sheet.write_formula(4, 3, "=2*21", None, 42)
    sheet.write_formula(4, 4, '="a"&"b"', None, "ab")
    sheet.merge_range(5, 2, 6, 2, "Popcorn lung", bold)
    sheet.write_number(5, 3, 1234, book.add_format({"num_format": "000000"}))
    sheet.write_string(6, 3, "bell\x07, literal _x000D_")
    sheet.write_number(6, 4, 1.5, book.add_format({"num_format": "[h]:mm"}))
    sheet.write_number(7, 4, 44561.75, book.add_format({"num_format": 'yyyy"y" mmm\\-d hh:mm'}))
    sheet.write_number(7, 2, 1249, book.add_format({"num_format": '"D"000000'}))
    sheet.set_row(7, None, None, {"hidden": True})
    book.close()
    grid = {
        (4, 3): "Term", (4, 4): "Count", (4, 5): "Shown", (5, 3): "Thunderstorm asthma",
        (5, 4): "42", (5, 5): "ab", (6, 3): "Popcorn lung", (6, 4): "001234",
        (7, 4): "bell , literal _x000D_", (7, 5): "1.5", (8, 3): "D001249", (8, 5): "2021-12-31T18:00:00",
    }
    expect("xlsxwriter-rich", grid, XLSXWRITER, [
        "E7 is shown as a date or duration and was read as a number",
        "merged cells (C6:C7) have their text in the first cell, the others are empty",
        "1 hidden row was read, too",
    ])


def xlsxwriter_wide():
    """Fifty columns, and texts in the cells themselves."""
    book = xlsxwriter.Workbook(path("xlsxwriter-wide"), {"constant_memory": True})
    sheet = book.add_worksheet()
    table = [["Term"] + [f"Column {n}" for n in range(2, 51)]]
    table += [[f"term {r}"] + [f"{r}/{n}" if (r + n) % 3 else None for n in range(2, 51)] for r in range(1, 6)]
    for number, line in enumerate(table):
        sheet.write_row(number, 0, line)
    book.close()
    expect("xlsxwriter-wide", grid_of(table), XLSXWRITER)


def openpyxl_sheets():
    """A hidden sheet, a readme and an empty sheet stand before the table."""
    book = openpyxl.Workbook()
    book.active.title = "Secret"
    book.active.sheet_state = "hidden"
    book.active["A1"] = "hidden"
    book.create_sheet("ReadMe")["A1"] = "Fill in the next sheet."
    book.create_sheet("Empty")
    terms = book.create_sheet("Neue Begriffe")
    terms["B2"], terms["D2"], terms["D5"] = "Term", "Definition", "of the fifth row"
    terms["B5"] = CellRichText("Long ", TextBlock(InlineFont(b=True), "COVID"))
    more = book.create_sheet("More")
    for number in range(1, 36):
        more.cell(number, 3, number)
    book.save(path("openpyxl-sheets"))
    grid = {(2, 2): "Term", (2, 4): "Definition", (5, 2): "Long COVID", (5, 4): "of the fifth row"}
    expect("openpyxl-sheets", grid, OPENPYXL, [
        "the sheet “Neue Begriffe” was read; “More” (35 rows), “ReadMe” (1 row), "
        "“Secret” (hidden, 1 row) were not read",
    ])


def pandas_index():
    import pandas
    frame = pandas.DataFrame({
        "term": ["Popcorn lung", "Vaping lung injury"],
        "onset": pandas.to_datetime(["2019-06-01", "2019-08-15"]),
        "n": [1.0, float("nan")],
    })
    frame.to_excel(path("pandas-index"), engine="openpyxl")
    grid = grid_of([
        [None, "term", "onset", "n"],
        [0, "Popcorn lung", datetime.date(2019, 6, 1), 1],
        [1, "Vaping lung injury", datetime.date(2019, 8, 15), None],
    ])
    expect("pandas-index", grid, "pandas " + pandas.__version__)


def strict():
    """The stricter of the two standards has other namespaces; made of a file of openpyxl."""
    book = openpyxl.Workbook()
    book.epoch = datetime.datetime(1904, 1, 1)
    for line in TERMS:
        book.active.append(line[:4])
    buffer = io.BytesIO()
    book.save(buffer)
    swap = [
        (b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main"),
        (b"http://schemas.openxmlformats.org/officeDocument/2006/relationships", b"http://purl.oclc.org/ooxml/officeDocument/relationships"),
    ]
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(path("strict-1904"), "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            for before, after in swap:
                data = data.replace(before, after)
            new.writestr(name, data)
    expect("strict-1904", grid_of([line[:4] for line in TERMS]), OPENPYXL + ", namespaces replaced")


def sparse():
    """What the standard allows and hardly a library writes; by hand."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="a" Type="{office}/officeDocument" Target="/Book\\Main Workbook.xml"/></Relationships>',
        "Book\\Main Workbook.xml": f'<x:workbook xmlns:x="{main}" xmlns:r="{office}"><x:sheets><x:sheet name="A &amp; B" sheetId="9" r:id="s"/></x:sheets></x:workbook>',
        "book/_rels/main workbook.xml.rels": f'<Relationships xmlns="{package}"><Relationship Id="s" Type="{office}/worksheet" Target="./x/../one.xml"/><Relationship Id="t" Type="{office}/sharedStrings" Target="texts.xml"/></Relationships>',
        "Book/texts.xml": f'<sst xmlns="{main}"><si><t>喘息</t><rPh sb="0" eb="2"><t>ゼンソク</t></rPh></si><si><r><t xml:space="preserve">a </t></r><r><t>_x005F_b</t></r></si></sst>',
        "Book/one.xml": f'<x:worksheet xmlns:x="{main}"><x:sheetData><x:row/><x:row><x:c/><x:c t="s"><x:v>0</x:v></x:c><x:c t="s"><x:v>1</x:v></x:c></x:row><x:row r="7"><x:c r="B7" t="inlineStr"><x:is><x:r><x:t>in</x:t></x:r><x:r><x:t>line</x:t></x:r></x:is></x:c><x:c t="d"><x:v>2026-12-01</x:v></x:c><x:c t="b"><x:v>1</x:v></x:c></x:row><x:row/><x:row><x:c r="XFD9"><x:v>12345678901234567890</x:v></x:c></x:row></x:sheetData></x:worksheet>',
    }
    with zipfile.ZipFile(path("sparse"), "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, text)
    grid = {
        (2, 2): "喘息", (2, 3): "a _b", (7, 2): "inline", (7, 3): "2026-12-01", (7, 4): "TRUE",
        (9, 16384): "12345678901234567890",
    }
    expect("sparse", grid, "by hand")


def libreoffice():
    if shutil.which("soffice") is None:
        return print("no soffice: libreoffice.xlsx is left as it is")
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "libreoffice.ods")
        book = openpyxl.Workbook()
        # LibreOffice drops tabs, and all but 15 digits.
        terms = [[0.25 if v == 1 / 3 else v.replace("\t", " ") if isinstance(v, str) else v for v in line] for line in TERMS]
        for line in terms:
            book.active.append(line)
        book.active["H1"] = "Sum"
        book.active["H2"] = "=E2+1"
        book.active["H3"] = "=NA()"
        first = os.path.join(folder, "libreoffice.xlsx")
        book.save(first)
        profile = "-env:UserInstallation=file://" + folder + "/profile"
        for form, given in (("ods", first), ("xlsx", source)):
            subprocess.run(
                ["soffice", profile, "--headless", "--convert-to", form, "--outdir", folder, given],
                check=True, capture_output=True,
            )
        shutil.copy(first, path("libreoffice"))
        version = subprocess.run(["soffice", profile, "--version"], check=True, capture_output=True, text=True).stdout
    grid = grid_of(terms)
    grid[1, 8], grid[2, 8] = "Sum", "13"
    expect("libreoffice", grid, " ".join(version.split()[:2]), [
        "H3 holds an error such as #N/A and counts as empty",
    ])


# Random workbooks

PIECES = [
    "asthma", "Sjögren", "β-thalassemia", "قلب", "לב", "喘息", "μ", "🫀", "e\u0301", "O'Neill", '"quoted"',
    "a,b", "c;d", "|", "<tag>", "&amp;", "x=y", "-", "#", "(NOS)", "_x0041_", "_", "100%", "\u00a0", "\n",
    "\t", "  ", "\u200b", "\u2028", "N/A", "TRUE", "1e5", "007", "'", "\u202e",
]


def random_text(source):
    text = "".join(source.choice(PIECES) + source.choice(["", " "]) for _ in range(source.randint(1, 6)))
    return text if not text.startswith("=") else "x" + text


def random_value(source):
    kind = source.randrange(12)
    if kind < 5:
        return random_text(source)
    if kind == 5:
        return source.choice([0, 1, -1, 7, 123456, -99, 10**12, source.randint(-10**6, 10**6)])
    if kind == 6:
        number = source.choice([0.1, -2.5, 1e-07, 1.0, 1e20, source.random(), source.uniform(-1e6, 1e6)])
        # Both libraries write 16 digits, one less than some numbers need.
        return float("%.16g" % number)
    if kind == 7:
        return datetime.date(source.randint(1901, 2100), source.randint(1, 12), source.randint(1, 28))
    if kind == 8:
        return datetime.datetime(
            source.randint(1901, 2100), source.randint(1, 12), source.randint(1, 28),
            source.randrange(24), source.randrange(60), source.randrange(60),
        )
    if kind == 9:
        return datetime.time(source.randrange(24), source.randrange(60), source.randrange(60))
    if kind == 10:
        return source.random() < 0.5
    return None


def escapes(text):
    """openpyxl writes “_x0041_” as it is, which every reader takes for “A”."""
    return text.replace("_x0041_", "A")


def random_book(source, file):
    """Writes one workbook and gives its expected rows."""
    row, column = source.choice([(1, 1), (1, 1), (3, 2), (2, 1), (1, 4), (40, 20)])
    width = source.choice([1, 2, 3, 5, 10, 50])
    height = source.randint(1, 30)
    share = source.choice([1, 1, 0.7, 0.2])
    table = [[random_value(source) if source.random() < share else None for _ in range(width)] for _ in range(height)]
    table[0][0] = "Term"
    extra = source.randrange(3)
    if source.random() < 0.5:
        book = openpyxl.Workbook()
        sheet = book.active
        if extra == 1:
            sheet.sheet_state = "hidden"
            sheet["C3"] = "hidden"
            sheet = book.create_sheet("Second")
        for r, line in enumerate(table):
            for c, value in enumerate(line):
                if value is not None:
                    sheet.cell(row + r, column + c).value = value
        if extra == 2:
            book.create_sheet("Other")["A1"] = "other"
        book.save(file)
        return rows_of({
            place: clean(escapes(text)) for place, text in grid_of(table, row, column).items()
        })
    book = xlsxwriter.Workbook(
        file, {"in_memory": True, "constant_memory": source.random() < 0.5}
    )
    date, moment, time = (
        book.add_format({"num_format": code})
        for code in (source.choice(["yyyy-mm-dd", "d/m/yy", "[$-409]mmm d, yyyy;@"]), "yyyy/mm/dd hh:mm:ss", "h:mm AM/PM")
    )
    if extra == 1:
        sheet = book.add_worksheet("Hidden")
        sheet.write_string(4, 4, "hidden")
        sheet.hide()
    sheet = book.add_worksheet("Terms & more")
    if extra == 1:
        sheet.activate()
        sheet.set_first_sheet()
    for r, line in enumerate(table):
        for c, value in enumerate(line):
            place = (row + r - 1, column + c - 1)
            if isinstance(value, datetime.datetime):
                sheet.write_datetime(*place, value, moment)
            elif isinstance(value, datetime.date):
                sheet.write_datetime(*place, value, date)
            elif isinstance(value, datetime.time):
                sheet.write_datetime(*place, value, time)
            elif isinstance(value, bool):
                sheet.write_boolean(*place, value)
            elif isinstance(value, str):
                sheet.write_string(*place, value)
            elif value is not None:
                if source.random() < 0.2:
                    sheet.write_formula(*place, "=1+1", None, value)
                else:
                    sheet.write_number(*place, value)
    if extra == 2:
        book.add_worksheet("Other").write_number(0, 0, 5)
    book.close()
    return rows_of(grid_of(table, row, column))


def make_random(count, seed, folder):
    os.makedirs(folder, exist_ok=True)
    for number in range(count):
        file = os.path.join(folder, f"{number}.xlsx")
        rows = random_book(random.Random(seed * 1_000_003 + number), file)
        with open(os.path.join(folder, f"{number}.json"), "w", encoding="utf-8") as out:
            json.dump({"madeBy": "random", "notes": [], "rows": rows}, out, ensure_ascii=False)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        make_random(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
    else:
        for make in (openpyxl_types, xlsxwriter_rich, xlsxwriter_wide, openpyxl_sheets, pandas_index, strict, sparse, libreoffice):
            make()
