"""The tables of a path or an upload, whose kind is told by its content and not by its name alone; CSV read here."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from io import BytesIO, StringIO
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Final
from zipfile import BadZipFile, ZipFile

from okf.load.faults import Unreadable
from okf.load.tables import Row, Table, Tables
from okf.load.workbooks import MOST_COLUMNS, MOST_ROWS, check_size, read_workbook
from okf.load.yamls import read_yaml

LARGEST: Final = 200_000_000  # bytes in a file; our default
TAKEN: Final = "an Excel workbook (.xlsx), a folder or zip of CSV files, one CSV file, or YAML"
_WORKBOOKS: Final = (".xlsx", ".xlsm")
_YAML: Final = (".yaml", ".yml")
LONGEST_CELL: Final = 10_000_000  # read, to tell what is too long; the column's own limit is far below
_SAVE: Final = 'a file saved as "CSV UTF-8 (comma delimited)"'
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_tables(path: Path | str) -> Tables:
    """The tables of a workbook (.xlsx), a folder of CSV files, one CSV file, a zip of them, or YAML.

    Raises:
        Unreadable: it is none of these, or is damaged, locked or dangerous to open; the sentence says what to do.
    """
    return read_files(files_at(path))


def files_at(path: Path | str) -> dict[str, bytes]:
    """What `read_files` takes: the file at a path, or the CSV files of a folder, by name.

    Raises:
        Unreadable: there is none, or it can't be read; the sentence says what to do.
    """
    path = Path(path)
    try:
        if path.is_dir():
            return _folder(path)
        if not path.exists():
            raise Unreadable(f"There is no file {path}.")
        if not path.is_file():
            raise Unreadable(f"{path} is no file. Give {TAKEN}.")
        if path.stat().st_size > LARGEST:
            raise Unreadable(f"{path.name} has more than {LARGEST // 1_000_000} MB. Split it by tables.")
        return {path.name: path.read_bytes()}
    except OSError as error:
        raise Unreadable(f"{path} can't be read: {error.strerror or 'the system refuses'}.") from error


def _folder(path: Path) -> dict[str, bytes]:
    files = sorted(file for file in path.iterdir() if file.is_file() and not file.name.startswith((".", "~$")))
    csvs = [file for file in files if file.suffix.lower() == ".csv"]
    if not csvs:
        raise Unreadable(
            f"The folder {path} holds no CSV file. Each table is a file of its own, such as people.csv;"
            " or name the workbook or YAML file itself."
        )
    if sum(file.stat().st_size for file in csvs) > LARGEST:
        raise Unreadable(
            f"The files in {path} have more than {LARGEST // 1_000_000} MB together. Split them by tables."
        )
    return {file.name: file.read_bytes() for file in csvs}


def read_files(files: Mapping[str, bytes]) -> Tables:
    """The tables of files by name, as they were uploaded or found in a folder: CSV files, or one of another kind.

    Raises:
        Unreadable: one of them can't be read, or they can't be taken together.
    """
    if not files:
        raise Unreadable(f"No file was given. Give {TAKEN}.")
    if all(name.lower().endswith(".csv") for name in files):
        return _csvs(files.items())
    if len(files) > 1:
        raise Unreadable(
            "Several files are taken together only if all are CSV files. Give one workbook, zip or YAML file."
        )
    ((name, content),) = files.items()
    suffix = PurePosixPath(name).suffix.lower()
    if content.startswith(_OLD_OFFICE):
        raise Unreadable(_old_office(name, content))
    if content.startswith(b"PK"):
        return _zipped(name, content)
    if suffix in _WORKBOOKS:
        raise Unreadable(
            f"{name} is called a workbook and is none: it seems to be {_seems(content)}. Save it anew as .xlsx."
        )
    if suffix == ".zip":
        raise Unreadable(f"{name} is called a zip and is none: it seems to be {_seems(content)}.")
    if suffix in _YAML:
        return read_yaml(name, content)
    raise Unreadable(f"{name} is of no kind that is taken in. Give {TAKEN}.")


def _csvs(files: Iterable[tuple[str, bytes]]) -> Tables:
    tables = Tables()
    for name, content in files:
        if content.startswith((_OLD_OFFICE, b"PK\x03\x04")):
            raise Unreadable(
                f"{name} is called a CSV file and is a workbook or a zip. Give it its own name, such as .xlsx."
            )
        _read_csv(tables, name, content)
    return tables


def _zipped(name: str, content: bytes) -> Tables:
    check_size(name, content)
    try:
        with ZipFile(BytesIO(content)) as archive:
            members = [member for member in archive.namelist() if not member.endswith("/")]
            if "xl/workbook.xml" in members or "[Content_Types].xml" in members:
                if "xl/workbook.xml" not in members:
                    raise Unreadable(f"{name} is an Office file, but no Excel workbook. Save it as .xlsx.")
                return read_workbook(name, content)
            if "mimetype" in members:
                raise Unreadable(f"{name} is an OpenDocument file. Save it as an Excel workbook (.xlsx).")
            csvs = [m for m in members if m.lower().endswith(".csv") and not m.startswith("__MACOSX/")]
            if not csvs:
                raise Unreadable(f"{name} is a zip without a workbook or a CSV file in it. Give {TAKEN}.")
            return _csvs((PurePosixPath(member).name, archive.read(member)) for member in csvs)
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise Unreadable(
            f"{name} is a zip that is damaged, or locked with a password. Save it anew without one."
        ) from error


def _old_office(name: str, content: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in content:
        return f"{name} is locked with a password. Take the password off, and save it as .xlsx."
    return f"{name} is a workbook of the old kind (.xls). Open it and save it as .xlsx."


def _seems(content: bytes) -> str:
    if content.startswith(b"%PDF"):
        return "a PDF"
    if not content.strip():
        return "empty"
    if b"\0" in content[:1000]:
        return "something else than text"
    return "a text file, perhaps CSV" if b"," in content[:2000] else "a text file"


def _read_csv(tables: Tables, name: str, content: bytes) -> None:
    """Put in the table that a CSV file holds; what is wrong with the file as a whole is a fault."""
    text = _csv_text(tables, name, content)
    if text is None:
        return
    header, rows = _csv_rows(tables, name, text)
    if header is None:
        return
    table = Table(PurePosixPath(name).stem, name, [], header=1)
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if any(cell.strip() for cell in cells[len(header) :]):
            wrong = f"this row has {len(cells)} cells, the header {len(header)}"
            tables.fault(name, number, None, wrong, 'as many; a cell with a comma in it stands in "quotes"')
            continue
        padded = cells + [""] * (len(header) - len(cells))
        table.rows.append(Row(number, {given: padded[place] for place, given in enumerate(header) if given}))
    tables.add(table)


def _csv_text(tables: Tables, name: str, content: bytes) -> str | None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content[:200]:
        tables.fault(name, None, None, "this is UTF-16 and not UTF-8", _SAVE)
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        wrong = "a letter can't be read as UTF-8; the file is perhaps in a Windows encoding (cp1252)"
        tables.fault(name, row, None, wrong, _SAVE, "line")
        return None


def _csv_rows(tables: Tables, name: str, text: str) -> tuple[list[str] | None, list[tuple[int, list[str]]]]:
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        rows.extend(islice(enumerate(reader, start=1), MOST_ROWS + 1))
    except csv.Error:
        wrong = "from here on it can't be read: a quotation mark is open, or stands in the middle of a cell"
        tables.fault(name, reader.line_num, None, wrong, 'cells in "quotes", a quote in them doubled', "line")
        return None, []
    if len(rows) > MOST_ROWS:
        tables.fault(name, MOST_ROWS + 1, None, "the file has too many rows", f"at most {MOST_ROWS:,}")
        return None, []
    if not rows or not any(cell.strip() for cell in rows[0][1]):
        if any(cell.strip() for _, cells in rows for cell in cells):
            tables.fault(name, 1, None, "the first row is empty", "the names of the columns")
        return None, []
    header = [cell.strip() for cell in rows[0][1]]
    for sign, noun in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) <= 2 and any(sign in cell for cell in header):
            tables.fault(name, 1, None, f"the columns are separated by {noun}", _SAVE)
            return None, []
    if len(header) > MOST_COLUMNS:
        tables.fault(name, 1, None, f"the header has {len(header):,} columns", f"at most {MOST_COLUMNS}")
        return None, []
    twice = {given for given in header if given and header.count(given) > 1}
    for given in sorted(twice):
        tables.fault(name, 1, given[:40], "this column stands there twice", "each column once")
    return (None if twice else header), rows[1:]
