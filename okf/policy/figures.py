"""Figures for funders: over which days they may be, what stands for them, and what their words may give away (C2)."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from okf.clock import months_after

HIDDEN: Final = "hidden"
HIDDEN_NOTE: Final = " Some numbers are hidden."
WHY_HIDDEN: Final = (
    "“hidden” stands for a number under five, or for one from which such a number could be worked out."
    " Nobody is to be recognised by a figure."
)
WHY_MERGED: Final = (
    " Groups that share a line, with a semicolon between them, are counted together because one of them is small."
)
LENGTHS: Final = (3, 6, 12)  # a quarter, half a year, a year: in months, from the first of a quarter
_REFERENCE: Final = re.compile(r"\b[A-Z]{1,4}-[A-Z0-9]{2,}\b")
_NAMES: Final = re.compile(r"\b(?=([A-Z][a-z'’-]+ [A-Z][a-z'’-]+)\b)")
_AGE: Final = re.compile(r"\b(aged? \d+|\d+[- ]years?[- ]old)\b", re.IGNORECASE)
_FEW: Final = re.compile(
    r"\b(?:(?:only )?(?:one|two|three|four|[1-4])) (?:\w+ ){0,2}?"
    r"(?:famil(?:y|ies)|cases?|child(?:ren)?|parents?|mothers?|fathers?|people|persons?|boys?|girls?|adults?)\b",
    re.IGNORECASE,
)
_COMMON: Final = (
    "A An And At But By For From In It More Most Of On Our Since That The These They This To We When Where With Kids"
    " First North South East West Midlands London England Wales January February March April May June July August"
    " September October November December Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
)
_NO_NAME: Final = frozenset(_COMMON.split())


@dataclass(frozen=True, slots=True)
class Period:
    """The London days that figures are over, half-open: whole quarters, so that they lie beside each other."""

    first: date
    until: date

    def in_words(self) -> str:
        """As `1 July to 30 September 2026`."""
        last = date.fromordinal(self.until.toordinal() - 1)
        year = "" if self.first.year == last.year else f" {self.first.year}"
        return f"{self.first.day} {self.first:%B}{year} to {last.day} {last:%B %Y}"


def periods_over(today: date, months: int, most: int = 8) -> list[Period]:
    """The last periods of this length that are over, the newest first; each begins with a quarter."""
    quarter = date(today.year, today.month - (today.month - 1) % 3, 1)
    ends = (months_after(quarter, -3 * back) for back in range(most))
    return [Period(months_after(until, -months), until) for until in ends]


def is_period(period: Period, today: date) -> bool:
    """Whether figures may be made over these days: over whole quarters, and they are past."""
    starts = period.first.day == 1 and period.first.month % 3 == 1
    return starts and period.until <= today and period.until in {months_after(period.first, m) for m in LENGTHS}


def fingerprint(body: Mapping[str, Any], words: str) -> str:
    """What stands for figures and the words with them: a changed letter gives another."""
    told = json.dumps([body, words], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def says(part: Mapping[str, Any]) -> str:
    """One sentence on what a part shows; never more than its cells do."""
    cells = part["row_totals"] if "columns" in part else part["cells"]
    told = [(count, row) for count, row in zip(cells, part["rows"], strict=True) if count is not None]
    hidden = HIDDEN_NOTE if any(cell is None for cell in _all(part)) else ""
    if "total" not in part:
        said = "; ".join(f"{row}: {count:,}" for count, row in told)
        return f"{said or 'Too few to be told'}.{hidden if told else ''}"
    if part["total"] is None:
        return f"{part['of']}: too few to be told.{hidden}"
    whole = f"{part['of']}: {part['total']:,} in all."
    if not told:
        return f"{whole} Each group is too small to be told, or would give another away."
    most = max(told, key=lambda one: one[0])
    return f"{whole} The largest group that is shown is {most[1]}, with {most[0]:,}.{hidden}"


def why_hidden(body: Mapping[str, Any]) -> str:
    """What is to be known of a set of figures before it is read."""
    return WHY_HIDDEN + (WHY_MERGED if body.get("merging") else "")


def written(cell: int | None) -> str:
    """A cell as it is written everywhere."""
    return HIDDEN if cell is None else f"{cell:,}"


def table_of(part: Mapping[str, Any]) -> tuple[list[str], list[list[int | str]]]:
    """A part as titles and rows, its totals among them; what is hidden says so."""
    if "columns" in part:
        titles = [part["across"], *part["columns"], "All"]
        rows = [
            [name, *cells, total]
            for name, cells, total in zip(part["rows"], part["cells"], part["row_totals"], strict=True)
        ]
        rows.append(["All", *part["column_totals"], part["total"]])
    else:
        titles = [part["across"], part["of"]]
        rows = [[name, cell] for name, cell in zip(part["rows"], part["cells"], strict=True)]
        if "total" in part:
            rows.append(["All", part["total"]])
    return titles, [[HIDDEN if cell is None else cell for cell in row] for row in rows]


def all_hidden(part: Mapping[str, Any]) -> bool:
    """Whether no group of it is shown, so that its sentence tells all."""
    return "total" in part and all(cell is None for cell in _all(part))


def _all(part: Mapping[str, Any]) -> list[int | None]:
    if "columns" not in part:
        return list(part["cells"])
    return [cell for row in part["cells"] for cell in row] + [*part["row_totals"], *part["column_totals"]]


def may_give_away(words: str) -> list[str]:
    """What in these words looks as if it said who somebody is, or told a number that the figures hide.

    Nothing is looked up: an answer from the files would say who is in them (C4).
    """
    found = [f"“{one}” looks like a reference." for one in _REFERENCE.findall(words)]
    found += [f"“{one}” looks like a name." for one in _NAMES.findall(words) if not _NO_NAME & set(one.split())]
    found += [f"“{one}” tells somebody's age." for one in _AGE.findall(words)]
    found += [f"“{one.group()}” tells a number under five." for one in _FEW.finditer(words)]
    return list(dict.fromkeys(found))
