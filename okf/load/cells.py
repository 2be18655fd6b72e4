"""How a cell becomes a value of its column's kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from okf.clock import ImpossibleTime, day_after, end_of, from_london, start_of, without_zone
from okf.dates import Order, days_in_figures, written_day
from okf.errors import Invalid
from okf.intake.contact_details import email_or_none, is_placeholder, phone_or_none
from okf.load.faults import Wrong
from okf.load.specs import Column, Kind
from okf.load.tables import Unusable
from okf.signs import LINE, unusable, without_steering

LONGEST_LIST = 1_000  # our default

_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?\s?(Z|[+-]\d{2}:?\d{2})?")
_TIMED = re.compile(
    r"(?P<day>.+?)(?:T|,?\s+(?:at\s+)?)(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?"
)
_LINES = re.compile(r"[\r\n\t\u2028\u2029]")
_YES = frozenset({"yes", "y", "true", "on", "1"})
_NO = frozenset({"no", "n", "false", "off", "0"})
_YEARS = range(1900, 2200)
_EXCEL_DAY_0 = datetime(1899, 12, 30)  # noqa: DTZ001 -- a workbook's days have no zone
_FIRST, _PAST = 10_000, 110_000  # Excel's days from 1927 to 2201: a smaller number may be a year
_KNOWN_OR_EMPTY = frozenset({Kind.NAME, Kind.PHONE, Kind.EMAIL, Kind.DATE, Kind.INSTANT})


@dataclass(frozen=True, slots=True)
class Reading:
    """How the dates of a table are read.

    `order` says which comes first in figures that can be read either way;
    `strict`, that no figures are read otherwise. `epoch` is the day from which
    a sheet of Excel counts, None for what is no sheet.
    """

    order: Order = Order.DAY_FIRST
    strict: bool = True
    epoch: datetime | None = None


BRITISH: Final = Reading()


def value_of(column: Column, raw: Any, reading: Reading = BRITISH) -> Any:
    """The value of a cell; None for an empty one.

    Raises:
        Wrong: it has none.
    """
    if isinstance(raw, str):
        raw = raw.strip()
    if is_empty(raw):
        return None
    if isinstance(raw, Unusable):
        raise Wrong(raw.wrong, raw.expected)
    if column.kind is Kind.DATE:
        return _date(column, raw, reading)
    if column.kind is Kind.INSTANT:
        return _instant(column, raw, reading)
    return _READERS[column.kind](column, raw)


def is_empty(raw: Any) -> bool:
    """Whether a cell says nothing."""
    return raw is None or raw == [] or (isinstance(raw, str) and not raw.strip())


def stands_for_nothing(column: Column, raw: Any) -> bool:
    """Whether a cell holds a placeholder where a name, a number, an address or a date belongs."""
    return column.kind in _KNOWN_OR_EMPTY and isinstance(raw, str) and is_placeholder(raw)


def quoted(column: Column, raw: Any) -> str:
    """A cell as a fault may quote it: shortened, and never where it may hold a name or a case's text."""
    if column.kind in (Kind.LINE, Kind.TEXT, Kind.NAME, Kind.PHONE, Kind.EMAIL):
        return "this text"
    told = str(raw)
    return repr(told if len(told) <= 40 else told[:37] + "...")


def _text(column: Column, raw: Any) -> str:
    if isinstance(raw, bool | list | dict | date | time | timedelta):
        raise Wrong(f"{_noun(raw)} stands where a text belongs", column.expected())
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        raw = int(raw)
    told = (raw if isinstance(raw, str) else str(raw)).replace("\r\n", "\n").replace("\r", "\n")
    if column.limit > LINE:
        told = without_steering(told)
    if len(told) > column.limit:
        raise Wrong(f"this has {len(told):,} characters", f"at most {column.limit:,} characters")
    return _usable(column, told, line=False)


def _usable(column: Column, told: str, *, line: bool) -> str:
    wrong = unusable(told, line=line)
    if wrong:
        raise Wrong(wrong, f"{column.expected()}, without it")
    return told


def _line(column: Column, raw: Any) -> str:
    told = _text(column, raw)
    if _LINES.search(told):
        raise Wrong("this has a line break or a tab in it", column.expected())
    return _usable(column, told, line=True)


def _phone(column: Column, raw: Any) -> str | None:
    return _normal(column, raw, phone_or_none)


def _email(column: Column, raw: Any) -> str | None:
    return _normal(column, raw, email_or_none)


def _normal(column: Column, raw: Any, normal: Callable[[str, str | None], str | None]) -> str | None:
    try:
        return normal(column.name, _line(column, raw))
    except Invalid as wrong:
        raise Wrong(wrong.why.rstrip("."), column.expected()) from wrong


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


def _date(column: Column, raw: Any, reading: Reading) -> date:
    wall = _wall(column, raw, reading)
    if isinstance(wall, datetime):
        if wall.tzinfo is not None or wall.time() != time():
            raise Wrong(f"{wall:%Y-%m-%d %H:%M} has a time of day", column.expected())
        wall = wall.date()
    return day_after(wall) if column.lasts else wall


def _instant(column: Column, raw: Any, reading: Reading) -> datetime:
    wall = _wall(column, raw, reading)
    if isinstance(wall, datetime):
        return _from_wall(wall, column)
    return end_of(wall) if column.lasts else start_of(wall)


def _wall(column: Column, raw: Any, reading: Reading) -> date | datetime:
    """A date, or a time on the clock without its zone, unless the text gives one."""
    if reading.epoch is not None and _is_serial(raw):
        raw = reading.epoch + timedelta(days=raw)
        raw = raw.date() if raw.time() == time() else raw
    if isinstance(raw, datetime):
        rounded = raw + timedelta(microseconds=500)  # Excel keeps times as fractions of a day
        wall = rounded.replace(microsecond=rounded.microsecond // 1000 * 1000)
        _within(wall.date())
        return wall.date() if reading.epoch is not None and wall.time() == time() else wall  # in Excel a day is that
    if isinstance(raw, date):
        return _within(raw)
    if not isinstance(raw, str):
        raise Wrong(_no_date(raw, reading), column.expected())
    told, zone = without_zone(raw)
    if zone is not None:
        read = _wall(column, told, reading)
        return _in_london(read, column, zone) if isinstance(read, datetime) and read.tzinfo is None else read
    try:
        if _INSTANT.fullmatch(raw):
            return datetime.fromisoformat(raw.replace(" ", "T", 1).replace(" ", ""))
        day = _day(raw, reading)
        if day is not None:
            return _within(day)
        timed = _TIMED.fullmatch(raw)
        day = _day(timed["day"], reading) if timed else None
        if timed and day is not None:
            clock = time(int(timed["hour"]), int(timed["minute"]), int(timed["second"] or 0))
            return datetime.combine(_within(day), clock)
    except ValueError as error:
        raise Wrong(f"{quoted(column, raw)} is not in the calendar or on the clock", column.expected()) from error
    raise Wrong(_no_date(raw, reading), column.expected())


def _day(told: str, reading: Reading) -> date | None:
    """The day that a text says, in the order of its file, and where that can't be and the file has both, in the other.

    Raises:
        ValueError: it is not in the calendar.
    """
    days = {} if reading.strict else days_in_figures(told)
    if days:
        return days.get(reading.order) or next(iter(days.values()))
    return written_day(told, reading.order)


def day_of(told: str) -> str:
    """The part of a date and time that is the date, as it is written."""
    timed = _TIMED.fullmatch(without_zone(told.strip())[0])
    return timed["day"] if timed else told.strip()


def _from_wall(wall: datetime, column: Column) -> datetime:
    _within(wall.date())
    return wall.astimezone(UTC) if wall.tzinfo is not None else _in_london(wall, column)


def _in_london(wall: datetime, column: Column, zone: str | None = None) -> datetime:
    try:
        return from_london(wall, zone)
    except ImpossibleTime as error:
        raise Wrong(str(error), column.expected()) from error


def _within(day: date) -> date:
    if day.year not in _YEARS:
        raise Wrong(f"the year {day.year} is out of reach", f"a year from {_YEARS[0]} to {_YEARS[-1]}")
    return day


def _is_serial(raw: Any) -> bool:
    return isinstance(raw, int | float) and not isinstance(raw, bool) and _FIRST <= raw < _PAST


def _no_date(raw: Any, reading: Reading) -> str:
    told = repr(raw if len(str(raw)) <= 40 else f"{str(raw)[:37]}...")
    if _is_serial(raw) or re.fullmatch(r"[1-9]\d{4}(\.\d+)?", str(raw), re.ASCII):
        meant = (reading.epoch or _EXCEL_DAY_0) + timedelta(days=int(float(raw)))
        return f"{told} is a bare number (as Excel's serial date it would mean {meant:%Y-%m-%d})"
    if isinstance(raw, int | float) or re.search(r"\D\d{2}$", str(raw)):
        return f"{told} is no date that can be read: a date has a day, a month and all four figures of its year"
    return f"{told} is no date that can be read"


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
    Kind.NAME: _line,
    Kind.PHONE: _phone,
    Kind.EMAIL: _email,
    Kind.TEXT: _text,
    Kind.YES_NO: _yes_no,
    Kind.ONE_OF: _one_of,
    Kind.SOME_OF: _some_of,
    Kind.KEYS: _keys,
    Kind.FIELDS: _fields,
}
