"""Whose word it is how somebody is reached: what may be used, what only stands as told, and who may know it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from okf.terms.intake import ContactCheck

AVOID: Final = "do_not_contact_by"
SAFE_WAYS: Final = ("voicemail_safe", "post_safe")
BEHIND_SHOW: Final = ("address", "code_word")
APART: Final = "; "  # between the ways by which nobody must contact somebody
WAYS: Final = ("Calls", "Voicemail", "Text messages", "E-mail", "Post", "At work", "Through the other parent", "Visits")
BIRTH: Final = ("date_of_birth", "told_age", "told_age_on")
ANOTHER_WAY: Final = "Another way: ask them first"
_LISTED: Final = {way.casefold(): way for way in WAYS}


@dataclass(frozen=True, slots=True)
class Statement:
    """What one source told of one person, by column; a value of None took away what stood there.

    `told_by` is a service user, or None where the source is unknown. It is
    callable only as the person's own word, or once a worker checked it with them.
    """

    id: int
    service_user: str
    told_by: str | None
    told_at: datetime | None
    noted_by: str | None
    noted_at: datetime | None
    checked_how: ContactCheck | None
    checked_at: datetime | None
    checked_by: str | None
    told: Mapping[str, Any]
    why: str | None = None

    @property
    def is_theirs(self) -> bool:
        """Whether it stands on the person's own side: no other person told it."""
        return self.told_by in (None, self.service_user)


@dataclass(frozen=True, slots=True)
class Claim:
    """What stands as somebody told it, not checked with the person: never a way to reach them."""

    statement: Statement
    values: Mapping[str, Any]


def reached(statements: Sequence[Statement]) -> dict[str, Any]:
    """The values by which somebody is reached, of their statements in order: the newest checked ones.

    A prohibition is in force whoever told it, until the person themselves says otherwise. Of one that another
    person told, the ways of the list stand, and none of the teller's own words (C2).
    """
    values: dict[str, Any] = {}
    for one in statements:
        if one.checked_how is not None:
            values |= one.told
            continue
        values |= {way: False for way in SAFE_WAYS if one.told.get(way) is False}
        if more := ways(one.told.get(AVOID)) if one.is_theirs else _of_the_list(one.told.get(AVOID)):
            values[AVOID] = APART.join(dict.fromkeys([*ways(values.get(AVOID)), *more]))
    return {name: value for name, value in values.items() if value is not None}


def claims(statements: Sequence[Statement]) -> tuple[Claim, ...]:
    """What still stands as it was told, the newest first.

    A later word of the same source replaces a value; the person's own word
    replaces what is of unknown source, and nothing that another person told.
    """
    found = []
    for place, one in enumerate(statements):
        if one.checked_how is not None:
            continue
        later = [more for more in statements[place + 1 :] if more.told_by == one.told_by]
        if one.is_theirs:
            later += [more for more in statements[place + 1 :] if more.checked_how is not None]
        gone = {name for more in later for name in more.told}
        if values := {name: told for name, told in one.told.items() if told is not None and name not in gone}:
            found.append(Claim(one, values))
    return tuple(reversed(found))


def in_sight(statements: Sequence[Statement], whose: str, reads: Callable[[str], bool]) -> list[Statement]:
    """Those of one person's statements that a reader may know who `reads` these people's own parts of the case.

    What another person told is on the teller's side alone (C2).
    """
    return [one for one in statements if reads(whose if one.is_theirs else str(one.told_by))]


def of_another_case(one: Statement) -> Statement:
    """What is left of a statement where its case is not in sight: an age, and prohibitions in the words of the list."""
    told = {name: one.told[name] for name in BIRTH if name in one.told}
    told |= {way: False for way in SAFE_WAYS if one.told.get(way) is False}
    if avoid := _of_the_list(one.told.get(AVOID)):
        told[AVOID] = APART.join(avoid)
    return replace(one, told=told, noted_by=None, checked_by=None, why=None)


def _of_the_list(kept: str | None) -> list[str]:
    return list(dict.fromkeys(_LISTED.get(way.casefold(), ANOTHER_WAY) for way in ways(kept)))


def not_listed(kept: str | None) -> list[str]:
    """Those of the ways that are in somebody's own words, and not of the list."""
    return [way for way in ways(kept) if way.casefold() not in _LISTED]


def ways(kept: str | None) -> list[str]:
    """The ways by which nobody must contact somebody, as they are kept."""
    return [way for way in (kept or "").split(APART) if way]
