"""Workbooks and other files for the tests, right and wrong ones."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl

Sheets = Mapping[str, Iterable[Iterable[Any]]]


def wall(told: str) -> datetime:
    """A time of day as a workbook holds it: without a zone."""
    return datetime.fromisoformat(told)


def workbook(path: Path, sheets: Sheets) -> Path:
    """A workbook with these sheets, each its header and rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def flat(rows: list[dict[str, Any]]) -> list[list[Any]]:
    """Rows of a table as a sheet holds them: a header, and lists with semicolons."""
    header = list(dict.fromkeys(name for row in rows for name in row))
    return [header, *[[_cell(row.get(name)) for name in header] for row in rows]]


def sheets_of(caseload: Mapping[str, Any]) -> dict[str, list[list[Any]]]:
    """A caseload as the sheets of a workbook."""
    return {
        name: flat(rows if isinstance(rows, list) else [{"name": k, "value": v} for k, v in rows.items()])
        for name, rows in caseload.items()
    }


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return "; ".join(map(str, value))
    if isinstance(value, dict):
        return "; ".join(f"{name}={part}" for name, part in value.items())
    return value


def bomb(path: Path) -> Path:
    """A workbook of a few hundred kilobytes that unpacks to hundreds of megabytes."""
    workbook(path, {"people": [["username"]]})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/media/image1.bin", "w") as part:
        for _ in range(200):
            part.write(bytes(1 << 20))
    return path


def lying(path: Path) -> Path:
    """A bomb whose directory says that it is small."""
    bomb(path)
    content = bytearray(path.read_bytes())
    true = (200 << 20).to_bytes(4, "little")
    place = content.find(true)
    while place != -1:
        content[place : place + 4] = (1000).to_bytes(4, "little")
        place = content.find(true, place + 1)
    path.write_bytes(bytes(content))
    return path


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip of files."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


def with_part(path: Path, name: str, content: str) -> Path:
    """A workbook with one of its parts replaced."""
    with zipfile.ZipFile(path) as archive:
        parts = {member: archive.read(member) for member in archive.namelist()}
    path.write_bytes(zipped({**parts, name: content.encode()}))
    return path
