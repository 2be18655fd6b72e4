"""The tables of an Excel workbook, one a sheet; opened only when it is safe to."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any, Final
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError

import openpyxl
from defusedxml import DefusedXmlException
from openpyxl.utils import get_column_letter

from okf.load.faults import Unreadable
from okf.load.tables import IGNORED_SHEETS, Row, Table, Tables, Unusable, normal

# Our defaults: real caseloads shrink to a tenth or a thirtieth in a workbook, bombs to a thousandth.
LARGEST_UNPACKED: Final = 600_000_000
SMALL_UNPACKED: Final = 30_000_000
DENSEST: Final = 150
MOST_MEMBERS: Final = 2_000
MOST_COLUMNS: Final = 200
MOST_ROWS: Final = 1_048_576  # in a sheet of Excel; a file may name a row far beyond, and all before it are counted
_CHUNK: Final = 1 << 20
_ZONE: Final = re.compile(r'"(BST|GMT)"')
_NO_DAY: Final = date(1900, 1, 1)


def check_size(name: str, content: bytes) -> None:
    """Check that a zip doesn't unpack to too much, by the sizes that it claims and by unpacking it.

    Raises:
        Unreadable: it is damaged, locked, or unpacks to far more than it should.
    """
    try:
        with ZipFile(BytesIO(content)) as archive:
            members = archive.infolist()
            if any(member.flag_bits & 1 for member in members):
                raise Unreadable(f"{name} is locked with a password. Take the password off.")
            _refuse_if_vast(name, content, sum(member.file_size for member in members), len(members))
            unpacked = 0
            for member in members:
                with archive.open(member) as part:
                    while chunk := part.read(_CHUNK):
                        unpacked += len(chunk)
                        _refuse_if_vast(name, content, unpacked, len(members))
    except (BadZipFile, ZlibError, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise Unreadable(f"{name} is damaged: it can't be unpacked whole. Save it anew.") from error


def _refuse_if_vast(name: str, content: bytes, unpacked: int, members: int) -> None:
    dense = unpacked > SMALL_UNPACKED and unpacked > DENSEST * len(content)
    if unpacked > LARGEST_UNPACKED or dense or members > MOST_MEMBERS:
        raise Unreadable(
            f"{name} unpacks to far more than a caseload needs, and was not opened: it may be made to fill the memory."
            " Copy the tables into a new workbook, as values."
        )


def read_workbook(name: str, content: bytes) -> Tables:
    """The tables of a workbook whose size was checked.

    Raises:
        Unreadable: it is damaged.
    """
    tables = Tables()
    try:
        book = openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=False, keep_links=False)
        try:
            for sheet in book.worksheets:
                if normal(sheet.title) not in IGNORED_SHEETS:
                    _read_sheet(tables, sheet, book.epoch)
        finally:
            book.close()
    except Exception as error:  # whatever openpyxl raises on a damaged workbook, and it may be anything
        if _is_harmful(error):
            raise Unreadable(f"{name} holds XML that is made to do harm, and was not read. Save it anew.") from error
        raise Unreadable(f"{name} can't be read as a workbook: it is damaged. Save it anew as .xlsx.") from error
    return tables


def _is_harmful(error: BaseException | None) -> bool:
    """Whether defusedxml stopped the reading; openpyxl hides that in errors of its own."""
    while error is not None:
        if isinstance(error, DefusedXmlException):
            return True
        error = error.__cause__ or error.__context__
    return False


def _read_sheet(tables: Tables, sheet: Any, epoch: datetime) -> None:
    where = f"Sheet {sheet.title}"
    sheet.reset_dimensions()  # the size that a workbook claims may be untrue
    header: dict[int, str] = {}
    last: Any = None
    table = Table(sheet.title, where, [], epoch=epoch)
    for number, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), start=1):
        if number > MOST_ROWS:
            tables.fault(where, number, None, "no sheet has so many rows", f"at most {MOST_ROWS:,}")
            return
        if cells is last:
            continue  # openpyxl's one empty row, for each that the file leaves out
        last = cells
        filled = [cell for cell in cells if cell.value is not None and str(cell.value).strip()]
        if not filled:
            continue
        if not header:
            header = _header(tables, where, number, cells)
            table.header = number
            if not header:
                return
            continue
        strays = [cell for cell in filled if cell.column - 1 not in header]
        if strays:
            letter = get_column_letter(strays[0].column)
            tables.fault(where, number, letter, "this column has no name in the header", "a name, or nothing")
        row = {given: _value(cells[place]) if place < len(cells) else None for place, given in header.items()}
        table.rows.append(Row(number, row))
    if header:
        tables.add(table)


def _header(tables: Tables, where: str, number: int, cells: Any) -> dict[int, str]:
    header: dict[int, str] = {}
    for place, cell in enumerate(cells):
        if cell.value is None or not str(cell.value).strip():
            continue
        given = str(cell.value).strip()
        if cell.data_type == "f":
            tables.fault(where, number, get_column_letter(place + 1), "this is a formula", "a column's name")
        elif normal(given) in map(normal, header.values()):
            tables.fault(where, number, given[:40], "this column stands there twice", "each column once")
        else:
            header[place] = given
    return header


def _value(cell: Any) -> Any:
    """A cell's value, or why it can't be taken."""
    kind = cell.data_type
    if kind == "f":
        return Unusable("this is a formula", "its value: copy it and paste it as a value")
    if kind == "e":
        return Unusable(f"this is the error {str(cell.value)[:10]}", "a value")
    value = cell.value
    if isinstance(value, str):
        return re.sub(r"_x000D_", "", value)
    if isinstance(value, datetime) and value.date() < _NO_DAY:
        return Unusable("this is a time of day without its date", "a date, or a date and time")
    if isinstance(value, datetime) and (zone := _ZONE.search(cell.number_format)):
        return f"{value:%Y-%m-%d %H:%M:%S} {zone[1]}"  # as our own lists have a time that came twice
    if isinstance(value, time | timedelta):
        return Unusable("this is a time of day or a duration without its date", "a date, or a date and time")
    return value
