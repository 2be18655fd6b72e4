"""Uploaded tables, read in a process of their own: no library makes anything of a file from outside in the server."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import astuple
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from typing import Any, Final

from okf import sandbox
from okf.load.faults import Fault, Unreadable
from okf.load.files import read_files
from okf.load.tables import Row, Table, Tables, Unusable

SECONDS: Final = 120  # of computing: a sheet of 600,000 cells takes a tenth of it
_SPENT: Final = (
    "The file can't be read: it is damaged, or reading it takes more memory or time than a file should."
    " Save it anew, or split it by tables."
)
# What a cell may hold besides JSON's own, in the order in which it is asked: an instant is a date too.
_KINDS: Final[Mapping[str, tuple[type, Callable[[Any], Any], Callable[[Any], Any]]]] = {
    "instant": (datetime, datetime.isoformat, datetime.fromisoformat),
    "date": (date, date.isoformat, date.fromisoformat),
    "time": (time, time.isoformat, time.fromisoformat),
    "span": (timedelta, timedelta.total_seconds, lambda seconds: timedelta(seconds=seconds)),
    "unusable": (Unusable, astuple, lambda told: Unusable(*told)),
    "mapping": (
        dict,
        lambda found: [[_put(key), _put(value)] for key, value in found.items()],
        lambda told: {_cell(key): _cell(value) for key, value in told},
    ),
}


def read_apart(files: Mapping[str, bytes]) -> Tables:
    """What `read_files` makes of uploaded files, read in a child with limits.

    Raises:
        Unreadable: as `read_files`; or it took more memory or time than a file should.
    """
    sizes = [[name, len(content)] for name, content in files.items()]
    try:
        (answer,) = sandbox.read_apart(f"{__name__}.read", b"".join(files.values()), seconds=SECONDS, sizes=sizes)
    except sandbox.Unreadable as error:
        raise Unreadable(_SPENT) from error
    told = json.loads(answer)
    if "unreadable" in told:
        raise Unreadable(told["unreadable"])
    made = Tables(faults=[Fault(*fault) for fault in told["faults"]])
    for name, where, header, unit, epoch, rows in told["tables"]:
        cells = [Row(number, {column: _cell(cell) for column, cell in row.items()}) for number, row in rows]
        made.tables[name] = Table(name, where, cells, header, unit, _cell(epoch))
    return made


def read(content: bytes, *, sizes: list[tuple[str, int]]) -> list[bytes]:
    """In the child: the tables of files that come one after the other, as JSON."""
    ends = accumulate(size for _, size in sizes)
    files = {name: content[end - size : end] for (name, size), end in zip(sizes, ends, strict=True)}
    try:
        made = read_files(files)
    except Unreadable as refused:
        return [json.dumps({"unreadable": str(refused)}).encode()]
    tables = [
        [one.name, one.where, one.header, one.unit, _put(one.epoch), [[row.number, _put_row(row)] for row in one.rows]]
        for one in made.tables.values()
    ]
    return [json.dumps({"tables": tables, "faults": [astuple(fault) for fault in made.faults]}).encode()]


def _put_row(row: Row) -> dict[str, Any]:
    return {column: _put(cell) for column, cell in row.cells.items()}


def _put(cell: Any) -> Any:
    if cell is None or isinstance(cell, str | int | float):
        return cell
    if isinstance(cell, list | tuple):
        return [_put(one) for one in cell]
    for name, (kind, put, _) in _KINDS.items():
        if isinstance(cell, kind):
            return {name: put(cell)}
    return _put(Unusable("this is of no kind that a cell holds", "a text, a number or a date"))


def _cell(told: Any) -> Any:
    if isinstance(told, list):
        return [_cell(one) for one in told]
    if isinstance(told, dict):
        ((name, value),) = told.items()
        return _KINDS[name][2](value)
    return told
