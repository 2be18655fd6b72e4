"""A file that can't be taken gets a sentence, never a trace, and nothing of it is written."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from okf.load.faults import Unreadable
from okf.load.files import read_files, read_tables
from tests.load.books import bomb, lying, sheets_of, with_part, workbook, zipped
from tests.load.conftest import Caseload, Import, said

pytestmark = pytest.mark.one_database
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
GOOD = {"service_users": [["ref", "name"], ["SU-1", "Ada"]]}


def refusal(path: Path) -> str:
    with pytest.raises(Unreadable) as told:
        read_tables(path)
    return str(told.value)


def put(name: str, content: bytes | str) -> Callable[[Path], Path]:
    def making(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return making


def a_folder(files: dict[str, str]) -> Callable[[Path], Path]:
    def making(folder: Path) -> Path:
        for name, content in files.items():
            (folder / name).write_text(content)
        return folder

    return making


FILES = {
    "a text file called a workbook": (put("w.xlsx", "ref,name\nSU-1,Ada\n"), "it seems to be a text file, perhaps CSV"),
    "a PDF called a workbook": (put("w.xlsx", b"%PDF-1.7\n"), "it seems to be a PDF"),
    "an empty file": (put("w.xlsx", b""), "it seems to be empty"),
    "a workbook of the old kind": (put("w.xls", OLD), "is a workbook of the old kind (.xls)"),
    "an old workbook with a new name": (put("w.xlsx", OLD), "is a workbook of the old kind (.xls)"),
    "a locked workbook": (put("w.xlsx", OLD + "EncryptedPackage".encode("utf-16-le")), "is locked with a password"),
    "a cut-off workbook": (lambda folder: cut(workbook(folder / "w.xlsx", GOOD)), "is damaged"),
    "a workbook with a broken sheet": (
        lambda folder: with_part(workbook(folder / "w.xlsx", GOOD), "xl/worksheets/sheet1.xml", "<worksheet><row>"),
        "it is damaged",
    ),
    "a workbook of XML that swells": (
        lambda folder: with_part(workbook(folder / "w.xlsx", GOOD), "xl/worksheets/sheet1.xml", SWELLS),
        "XML that is made to do harm",
    ),
    "a bomb": (lambda folder: bomb(folder / "w.xlsx"), "unpacks to far more than a caseload needs"),
    "a bomb that lies of its size": (lambda folder: lying(folder / "w.xlsx"), "w.xlsx"),
    "a document called a workbook": (
        put("w.xlsx", zipped({"[Content_Types].xml": b"", "word/document.xml": b""})),
        "no Excel workbook",
    ),
    "an OpenDocument file": (put("w.ods", zipped({"mimetype": b"x", "content.xml": b""})), "is an OpenDocument file"),
    "a zip of something else": (put("w.zip", zipped({"a.txt": b""})), "without a workbook or a CSV file"),
    "no file": (lambda folder: folder / "none.xlsx", "There is no file"),
    "an empty folder": (lambda folder: folder, "holds no CSV file"),
    "a folder of other files": (a_folder({"a.txt": "x"}), "holds no CSV file"),
    "another kind": (put("w.json", "{}"), "is of no kind that is taken in"),
    "YAML that is a list": (put("w.yaml", "- a\n- b\n"), "line 1: the file is no mapping"),
    "YAML that is broken": (put("w.yaml", "people:\n  - {username: a\n"), "can't be read as YAML"),
    "YAML with a tab": (put("w.yaml", "people:\n\t- a\n"), "can't be read as YAML"),
    "YAML that swells": (put("w.yaml", "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"), "anchors and aliases"),
    "YAML with an alias": (put("w.yaml", "people:\n  - &one {username: a}\n  - *one\n"), "anchors and aliases"),
    "YAML that would be built": (put("w.yaml", "people: !!python/object/apply:os.system [ls]\n"), "is not read"),
    "YAML with a key twice": (
        put("w.yaml", "people:\n  - username: a\n    username: b\n"),
        "line 3: 'username' stands here again, first in line 2",
    ),
    "YAML with a table twice": (put("w.yaml", "people: []\npeople: []\n"), "line 2: 'people' stands here again"),
    "YAML nested without end": (put("w.yaml", "people: " + "[" * 100_000), "nested too deep"),
    "YAML in another encoding": (
        put("w.yaml", "people:\n  - {username: a, name: Zo\xeb}\n".encode("cp1252")),
        "line 2: a letter can't be read as UTF-8",
    ),
    "YAML of two documents": (put("w.yaml", "people: []\n---\npeople: []\n"), "a second document begins"),
    "YAML whose table is a word": (put("w.yaml", "people: everyone\n"), "people is no list of rows"),
    "YAML with a control character": (put("w.yaml", "people:\n  - {username: \x07}\n"), "can't be read as YAML"),
    "CSV that is a workbook": (put("people.csv", b"PK\x03\x04xx"), "is a workbook or a zip"),
}
SWELLS = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'


def cut(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[:-400])
    return path


@pytest.mark.parametrize("what", FILES)
def test_a_file_that_can_not_be_read_gets_a_sentence(what: str, tmp_path: Path) -> None:
    making, told = FILES[what]
    path = making(tmp_path)

    began = time.monotonic()
    sentence = refusal(path)

    assert told in sentence
    assert sentence.endswith(".")
    assert "Traceback" not in sentence
    assert time.monotonic() - began < 20


FAR = """<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
<row r="1"><c r="A1" t="inlineStr"><is><t>ref</t></is></c></row><row r="2000000000"/></sheetData></worksheet>"""


def test_a_workbook_that_names_a_row_far_away_is_not_counted_through(tmp_path: Path, take_in: Import) -> None:
    path = with_part(workbook(tmp_path / "w.xlsx", GOOD), "xl/worksheets/sheet1.xml", FAR)
    began = time.monotonic()

    assert "no sheet has so many rows" in said(take_in(read_tables(path)))
    assert time.monotonic() - began < 20


CSVS = {
    "semicolons": (b"ref;name;phone\nSU-1;Ada;1\n", "row 1: the columns are separated by semicolons"),
    "tabs": (b"ref\tname\nSU-1\tAda\n", "row 1: the columns are separated by tabs"),
    "UTF-16": ("ref,name\nSU-1,Zoë\n".encode("utf-16"), "this is UTF-16 and not UTF-8"),
    "UTF-16 without a mark": ("ref,name\nSU-1,Zoë\n".encode("utf-16-le"), "this is UTF-16 and not UTF-8"),
    "cp1252": ("ref,name\nSU-1,Zoë\n".encode("cp1252"), "line 2: a letter can't be read as UTF-8"),
    "an open quote": (b'ref,name\nSU-1,"Ada\n', "a quotation mark is open"),
    "a column twice": (b"ref,name,name\nSU-1,A,B\n", "column name: this column stands there twice"),
    "too many cells": (b"ref,name\nSU-1,Ada, Lovelace\n", "row 2: this row has 3 cells, the header 2"),
    "too many columns": (b",".join([b"c"] * 60_000) + b"\n1", "the header has 60,000 columns"),
    "too many rows": (b"ref\n" + b"a\n" * 1_048_576, "the file has too many rows"),
    "no header": (b",,\nSU-1,Ada,1\n", "row 1: the first row is empty"),
    "a million characters": (b"ref,name\nSU-1," + b"a" * 1_000_000, "this has 1,000,000 characters"),
}


@pytest.mark.parametrize("what", CSVS)
def test_a_wrong_csv_file_is_told(what: str, tmp_path: Path, take_in: Import) -> None:
    content, told = CSVS[what]
    (tmp_path / "service_users.csv").write_bytes(content)

    outcome = take_in(read_tables(tmp_path))

    assert told in said(outcome)
    assert said(outcome).splitlines()[1].startswith("service_users.csv")
    assert len(outcome.faults) == 1


def test_a_folder_of_csv_files_a_zip_of_them_and_one_alone_are_taken(
    caseload: Caseload, take_in: Import, tmp_path: Path
) -> None:
    take_in(caseload)
    files = {}
    for name, rows in sheets_of(caseload).items():
        lines = [",".join('"' + str("" if cell is None else cell) + '"' for cell in row) for row in rows]
        files[f"{name}.csv"] = ("\ufeff" + "\r\n".join(lines) + "\r\n\r\n").encode()
        (tmp_path / f"{name}.csv").write_bytes(files[f"{name}.csv"])

    for tables in (read_tables(tmp_path), read_files({"w.zip": zipped(files)}), read_tables(tmp_path / "records.csv")):
        outcome = take_in(tables)
        assert outcome.changes_nothing, said(outcome)


def test_files_of_several_kinds_are_not_taken_together() -> None:
    with pytest.raises(Unreadable, match="only if all are CSV files"):
        read_files({"a.csv": b"", "b.yaml": b""})


def test_two_files_of_one_table_are_told(take_in: Import) -> None:
    outcome = take_in(read_files({"People.csv": b"username\n", "people.csv": b"username\n"}))

    assert "people.csv: People.csv holds the same table. Expected: each table once." in said(outcome)


@pytest.mark.parametrize("content", [b"", b"# nothing\n", b"people:\n", b"people: []\n"])
def test_a_file_without_a_row_holds_nothing_to_import(content: bytes, take_in: Import) -> None:
    assert said(take_in(read_files({"w.yaml": content}))) == "There is nothing to import."


def test_a_rows_line_is_told_in_yaml(take_in: Import) -> None:
    content = b"people:\n  - username: one\n    capacity: staff\n  # a word\n  - username: two\n    capacity: wizard\n"

    assert "w.yaml, people, line 5, column capacity: 'wizard' is not known" in said(
        take_in(read_files({"w.yaml": content}))
    )


def test_what_stands_where_a_row_belongs_is_told(take_in: Import) -> None:
    told = said(take_in(read_files({"w.yaml": b"people:\n  - everyone\n  - [a, [b]]\n"})))

    assert told.count("this is not a row") == 2


def test_nothing_in_a_file_steers_the_terminal_on_which_its_faults_are_told(take_in: Import) -> None:
    told = said(take_in(read_files({"people\x1b[2J.csv": "username,sh\x9boe\u202esize\na,b\n".encode()})))

    assert "people<U+001B>[2J.csv" in told
    assert [sign for sign in told if not sign.isprintable() and sign != "\n"] == []
