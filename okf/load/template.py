"""The empty workbook for tables to import: instructions, a sheet a table, drop-down lists, an example row on each."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from tempfile import gettempdir
from typing import Any, Final

from lxml.etree import SerialisationError  # type: ignore[import-untyped]
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from okf.durable import write_whole
from okf.errors import Misconfigured
from okf.load.columns import TABLES
from okf.load.settings import BANK_HOLIDAYS, BOUNDS
from okf.load.specs import CLEAR, Column, Kind, TableSpec
from okf.load.tables import EXAMPLE

LAST_ROW: Final = 20_000
INSTRUCTIONS: Final = "Instructions"
LISTS: Final = "Lists"
_HEAD: Final = Font(bold=True, color="FFFFFF")
_HEAD_FILL: Final = PatternFill("solid", fgColor="1F3A4D")
_NEEDED_FILL: Final = PatternFill("solid", fgColor="8A2A0B")
_EXAMPLE_FONT: Final = Font(italic=True, color="6B6B6B")
_EXAMPLE_FILL: Final = PatternFill("solid", fgColor="F2F2F2")
_FORMATS: Final = {Kind.DATE: "dd/mm/yyyy", Kind.INSTANT: "dd/mm/yyyy hh:mm"}
_HOW: Final = (
    "Each sheet is a table. Sheets and columns that you don't need may stay empty or be deleted.",
    "Dark red columns are needed in a new row. A row whose key is on file changes only what the file gives.",
    f"An empty cell says nothing: what is on file stays. {CLEAR}, in capitals, erases it; never what has ended, as when"
    " somebody left, a grant was revoked or an agreement withdrawn. Every cell that changes is shown before it does.",
    f"The grey row of each sheet is an example. A row whose key begins with {EXAMPLE} is never taken in.",
    'Several values in one cell have ";" between them, such as: sole:SU-1; joint',
    "Dates are 31/12/2026, 3 March 2026 or 2026-11-23, the day first; times 31/12/2026 10:00, in London time. A time"
    " that the clocks show twice needs its zone, as text: 2026-10-25 01:30 BST, or GMT",
    "A day by which something ends is whole: until 18/12/2026 is to the end of that day. With a time it is that time.",
    'What is not known stays empty: "tbc" or "n/a" is taken as empty.',
    "Formulas are not taken: paste values. References are text, so that 007 stays 007; so are telephone numbers.",
    "Nothing is taken in unless all of it can be. Importing the same file again changes nothing.",
)


def write_template(path: Path | str, tables: Mapping[str, TableSpec] = TABLES) -> None:
    """Write the empty workbook; imported as it is, it holds nothing.

    Raises:
        Misconfigured: as `template`; or the file can't be written. Nothing of it is left then.
    """
    write_whole(Path(path), template(tables))


def template(tables: Mapping[str, TableSpec] = TABLES) -> bytes:
    """The empty workbook as a file.

    Raises:
        Misconfigured: the library, which makes it in the folder of temporary files, can't write there.
    """
    held = BytesIO()
    try:
        _workbook(tables).save(held)
    except (OSError, SerialisationError) as error:
        raise Misconfigured(
            f"The empty workbook can't be made: the folder of temporary files, {gettempdir()}, is full or can't be"
            " written. Whoever runs Casebook makes room there, or names another in OKF_TEMP."
        ) from error
    return held.getvalue()


def _workbook(tables: Mapping[str, TableSpec]) -> Workbook:
    book = Workbook()
    first = book.active
    first.title = INSTRUCTIONS
    lists = book.create_sheet(LISTS)
    lists.sheet_state = "hidden"
    for spec in tables.values():
        _sheet(book.create_sheet(spec.name, index=len(book.sheetnames) - 1), spec, lists)
    _instructions(first, tables)
    return book


def _sheet(sheet: Worksheet, spec: TableSpec, lists: Worksheet) -> None:
    for place, column in enumerate(spec.columns.values(), start=1):
        letter = get_column_letter(place)
        head = sheet.cell(1, place, column.name)
        head.font, head.fill = _HEAD, _NEEDED_FILL if column.required else _HEAD_FILL
        head.alignment = Alignment(vertical="top")
        example = sheet.cell(2, place, column.example or None)
        example.font, example.fill, example.number_format = _EXAMPLE_FONT, _EXAMPLE_FILL, "@"
        dimension = sheet.column_dimensions[letter]
        dimension.width = max(14, min(40, len(column.name) + 4))
        dimension.number_format = _FORMATS.get(column.kind, "@")
        choices = _choices(spec, column)
        if choices:
            _drop_down(sheet, letter, choices, lists, only=column.kind is not Kind.SOME_OF)
    if spec.name == "settings":
        sheet.cell(2, 1).value = EXAMPLE + str(sheet.cell(2, 1).value)
    sheet.freeze_panes = "A2"


def _choices(spec: TableSpec, column: Column) -> tuple[str, ...]:
    if spec.name == "settings" and column.name == "name":
        return (*BOUNDS, BANK_HOLIDAYS)
    return ("yes", "no") if column.kind is Kind.YES_NO else column.members


def _drop_down(sheet: Worksheet, letter: str, choices: tuple[str, ...], lists: Worksheet, *, only: bool) -> None:
    """A list to choose from. Where several may be given, others than the listed are typed."""
    listed = _listed(lists, choices)
    rule = DataValidation(type="list", formula1=listed, allow_blank=True, showErrorMessage=only)
    rule.error, rule.errorTitle = "Choose one of the list.", "Not in the list"
    rule.add(f"{letter}3:{letter}{LAST_ROW}")
    sheet.add_data_validation(rule)


def _listed(lists: Worksheet, choices: tuple[str, ...]) -> str:
    """The range that holds these choices on the sheet of lists, put there on first use."""
    place = 1
    while lists.cell(1, place).value is not None:
        held = tuple(cell.value for cell in lists[get_column_letter(place)] if cell.value is not None)
        if held == choices:
            break
        place += 1
    for row, choice in enumerate(choices, start=1):
        lists.cell(row, place, choice)
    letter = get_column_letter(place)
    return f"{LISTS}!${letter}$1:${letter}${len(choices)}"


def _instructions(sheet: Worksheet, tables: Mapping[str, TableSpec]) -> None:
    rows: list[tuple[Any, ...]] = [("How to fill in this workbook",), *((line,) for line in _HOW), ()]
    rows.append(("Sheet", "Column", "Needed", "What it holds", "What is expected", "Example"))
    heading = len(rows)
    for spec in tables.values():
        rows.append((spec.name, "", "", spec.words, f"rows told apart by {', '.join(spec.key)}", ""))
        for column in spec.columns.values():
            needed = "in a new row" if column.required else ""
            rows.append((spec.name, column.name, needed, column.words, column.expected(), column.example))
    if "settings" in tables:
        rows += [(), ("Setting", "", "", "Least", "Most", "")]
        rows += [(name, "", "", least, most, "") for name, (least, most) in BOUNDS.items()]
        rows.append((BANK_HOLIDAYS, "", "", 'dates with ";" between', "", ""))
    for row in rows:
        sheet.append(row)
    for cell in sheet[heading]:
        cell.font, cell.fill = _HEAD, _HEAD_FILL
    sheet["A1"].font = Font(bold=True, size=14)
    for letter, width in zip("ABCDEF", (24, 20, 14, 70, 70, 40), strict=True):
        sheet.column_dimensions[letter].width = width
    for number, row in enumerate(sheet.iter_rows(min_row=heading), start=heading):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        if sheet.cell(number, 1).value and not sheet.cell(number, 2).value:
            sheet.cell(number, 1).font = Font(bold=True)
