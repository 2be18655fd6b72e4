"""The people of a case: safe contact changed, privacy notices and undertakings noted (C14)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import bindparam, func, select

from okf.cases.commands.on_case import case_of, on_case, part_of
from okf.clock import london_date
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid
from okf.intake.contact_details import checked_contact
from okf.store.models import PrivacyNoticeGiven, SafeContactChange, ServiceUser, Undertaking
from okf.terms import Action
from okf.terms.intake import NoticeWay, UndertakingAnswer
from okf.validation import past_day, words_or_none

_CHANGES = select(func.count()).select_from(SafeContactChange).where(SafeContactChange.service_user == bindparam("who"))
Answer = tuple[UndertakingAnswer | None, date | None]
Notice = tuple[NoticeWay | None, date | None]


def change_safe_contact(
    desk: Desk, case_ref: str, service_user: str, *, told: Mapping[str, Any], seen: int, why: str | None = None
) -> bool:
    """Change how to reach somebody safely, for those who may read their part of the case; False if nothing differs.

    `seen` is how many changes there were when the form was opened.

    Raises:
        NotFound, Refused: as `on_case`.
        Conflict: somebody else changed it meanwhile.
        Invalid: a wrong number or address, or a text too long.
    """
    with _on_person(desk, Action.CHANGE_SAFE_CONTACT, case_ref, service_user) as deed:
        row = deed.session.get_one(ServiceUser, service_user)
        if deed.session.scalar(_CHANGES, {"who": service_user}) != seen:
            raise Conflict("Somebody else changed this safe contact meanwhile. Look at it again; nothing was changed.")
        changed = change_within(deed, row, checked_contact(told), why=words_or_none("Why", why, at_most=2_000))
        deed.note(changed=changed)
    return bool(changed)


def change_within(deed: Deed, row: ServiceUser, told: Mapping[str, Any], *, why: str | None) -> list[str]:
    """Change checked values of a service user and keep the old ones in the history; the names of what changed."""
    changed = sorted(name for name, value in told.items() if getattr(row, name) != value)
    if changed:
        deed.add(
            SafeContactChange(
                service_user=row.ref,
                changed_at=deed.at,
                changed_by=deed.question.person.username,
                changed=changed,
                before=json.dumps({name: getattr(row, name) for name in changed}, ensure_ascii=False),
                why=why,
            )
        )
        for name in changed:
            setattr(row, name, told[name])
    return changed


def note_undertaking(
    desk: Desk, case_ref: str, service_user: str, *, answer: UndertakingAnswer, on: date | None = None
) -> None:
    """Note that a service user was asked for the undertaking, gave it or declined it. Nothing waits for it.

    Raises:
        NotFound, Refused: as `on_case`.
        Invalid: somebody who is not of this case, or a day to come.
    """
    with _on_person(desk, Action.NOTE_UNDERTAKING, case_ref, service_user) as deed:
        note_within(deed, service_user, undertaking=(answer, on))
        deed.note(notice=None, undertaking=answer)


def note_privacy_notice(
    desk: Desk, case_ref: str, service_user: str, *, way: NoticeWay, on: date | None = None
) -> None:
    """Note that a service user was given the privacy notice, and how.

    Raises:
        NotFound, Refused, Invalid: as `note_undertaking`.
    """
    with _on_person(desk, Action.NOTE_UNDERTAKING, case_ref, service_user) as deed:
        note_within(deed, service_user, notice=(way, on))
        deed.note(notice=way, undertaking=None)


def note_within(
    deed: Deed, service_user: str, *, notice: Notice = (None, None), undertaking: Answer = (None, None)
) -> None:
    """Keep what was told and promised within another deed; what has no answer is not kept."""
    today, by = london_date(deed.at), deed.question.person.username
    way, given_on = notice
    if way is not None:
        deed.add(
            PrivacyNoticeGiven(
                service_user=service_user,
                given_on=past_day("Given on", given_on or today, deed.at),
                way=way,
                noted_by=by,
                noted_at=deed.at,
            )
        )
    answer, answered_on = undertaking
    if answer is not None:
        deed.add(
            Undertaking(
                service_user=service_user,
                answer=answer,
                answered_on=past_day("Answered on", answered_on or today, deed.at),
                noted_by=by,
                noted_at=deed.at,
            )
        )


@contextmanager
def _on_person(desk: Desk, action: Action, case_ref: str, service_user: str) -> Iterator[Deed]:
    """A permitted deed on a person of a case, for those who may read that person's part of it."""
    with on_case(desk, action, case_ref, compartment=part_of(desk, case_ref, service_user)) as deed:
        case = case_of(deed)
        if service_user not in (*case.parties, *case.children):
            raise Invalid("Whose", "choose somebody of this case.")
        deed.about(service_user, case_ref)
        yield deed
