"""The people of a case: safe contact checked with them and shown, privacy notices and undertakings noted (C14)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from okf.asker import family
from okf.cases.commands.on_case import case_of, on_case, part_of
from okf.cases.queries.case import shown_of
from okf.cases.queries.told_here import told_here
from okf.clock import london_date, start_of
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid
from okf.intake.contact_details import checked_contact, refuse_safely
from okf.policy.contact import BEHIND_SHOW, Statement, claims, reached
from okf.policy.least import CONTACT
from okf.store.contact import put_on_file, written
from okf.store.least import least_on
from okf.store.models import ContactStatement, PrivacyNoticeGiven, Undertaking
from okf.terms import Action
from okf.terms.intake import ContactCheck, NoticeWay, UndertakingAnswer
from okf.validation import past_day, words, words_or_none

Answer = tuple[UndertakingAnswer | None, date | None]
Notice = tuple[NoticeWay | None, date | None]
Noted = tuple[str, datetime]  # by whom and when


def check_contact(
    desk: Desk,
    case_ref: str,
    service_user: str,
    *,
    told: Mapping[str, Any],
    how: ContactCheck,
    on: date | None = None,
    seen: int,
    why: str | None = None,
) -> bool:
    """Keep how somebody is reached as it was checked with them, which makes it callable; False if nothing differs.

    For those who may read their part of the case. `seen` is how many
    statements stood on their side when the form was opened. What another
    person told of them stays on that person's side as it is.

    Raises:
        NotFound, Refused: as `on_case`.
        Conflict: somebody else changed it meanwhile.
        Invalid: a wrong number, address or date, a day to come, or a text too long.
    """
    with _on_person(desk, Action.CHANGE_SAFE_CONTACT, case_ref, service_user) as deed:
        statements = _told_here(deed, service_user)
        if sum(one.is_theirs for one in statements) != seen:
            raise Conflict("Somebody else changed this safe contact meanwhile. Look at it again; nothing was changed.")
        day = past_day("Checked on", on, deed.at) if on else london_date(deed.at)
        at = deed.at if day == london_date(deed.at) else start_of(day)
        values = checked_contact(told) | _age(told, deed.at)
        theirs = reached([one for one in statements if one.checked_how is not None])
        stands = reached(statements)
        changed = {
            name: value
            for name, value in values.items()
            if theirs.get(name) != value or (value is None and name in stands)
        }
        if "told_age" not in changed:
            changed.pop("told_age_on", None)
        if changed:
            told_of = words_or_none("Why", why, at_most=2_000)
            state_within(deed, service_user, changed, told_by=service_user, told_at=at, how=how, why=told_of)
        deed.note(changed=sorted(changed), how=how)
    return bool(changed)


def show_contact(desk: Desk, case_ref: str, service_user: str) -> dict[str, str]:
    """The address and code word of somebody, for those who read their part and need them; it goes on the record.

    Raises:
        NotFound, Refused: as `on_case`.
    """
    with _on_person(desk, Action.SHOW_CONTACT, case_ref, service_user) as deed:
        stands = reached(_told_here(deed, service_user))
        seen = least_on(deed.session, replace(deed.question, action=Action.OPEN_CASE))
        stands = shown_of(stands, seen, service_user)
        shown = {name: str(stands[name]) for name in BEHIND_SHOW if stands.get(name)}
        deed.note(shown=sorted(shown))
    return shown


def show_told(desk: Desk, case_ref: str, service_user: str, *, told_by: str | None) -> dict[str, str]:
    """What one source told of somebody's address and code word and was never checked, for who reads the source's part.

    It goes on the record, and is no way to reach anybody.

    Raises:
        NotFound, Refused: as `on_case`.
    """
    with _on_person(desk, Action.SHOW_CONTACT, case_ref, service_user, teller=told_by) as deed:
        seen = least_on(deed.session, replace(deed.question, action=Action.OPEN_CASE))
        told = [one for one in claims(_told_here(deed, service_user)) if one.statement.told_by == told_by]
        stands = {name: value for one in reversed(told) for name, value in one.values.items()}
        whole = all(map(seen.shows, CONTACT))
        shown = {name: str(stands[name]) for name in BEHIND_SHOW if whole and stands.get(name)}
        deed.note(shown=sorted(shown), told_by=told_by)
    return shown


def note_told(
    desk: Desk,
    case_ref: str,
    service_user: str,
    *,
    told: Mapping[str, Any],
    told_by: str | None,
    who: str | None = None,
) -> None:
    """Keep what somebody else told of how a person is reached, as told: on the teller's side, and callable by nobody.

    Without a `told_by` of this case it was somebody outside, named in `who`, and stands on the person's own side.

    Raises:
        NotFound, Refused: as `on_case`, of the teller's part, or of the person's own where it was somebody outside.
        Invalid: nothing is told, or what only they themselves can tell; the person told it themselves.
    """
    if told_by == service_user:
        raise Invalid("Who told it", "what they told you themselves is checked with them, on their own card.")
    refuse_safely(told)
    outside = words("Who outside the family", who, at_most=200) if told_by is None else None
    with _on_person(desk, Action.CHANGE_SAFE_CONTACT, case_ref, service_user, teller=told_by) as deed:
        values = {name: value for name, value in (checked_contact(told) | _age(told, deed.at)).items() if value}
        if not values:
            raise Invalid("What they told", "write down at least one thing.")
        why = f"Told by somebody outside the family: {outside}" if outside else None
        state_within(deed, service_user, values, told_by=told_by, told_at=deed.at, why=why)
        deed.note(told=sorted(values), told_by=told_by)


def _told_here(deed: Deed, service_user: str) -> list[Statement]:
    who = deed.question.person.username
    return told_here(deed.session, case_of(deed), [service_user], who).get(service_user, [])


def state_within(
    deed: Deed,
    service_user: str,
    told: Mapping[str, Any],
    *,
    told_by: str | None,
    told_at: datetime,
    how: ContactCheck | None = None,
    noted: Noted | None = None,
    why: str | None = None,
) -> None:
    """Keep what somebody told of how a person is reached within another deed; `how` it was checked makes it callable.

    `noted` is by whom and when it was written down, if not now by whoever is here.
    """
    by, at = noted or (deed.question.person.username, deed.at)
    statement = ContactStatement(
        service_user=service_user,
        told_by=told_by,
        told_at=told_at,
        noted_by=by,
        noted_at=at,
        checked_how=how,
        checked_at=told_at if how else None,
        checked_by=by if how else None,
        told=written(told),
        why=why,
    )
    put_on_file(deed.session, [statement])


def _age(told: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """A date of birth, or an age and the day of which it is, as they are checked."""
    born, age = told.get("date_of_birth"), told.get("told_age")
    if born is not None:
        return {"date_of_birth": past_day("Date of birth", born, at)}
    if age is None:
        return {}
    if not 0 <= age <= 120:
        raise Invalid("Age", "write the age in years, from 0 to 120.")
    return {"told_age": age, "told_age_on": london_date(at)}


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
def _on_person(
    desk: Desk, action: Action, case_ref: str, service_user: str, *, teller: str | None = None
) -> Iterator[Deed]:
    """A permitted deed on a person of a case, for those who may read their part of it, or that of who told of them."""
    with on_case(desk, action, case_ref, compartment=part_of(desk, case_ref, teller or service_user)) as deed:
        if service_user not in family(case_of(deed)):
            raise Invalid("Whose", "choose somebody of this case.")
        deed.about(service_user, case_ref)
        yield deed
