"""The rota: when somebody is on duty for safeguarding, as what, on which telephone; and the ladder's settings (C9)."""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from io import StringIO
from itertools import islice
from typing import Any, Final

from sqlalchemy import bindparam, select

from okf.clock import london_date
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, NotFound
from okf.intake.contact_details import phone_or_none
from okf.load.settings import BOUNDS
from okf.store import duty
from okf.store.models import PolicySetting, RotaShift
from okf.store.rota import minute_of
from okf.terms import Action
from okf.terms.rota import RotaPlace

AHEAD_MOST: Final = timedelta(days=2 * 366)
SHIFTS_MOST: Final = 500
# The settings of the ladder, as the screen calls them.
LADDER: Final[Mapping[str, str]] = {
    "ladder_before_hours": "Hours before it is due that the lead hears (0: not before)",
    "ladder_deputy_minutes": "Immediate or high, minutes past until the deputies hear",
    "ladder_trustee_minutes": "Immediate or high, minutes past until the trustee hears",
    "ladder_deputy_hours": "All others, hours after the lead until the deputies hear",
    "ladder_trustee_hours": "All others, hours after the lead until the trustee hears",
    "ladder_from_hour": "All others, from this hour of the day",
    "ladder_to_hour": "All others, until this hour of the day",
}
COLUMNS: Final = ("who", "as", "telephone", "date", "from", "to")
_COPIED: Final = ("person", "place", "phone", "weekday", "first_on", "last_on", "starts", "ends")
_WEEK: Final = timedelta(days=7)
_THEIRS = select(RotaShift).where(RotaShift.id.in_(bindparam("ids", expanding=True)))
_OF_WEEK = select(RotaShift).where(
    RotaShift.weekday.is_(None),
    RotaShift.removed_at.is_(None),
    RotaShift.first_on >= bindparam("first"),
    RotaShift.first_on < bindparam("end"),
)


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of duty to be entered: `on` one day, or on each of `weekdays` (0 is Monday) `on` that day and from then on.

    `person` empty says that nobody is on duty as this on that day. They end
    on the next day if `ends` is not after `starts`.
    """

    person: str | None
    place: RotaPlace
    phone: str | None
    on: date
    starts: time
    ends: time
    weekdays: frozenset[int] = frozenset()
    last_on: date | None = None


def enter_hours(desk: Desk, hours: Sequence[Hours]) -> tuple[int, ...]:
    """Put hours of duty on the rota, all or none; their numbers.

    Raises:
        Refused: their role does not include it.
        Invalid: somebody does not lead, a number is missing, a day has gone by, or there are none or too many.
        Conflict: it stands on the rota already.
    """
    if not 0 < len(hours) <= SHIFTS_MOST:
        raise Invalid("Hours", f"enter between 1 and {SHIFTS_MOST} at once.")
    with desk.permitted(Action.KEEP_ROTA) as deed:
        return _entered(deed, [row for one in hours for row in _rows(deed, one)])


def enter_file(desk: Desk, text: str) -> tuple[int, ...]:
    """Put the days of a CSV file on the rota, a line each: who, as, telephone, date, from, to; their numbers.

    `who` is a username, `as` lead, deputy or second, the date 2026-12-24, the times 17:00; nobody is `nobody`.

    Raises:
        Invalid: a line can't be read; it says which, and nothing is entered. And as `enter_hours`.
    """
    rows = csv.DictReader(StringIO(text.lstrip("\ufeff")))
    names = tuple((name or "").strip().casefold() for name in rows.fieldnames or ())
    if missing := [one for one in COLUMNS if one not in names]:
        raise Invalid("The file", f"its first line must name the columns {', '.join(COLUMNS)}; missing: {missing[0]}.")
    with desk.permitted(Action.KEEP_ROTA) as deed:
        found: list[RotaShift] = []
        for line, row in enumerate(islice(rows, SHIFTS_MOST), start=2):
            told = {(name or "").strip().casefold(): str(value or "").strip() for name, value in row.items()}
            try:
                found += _rows(deed, _of_line(told)) if any(told.values()) else []
            except Invalid as error:
                raise Invalid(f"Line {line}", str(error)) from error
        return _entered(deed, found)


def copy_week(desk: Desk, monday: date) -> tuple[int, ...]:
    """Put the single days of the week before this Monday on the same weekdays of its week too; their numbers.

    Raises:
        Refused, Invalid: as `enter_hours`.
        NotFound: the week before has no single days.
        Conflict: all of them stand there already.
    """
    with desk.permitted(Action.KEEP_ROTA) as deed:
        before = deed.session.scalars(_OF_WEEK, {"first": monday - _WEEK, "end": monday}).all()
        if not before:
            raise NotFound("The week before has no single days to copy; what holds every week needs no copying.")
        today = london_date(deed.at)
        wanted = [
            _copy(deed, row, first_on=row.first_on + _WEEK, last_on=row.first_on + _WEEK)
            for row in before
            if row.first_on + _WEEK >= today
        ]
        return _entered(deed, [row for row in wanted if not _stands(deed, row)])


def remove_hours(desk: Desk, ids: Collection[int]) -> None:
    """Take hours off the rota; they stay on file.

    Raises:
        Refused: their role does not include it.
        NotFound: one is not on the rota, or was removed already.
    """
    with desk.permitted(Action.KEEP_ROTA) as deed:
        for row in _found(deed, ids):
            row.removed_at, row.removed_by = deed.at, str(desk.actor)
        deed.note(did="removed", hours=len(ids))


def restore_hours(desk: Desk, ids: Collection[int]) -> tuple[int, ...]:
    """Put hours that were removed on the rota again, as they were; their new numbers.

    Raises:
        Refused: their role does not include it.
        NotFound: one was not removed.
    """
    with desk.permitted(Action.KEEP_ROTA) as deed:
        return _entered(deed, [_copy(deed, row) for row in _found(deed, ids, removed=True)])


def set_ladder(desk: Desk, numbers: Mapping[str, int], *, seen: Mapping[str, int]) -> None:
    """Set how soon the next one hears of a clock, and between which hours, from now on.

    `seen` are the numbers that held as the form was opened.

    Raises:
        Refused: their role does not include it.
        Invalid: a number is out of its bounds, the trustee would hear before the deputies, or the hours end before
            they begin.
        Conflict: somebody else set one meanwhile, or nothing would change.
    """
    for name, value in numbers.items():
        least, most = BOUNDS[name]
        if name not in LADDER or not least <= value <= most:
            raise Invalid(LADDER.get(name, name), f"choose between {least} and {most}.")
    if numbers["ladder_from_hour"] >= numbers["ladder_to_hour"]:
        raise Invalid(LADDER["ladder_to_hour"], "choose a later hour than the one from which they are told.")
    for sooner, later in (
        ("ladder_deputy_minutes", "ladder_trustee_minutes"),
        ("ladder_deputy_hours", "ladder_trustee_hours"),
    ):
        if numbers[sooner] > numbers[later]:
            raise Invalid(LADDER[later], f"choose at least as many as for “{LADDER[sooner]}”: the deputies hear first.")
    with desk.permitted(Action.SET_LADDER) as deed:
        now = deed.question.settings
        if others := [f"{LADDER[name]}: {getattr(now, name)}" for name in seen if getattr(now, name) != seen[name]]:
            raise Conflict(
                f"Somebody else set the ladder meanwhile. Now it is {'; '.join(others)}. Nothing was kept, and your"
                " numbers are still in the form: look at all of them, then set them."
            )
        changed = {name: value for name, value in numbers.items() if getattr(now, name) != value}
        if not changed:
            raise Conflict("Nothing is different from what holds already.")
        for name, value in changed.items():
            deed.add(PolicySetting(name=name, value={"is": value}, holds_from=deed.at, set_by=str(desk.actor)))
        deed.note(**changed)


def _rows(deed: Deed, hours: Hours) -> list[RotaShift]:
    today = london_date(deed.at)
    if hours.on < today - timedelta(days=1) or hours.on > today + AHEAD_MOST:
        raise Invalid(
            "From" if hours.weekdays else "Day",
            "choose yesterday, whose night may still last, or a day to come within two years.",
        )
    if hours.last_on is not None and hours.last_on < hours.on:
        raise Invalid("Last day", "it lies before the first day.")
    phone = None
    if hours.person is not None:
        if hours.person not in duty.leads(deed.session, deed.at):
            raise Invalid("Who", "choose a safeguarding lead or deputy whose account is on: nobody else may be told.")
        phone = phone_or_none("Telephone", hours.phone)
        if phone is None:
            raise Invalid("Telephone", "give the number on which they are rung in these hours.")
    elif hours.weekdays:
        raise Invalid("Who", "that nobody is on duty is said of single days. For every week leave those hours out.")
    weekly: list[int | None] = [*sorted(hours.weekdays)]
    return [
        RotaShift(
            person=hours.person,
            place=hours.place,
            phone=phone,
            weekday=weekday,
            first_on=hours.on,
            last_on=hours.last_on if weekly else hours.on,
            starts=minute_of(hours.starts),
            ends=minute_of(hours.ends),
        )
        for weekday in weekly or [None]
    ]


def _entered(deed: Deed, rows: Sequence[RotaShift]) -> tuple[int, ...]:
    if not rows:
        raise Conflict("All of it stands on the rota already.")
    for row in rows:
        if _stands(deed, row):
            raise Conflict("These hours stand on the rota already.")
        row.entered_by, row.entered_at = deed.question.person.username, deed.at
        deed.add(row)
        deed.session.flush()
    deed.note(did="entered", hours=len(rows), people=sorted({row.person or "nobody" for row in rows}))
    return tuple(row.id for row in rows)


def _stands(deed: Deed, row: RotaShift) -> bool:
    same = (getattr(RotaShift, name).is_not_distinct_from(getattr(row, name)) for name in _COPIED)
    return deed.session.scalars(select(RotaShift.id).where(RotaShift.removed_at.is_(None), *same)).first() is not None


def _copy(deed: Deed, row: RotaShift, **other: Any) -> RotaShift:
    if row.person is not None and row.person not in duty.leads(deed.session, deed.at):
        raise Invalid("Who", f"{row.person} leads no longer: enter these hours for somebody who does.")
    return RotaShift(**{name: getattr(row, name) for name in _COPIED} | other)


def _found(deed: Deed, ids: Collection[int], *, removed: bool = False) -> Sequence[RotaShift]:
    rows = deed.session.scalars(_THEIRS, {"ids": list(ids)}).all()
    if not rows or len(rows) != len(set(ids)) or any((row.removed_at is not None) is not removed for row in rows):
        raise NotFound("That is not on the rota any more: look at it as it is now.")
    return rows


def _of_line(told: Mapping[str, str]) -> Hours:
    nobody = told["who"].casefold() == "nobody"
    try:
        place = RotaPlace(told["as"].casefold())
        on = date.fromisoformat(told["date"])
        starts, ends = time.fromisoformat(told["from"]), time.fromisoformat(told["to"])
    except ValueError as error:
        raise Invalid("As, date, from, to", "write lead, deputy or second; 2026-12-24; and times as 17:00.") from error
    return Hours(None if nobody else told["who"], place, told["telephone"], on, starts, ends)
