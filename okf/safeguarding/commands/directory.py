"""The directory of local authorities: entered, changed, checked and taken off by the safeguarding leads (C9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Any, Final

from sqlalchemy import String, delete, update

from okf.clock import london_date
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, NotFound
from okf.intake.contact_details import email_or_none, phone_or_none
from okf.policy.directory import LABELS, Authority, Step, refusals
from okf.safeguarding.queries.directory import authorities, steps_of
from okf.store.models import AuthorityStep, LocalAuthority
from okf.terms import Action
from okf.validation import words, words_or_none

_WHO: Final = 200
_AREA: Final = 80
_KEPT: Final = [one.name for one in fields(Authority) if one.name not in ("id", "steps", "areas")]
LENGTHS: Final[Mapping[str, int]] = {
    name: kept.length or 0 for name in LABELS if isinstance(kept := LocalAuthority.__table__.c[name].type, String)
}


def enter_authority(desk: Desk, told: Authority) -> int:
    """Put an authority in the directory, as checked today by whoever enters it; its number.

    Raises:
        Refused: they are no safeguarding lead.
        Invalid: it has no name, is there already, or a field can't be kept.
    """
    checked = _cleaned(told)
    with desk.permitted(Action.CHANGE_DIRECTORY) as deed:
        today = london_date(deed.at)
        checked = replace(checked, id=None, checked_on=today, checked_by=str(desk.actor))
        _refuse(checked, authorities(deed.session), today)
        return put(deed, checked)


def change_authority(desk: Desk, number: int, told: Authority, *, seen: str) -> None:
    """Change what the directory says of an authority; when it was last checked stays as it was.

    `seen` is the mark of what it said as its writer began.

    Raises:
        Refused: they are no safeguarding lead.
        NotFound: it is not there.
        Conflict: somebody else changed it meanwhile.
        Invalid: as `enter_authority`.
    """
    checked = _cleaned(told)
    with desk.permitted(Action.CHANGE_DIRECTORY) as deed:
        row, others = _unchanged(deed, number, seen)
        checked = replace(checked, id=number, checked_on=row.checked_on, checked_by=row.checked_by)
        _refuse(checked, others, london_date(deed.at))
        put(deed, checked)


def check_authority(desk: Desk, number: int, *, seen: str) -> None:
    """Put on record that somebody looked today whether an authority's numbers, of this mark, are right.

    Raises:
        Refused: they are no safeguarding lead.
        NotFound: it is not there.
        Conflict: somebody else changed it meanwhile.
    """
    with desk.permitted(Action.CHANGE_DIRECTORY) as deed:
        row, _ = _unchanged(deed, number, seen)
        row.checked_on, row.checked_by = london_date(deed.at), str(desk.actor)
        deed.about(row.name)
        deed.note(did="checked")


def remove_authority(desk: Desk, number: int) -> None:
    """Take an authority off the directory; what was sent to it keeps its words.

    Raises:
        Refused: they are no safeguarding lead.
        NotFound: it is not there.
    """
    with desk.permitted(Action.CHANGE_DIRECTORY) as deed:
        row = _row(deed, number)
        deed.about(row.name)
        deed.note(did="taken off")
        deed.session.execute(delete(AuthorityStep).where(AuthorityStep.authority_id == number))
        deed.session.delete(row)


def put(deed: Deed, told: Authority) -> int:
    """Write an entry that was found right, new or in the place of the one on file; its number."""
    row = LocalAuthority() if told.id is None else _row(deed, told.id)
    values = {name: getattr(told, name) for name in _KEPT} | {"areas": list(told.areas)}
    changed = [name for name, value in values.items() if told.id is not None and getattr(row, name) != value]
    if told.is_default:
        others = LocalAuthority.id != (told.id or 0)
        deed.session.execute(update(LocalAuthority).where(LocalAuthority.is_default, others).values(is_default=False))
    for name, value in values.items():
        setattr(row, name, value)
    deed.add(row)
    deed.session.flush()
    if told.steps != steps_of(deed.session, row.id):
        changed.append("steps")
        deed.session.execute(delete(AuthorityStep).where(AuthorityStep.authority_id == row.id))
        deed.add(
            *(
                AuthorityStep(
                    authority_id=row.id, place=place, who=one.who, contact=one.contact, working_days=one.working_days
                )
                for place, one in enumerate(told.steps, start=1)
            )
        )
    deed.about(row.name)
    deed.note(did="entered" if told.id is None else "changed", changed=changed)
    return row.id


def _row(deed: Deed, number: int) -> LocalAuthority:
    found = deed.session.get(LocalAuthority, number)
    if found is None:
        raise NotFound("There is no such authority in the directory.")
    return found


def _unchanged(deed: Deed, number: int, seen: str) -> tuple[LocalAuthority, list[Authority]]:
    """The row of an authority that says what somebody saw, and all others.

    Raises:
        NotFound: it is not there.
        Conflict: it says something else by now.
    """
    row, stand = _row(deed, number), authorities(deed.session)
    if any(one.id == number and one.mark != seen for one in stand):
        raise Conflict(f"Somebody else changed {row.name} meanwhile. Nothing was kept: look at what it says now.")
    return row, [one for one in stand if one.id != number]


def _cleaned(told: Authority) -> Authority:
    """The entry with its texts, numbers and addresses in the form that is kept.

    Raises:
        Invalid: one of them can't be kept.
    """
    kept: dict[str, Any] = {"name": words(LABELS["name"], told.name, at_most=LENGTHS["name"])}
    for name, most in LENGTHS.items():
        label, given = LABELS[name], getattr(told, name)
        if name.endswith("_phone"):
            kept[name] = phone_or_none(label, given)
        elif name.endswith("_email"):
            kept[name] = email_or_none(label, given)
        elif name != "name":
            kept[name] = words_or_none(label, given, at_most=most)
    areas = [words(LABELS["areas"], one, at_most=_AREA) for one in told.areas if one.strip()]
    steps = [
        Step(
            words(f"Step {place}: role or name", one.who, at_most=_WHO),
            words_or_none(f"Step {place}: how to reach them", one.contact, at_most=_WHO),
            one.working_days,
        )
        for place, one in enumerate(told.steps, start=1)
    ]
    return replace(told, **kept, areas=tuple(dict.fromkeys(areas)), steps=tuple(steps))


def _refuse(told: Authority, others: Iterable[Authority], today: date) -> None:
    for field, why in refusals(told, others, today):
        raise Invalid(LABELS.get(field, field.capitalize()), f"{why}.")
