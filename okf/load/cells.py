"""How a cell becomes a value of its column's kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from okf.clock import ImpossibleTime, from_london, start_of
from okf.load.faults import Wrong
from okf.load.specs import Column, Kind
from okf.load.tables import Unusable

LONGEST_LIST = 1_000  # our default

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?\s?(Z|[+-]\d{2}:?\d{2})?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LINES = re.compile(r"[\r\n\t\u2028\u2029]")
_YES = frozenset({"yes", "y", "true", "on", "1"})
_NO = frozenset({"no", "n", "false", "off", "0"})
_YEARS = range(1900, 2200)
_EXCEL_DAY_0 = date(1899, 12, 30)


def value_of(column: Column, raw: Any) -> Any:
    """The value of a cell; None for an empty one.

    Raises:
        Wrong: it has none.
    """
    if isinstance(raw, str):
        raw = raw.strip()
    if raw is None or raw in ("", []):
        return None
    if isinstance(raw, Unusable):
        raise Wrong(raw.wrong, raw.expected)
    return _READERS[column.kind](column, raw)


def quoted(column: Column, raw: Any) -> str:
    """A cell as a fault may quote it: shortened, and never where it may hold a name or a case's text."""
    if column.kind in (Kind.LINE, Kind.TEXT):
        return "this text"
    told = str(raw)
    return repr(told if len(told) <= 40 else told[:37] + "...")


def _text(column: Column, raw: Any) -> str:
    if isinstance(raw, bool | list | dict | date | time | timedelta):
        raise Wrong(f"{_noun(raw)} stands where a text belongs", column.expected())
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        raw = int(raw)
    told = (raw if isinstance(raw, str) else str(raw)).replace("\r\n", "\n").replace("\r", "\n")
    if len(told) > column.limit:
        raise Wrong(f"this has {len(told):,} characters", column.expected())
    found = _CONTROL.search(told)
    if found:
        raise Wrong(f"this holds the control character U+{ord(found[0]):04X}", f"{column.expected()}, without it")
    return told


def _line(column: Column, raw: Any) -> str:
    told = _text(column, raw)
    if _LINES.search(told):
        raise Wrong("this has a line break or a tab in it", column.expected())
    return told


def _key(column: Column, raw: Any) -> str:
    told = _line(column, raw)
    if ";" in told:
        raise Wrong(f"{quoted(column, told)} has a semicolon in it", column.expected())
    return told


def _listed(column: Column, raw: Any) -> list[Any]:
    parts = raw if isinstance(raw, list) else str(_text(column, raw)).split(";")
    parts = [part.strip() if isinstance(part, str) else part for part in parts]
    parts = [part for part in parts if part not in (None, "")]
    if len(parts) > LONGEST_LIST:
        raise Wrong(f"this lists {len(parts):,} values", f"at most {LONGEST_LIST:,}")
    return parts


def _keys(column: Column, raw: Any) -> list[str]:
    keys = [_key(column, _plain(column, part)) for part in _listed(column, raw)]
    _no_doubles(column, keys)
    return keys


def _some_of(column: Column, raw: Any) -> list[Any]:
    chosen = [_one_of(column, _plain(column, part)) for part in _listed(column, raw)]
    _no_doubles(column, chosen)
    return chosen


def _no_doubles(column: Column, values: list[Any]) -> None:
    if len(set(values)) < len(values):
        twice = next(value for value in values if values.count(value) > 1)
        raise Wrong(f"{quoted(column, twice)} is listed twice", "each once")


def _plain(column: Column, part: Any) -> Any:
    if isinstance(part, Unusable):
        raise Wrong(part.wrong, part.expected)
    if isinstance(part, list | dict):
        raise Wrong("a list holds another list", column.expected())
    return part


def _one_of(column: Column, raw: Any) -> Any:
    told = "_".join(_line(column, raw).lower().replace("-", " ").split())
    if told not in column.members:
        raise Wrong(f"{quoted(column, raw)} is not known", column.expected())
    return column.terms(told) if column.terms else told


def _yes_no(column: Column, raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    told = str(raw).lower()
    if told in _YES or told in _NO:
        return told in _YES
    raise Wrong(f"{quoted(column, raw)} is neither yes nor no", column.expected())


def _date(column: Column, raw: Any) -> date:
    if isinstance(raw, datetime):
        if raw.time() != time():
            raise Wrong(f"{raw:%Y-%m-%d %H:%M} has a time of day", column.expected())
        return _within(raw.date())
    if isinstance(raw, date):
        return _within(raw)
    if isinstance(raw, str):
        found = _DATE.fullmatch(raw[:10])
        if found and (len(raw) == 10 or re.fullmatch(r"[T ]00:00(:00)?", raw[10:])):
            return _calendar(column, raw, found)
    raise Wrong(_no_date(column, raw), column.expected())


def _instant(column: Column, raw: Any) -> datetime:
    if isinstance(raw, datetime):
        rounded = raw + timedelta(microseconds=500)  # Excel keeps times as fractions of a day
        return _from_wall(rounded.replace(microsecond=rounded.microsecond // 1000 * 1000), column)
    if isinstance(raw, date):
        return start_of(_within(raw))
    if isinstance(raw, str):
        found = _DATE.fullmatch(raw)
        if found:
            return start_of(_calendar(column, raw, found))
        if _INSTANT.fullmatch(raw):
            try:
                return _from_wall(datetime.fromisoformat(raw.replace(" ", "T", 1).replace(" ", "")), column)
            except ValueError as error:
                raise Wrong(
                    f"{quoted(column, raw)} is not in the calendar or on the clock", column.expected()
                ) from error
    raise Wrong(_no_date(column, raw), column.expected())


def _from_wall(wall: datetime, column: Column) -> datetime:
    _within(wall.date())
    if wall.tzinfo is not None:
        return wall.astimezone(UTC)
    try:
        return from_london(wall)
    except ImpossibleTime as error:
        raise Wrong(str(error), column.expected()) from error


def _calendar(column: Column, raw: str, found: re.Match[str]) -> date:
    try:
        return _within(date(*map(int, found.groups())))
    except ValueError as error:
        raise Wrong(f"{quoted(column, raw)} is not in the calendar", column.expected()) from error


def _within(day: date) -> date:
    if day.year not in _YEARS:
        raise Wrong(f"the year {day.year} is out of reach", f"a year from {_YEARS[0]} to {_YEARS[-1]}")
    return day


def _no_date(column: Column, raw: Any) -> str:
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        if 1 <= raw < 110_000:
            meant = _EXCEL_DAY_0 + timedelta(days=int(raw))
            return f"{raw} is a bare number (as Excel's serial date it would mean {meant}): format the cell as a date"
        return f"{raw} is a number"
    told = str(raw)
    if re.fullmatch(r"\d{5}(\.\d+)?", told):
        meant = _EXCEL_DAY_0 + timedelta(days=int(told[:5]))
        return f"{quoted(column, raw)} is a bare number (as Excel's serial date it would mean {meant})"
    if re.fullmatch(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}.*", told):
        return f"{quoted(column, raw)} could be read with the day first or the month first"
    return f"{quoted(column, raw)} is no date that can be read"


def _noun(raw: Any) -> str:
    if isinstance(raw, bool):
        return "a yes or no"
    if isinstance(raw, list | dict):
        return "a list"
    return "a date or time"


def _fields(column: Column, raw: Any) -> dict[str, Any]:
    if isinstance(raw, str):
        parts = [part.partition("=") for part in _text(column, raw).split(";") if part.strip()]
        raw = {name.strip(): value.strip() for name, sign, value in parts if sign}
        if len(raw) != len(parts):
            raise Wrong("a named value has no = in it, or is given twice", column.expected())
    if not isinstance(raw, dict):
        raise Wrong(f"{_noun(raw)} stands where named values belong", column.expected())
    if len(raw) > 20:
        raise Wrong(f"this has {len(raw)} named values", "at most 20")
    return {_line(column, str(name)): _field(column, value) for name, value in raw.items() if value is not None}


def _field(column: Column, value: Any) -> Any:
    value = _plain(column, value)
    if isinstance(value, bool):
        return value
    told = _line(column, value)
    return told.lower() == "yes" or told.lower() == "true" if told.lower() in ("yes", "no", "true", "false") else told


_READERS: Mapping[Kind, Callable[[Column, Any], Any]] = {
    Kind.KEY: _key,
    Kind.LINE: _line,
    Kind.TEXT: _text,
    Kind.DATE: _date,
    Kind.INSTANT: _instant,
    Kind.YES_NO: _yes_no,
    Kind.ONE_OF: _one_of,
    Kind.SOME_OF: _some_of,
    Kind.KEYS: _keys,
    Kind.FIELDS: _fields,
}
