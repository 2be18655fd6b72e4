"""One table from one CSV file: UTF-8, commas, a header."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import PurePosixPath

from okf.load.faults import Fault
from okf.load.tables import Row, Table, Tables

LONGEST_CELL = 10_000_000  # read, so that it can be told what is too long; the column's own limit is far below
_SAVE = 'a file saved as "CSV UTF-8 (comma delimited)"'


def read_csv(tables: Tables, name: str, content: bytes) -> None:
    """Put in the table that a CSV file holds; what is wrong with the file as a whole is a fault."""
    text = _text(tables, name, content)
    if text is None:
        return
    header, rows = _rows(tables, name, text)
    if header is None:
        return
    table = Table(PurePosixPath(name).stem, name, [], header=1)
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if any(cell.strip() for cell in cells[len(header) :]):
            wrong = f"this row has {len(cells)} cells, the header {len(header)}"
            tables.faults.append(
                Fault(name, number, None, wrong, 'as many; a cell with a comma in it stands in "quotes"')
            )
            continue
        padded = cells + [""] * (len(header) - len(cells))
        table.rows.append(Row(number, {given: padded[place] for place, given in enumerate(header) if given}))
    tables.add(table)


def _text(tables: Tables, name: str, content: bytes) -> str | None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content[:200]:
        tables.faults.append(Fault(name, None, None, "this is UTF-16 and not UTF-8", _SAVE))
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        wrong = "a letter can't be read as UTF-8; the file is perhaps in a Windows encoding (cp1252)"
        tables.faults.append(Fault(name, row, None, wrong, _SAVE, "line"))
        return None


def _rows(tables: Tables, name: str, text: str) -> tuple[list[str] | None, list[tuple[int, list[str]]]]:
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        rows.extend(enumerate(reader, start=1))
    except csv.Error:
        wrong = "from here on it can't be read: a quotation mark is open, or stands in the middle of a cell"
        tables.faults.append(
            Fault(name, reader.line_num, None, wrong, 'cells in "quotes", a quote in them doubled', "line")
        )
        return None, []
    if not rows or not any(cell.strip() for cell in rows[0][1]):
        if any(cell.strip() for _, cells in rows for cell in cells):
            tables.faults.append(Fault(name, 1, None, "the first row is empty", "the names of the columns"))
        return None, []
    header = [cell.strip() for cell in rows[0][1]]
    for sign, noun in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) <= 2 and any(sign in cell for cell in header):
            tables.faults.append(Fault(name, 1, None, f"the columns are separated by {noun}", _SAVE))
            return None, []
    twice = {given for given in header if given and header.count(given) > 1}
    for given in sorted(twice):
        tables.faults.append(Fault(name, 1, given[:40], "this column stands there twice", "each column once"))
    return (None if twice else header), rows[1:]
