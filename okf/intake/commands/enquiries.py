"""Enquiries: taken, completed, and ended without a case. Registering one is a command of cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from okf.asker import on_file
from okf.clock import london_date
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, unknown
from okf.intake.contact_details import LABELS, ContactTold, checked_contact, refuse_safely, told_in_words
from okf.intake.first_call import LINES, NOTHING_ASKED, FirstCall, first_call_of
from okf.store.models import Draft, Enquiry, EnquiryCorrection, EnquiryPerson, EnquiryTriage
from okf.terms import Action, SupportKind
from okf.terms.intake import AbuseTold, EnquiryChannel, EnquiryPart, EnquiryStatus, NoticeWay, UndertakingAnswer
from okf.validation import past_day, past_moment, words, words_or_none

NARRATIVE: Final = 50_000
PEOPLE: Final = 20
FORM: Final = "enquiry"


@dataclass(frozen=True, slots=True)
class TakenPerson(ContactTold):
    """Somebody in an enquiry, as they were told to us: all of it the caller's word.

    Only of the caller is it how to reach them safely. A child has a date of birth or an age.
    """

    part: EnquiryPart
    name: str
    date_of_birth: date | None = None
    age: int | None = None
    notice_on: date | None = None
    notice_way: NoticeWay | None = None
    undertaking: UndertakingAnswer | None = None
    undertaking_on: date | None = None


def take_enquiry(
    desk: Desk,
    *,
    people: Sequence[TakenPerson],
    channel: EnquiryChannel = EnquiryChannel.PHONE,
    received_at: datetime | None = None,
    kind_of_support: SupportKind | None = None,
    area: str | None = None,
    said: str | None = None,
    note: str | None = None,
    first_call: FirstCall = NOTHING_ASKED,
) -> str:
    """Put on file that somebody asked for help, in their own words and with the ways in which to reach them safely.

    The undertaking is asked for and never required (C14). Its reference.

    Raises:
        Refused: their role does not include it.
        Invalid: nobody who asks, a wrong number, address or date, or a text too long; nothing is kept then.
    """
    ref = desk.new_ref("E")
    with desk.permitted(Action.TAKE_ENQUIRY) as deed:
        came = past_moment("When they asked", received_at, deed.at) if received_at else deed.at
        enquiry = Enquiry(
            ref=ref,
            status=EnquiryStatus.NEW,
            channel=channel,
            kind_of_support=kind_of_support,
            area=words_or_none("Area", area, at_most=80),
            words=words_or_none("In their own words", said, at_most=NARRATIVE),
            note=words_or_none("Your note", note, at_most=NARRATIVE),
            received_at=came,
            taken_by=str(desk.actor),
            taken_at=deed.at,
            version=1,
        )
        deed.add(enquiry)
        _put_people(deed, ref, people, on=came)
        _put_first_call(deed, ref, first_call)
        deed.about(ref)
        deed.note(channel=channel, people=len(people))
    return ref


def change_enquiry(
    desk: Desk,
    ref: str,
    *,
    seen: int,
    people: Sequence[TakenPerson],
    kind_of_support: SupportKind | None = None,
    area: str | None = None,
    said: str | None = None,
    note: str | None = None,
    first_call: FirstCall = NOTHING_ASKED,
) -> None:
    """Complete or correct an enquiry that waits; `seen` is the version that was changed.

    What was told of people and no longer stands is kept beside it, with who
    changed it and when.

    Raises:
        NotFound: there is none, or none that they may open.
        Conflict: it is decided, or somebody else changed it meanwhile.
        Invalid: as `take_enquiry`.
    """
    taken_by = taker_of(desk, ref, Action.CHANGE_ENQUIRY)
    with desk.permitted(Action.CHANGE_ENQUIRY, about=taken_by, enquiry=ref) as deed:
        enquiry = waiting_enquiry(deed.session, ref, seen)
        enquiry.kind_of_support = kind_of_support
        enquiry.area = words_or_none("Area", area, at_most=80)
        enquiry.words = words_or_none("In their own words", said, at_most=NARRATIVE)
        enquiry.note = words_or_none("Your note", note, at_most=NARRATIVE)
        enquiry.version += 1
        before = deed.session.scalars(
            select(EnquiryPerson).where(EnquiryPerson.enquiry_ref == ref).order_by(EnquiryPerson.position)
        ).all()
        stood = _put_people(deed, ref, people, on=enquiry.received_at, before=before)
        if stood:
            deed.add(
                EnquiryCorrection(
                    enquiry_ref=ref,
                    version=enquiry.version,
                    stood="\n".join(stood),
                    changed_by=str(desk.actor),
                    changed_at=deed.at,
                )
            )
        _put_first_call(deed, ref, first_call)
        deed.about(ref)
        deed.note(version=enquiry.version, people=len(people))


def decline_enquiry(desk: Desk, ref: str, *, seen: int, reason: str) -> None:
    """End an enquiry without a case. One of a family that has a case is put on that, and its words with it.

    Raises:
        Refused: their role does not include it.
        NotFound: there is none, or none that they may open.
        Conflict: it is decided, or somebody else changed it meanwhile.
        Invalid: no reason.
    """
    why = words("Reason", reason, at_most=2_000)
    with desk.permitted(Action.REGISTER_ENQUIRY, enquiry=ref) as deed:
        enquiry = waiting_enquiry(deed.session, ref, seen)
        enquiry.status, enquiry.reason = EnquiryStatus.DECLINED, why
        enquiry.decided_at, enquiry.decided_by = deed.at, str(desk.actor)
        forget_drafts_of(deed, ref)
        deed.about(ref)
        deed.note(status=enquiry.status)


def taker_of(desk: Desk, ref: str, action: Action) -> str:
    """Who took an enquiry, told to those who may do this to it; for others there is no such enquiry.

    Raises:
        NotFound: there is none, or none that they may open.
    """
    taken_by = on_file(desk, Enquiry, ref, "enquiry").taken_by
    if not desk.decide(action, about=taken_by, enquiry=ref).allowed:
        raise unknown("enquiry", ref)
    return taken_by


def waiting_enquiry(session: Session, ref: str, seen: int, *, also: EnquiryStatus = EnquiryStatus.NEW) -> Enquiry:
    """An enquiry that is still undecided, or stands as `also`, and of the version that was seen.

    Raises:
        NotFound: there is none.
        Conflict: it is decided, or somebody else changed it meanwhile.
    """
    enquiry = session.get(Enquiry, ref)
    if enquiry is None:
        raise unknown("enquiry", ref)
    if enquiry.status not in (EnquiryStatus.NEW, also):
        raise Conflict(f"Enquiry {ref} is decided already. Nothing was changed.")
    if enquiry.version != seen:
        raise Conflict(f"Somebody else changed enquiry {ref} meanwhile. Look at it again first; nothing was changed.")
    return enquiry


def forget_drafts_of(deed: Deed, ref: str) -> None:
    """Delete all drafts of changes to an enquiry, within the deed that decides it."""
    deed.session.execute(delete(Draft).where(Draft.form == FORM, Draft.subject == ref))


def _put_first_call(deed: Deed, ref: str, told: FirstCall) -> None:
    """Keep what was asked at the first call with its enquiry.

    What has a case looked at first stays, once it was said: two people take
    that off a case, and nobody does alone before there is one.

    Raises:
        Invalid: a line is too long.
    """
    values = asdict(told)
    for name, (label, most) in LINES.items():
        values[name] = words_or_none(label, values[name], at_most=most)
    row = deed.session.get(EnquiryTriage, ref)
    if row is None:
        deed.add(EnquiryTriage(enquiry_ref=ref, **values))
        return
    before = first_call_of(row)
    values["danger"] = told.danger or before.danger
    values["safe_now"] = False if before.safe_now is False else told.safe_now
    values["abuse"] = AbuseTold.SAID if before.abuse is AbuseTold.SAID else told.abuse
    for name, value in values.items():
        setattr(row, name, value)


def _put_people(
    deed: Deed, ref: str, people: Sequence[TakenPerson], *, on: datetime, before: Sequence[EnquiryPerson] = ()
) -> list[str]:
    """Put people on an enquiry, and say what stood before and no longer does, a line a person.

    Somebody of the same name keeps their row, because decisions refer to it.
    """
    callers = [one for one in people if one.part is EnquiryPart.CALLER]
    if len(callers) != 1:
        raise Invalid("Who asks", "name the one person who asks for help.")
    if len(people) > PEOPLE:
        raise Invalid("Family", f"at most {PEOPLE} people can be taken in one enquiry.")
    there = {(row.part, row.name): row for row in before}
    stay, stood = set(), []
    for position, one in enumerate(people):
        told = asdict(_checked(one, deed.at, london_date(on)))
        row = there.pop((told["part"], told["name"]), None)
        if row is None:
            deed.add(EnquiryPerson(enquiry_ref=ref, position=position, **told))
            continue
        stay.add(row.id)
        row.position = position
        if gone := {name: value for name, value in _told_of(row).items() if told[name] != value}:
            stood.append(_stood(row, gone))
        for name, value in told.items():
            setattr(row, name, value)
    for row in before:
        if row.id not in stay:
            stood.append(_stood(row, _told_of(row)))
            deed.session.delete(row)
    return stood


def _told_of(row: EnquiryPerson) -> dict[str, object]:
    names = (*LABELS, "date_of_birth", "age")
    return {name: value for name in names if (value := getattr(row, name)) is not None}


def _stood(row: EnquiryPerson, gone: Mapping[str, object]) -> str:
    born = (f"{label} {gone[name]}" for name, label in (("date_of_birth", "born"), ("age", "aged")) if name in gone)
    who = ", ".join((f"{row.name} ({row.part.replace('_', ' ')})", *born))
    return ". ".join(filter(None, (who, told_in_words(gone))))


def _checked(one: TakenPerson, at: datetime, on: date) -> TakenPerson:
    whose = {EnquiryPart.CALLER: "Who asks", EnquiryPart.OTHER_ADULT: "Other adult", EnquiryPart.CHILD: "Child"}
    label = whose[one.part]
    name = words(f"{label}: name", one.name, at_most=200)
    if one.part is not EnquiryPart.CALLER:
        refuse_safely(asdict(one), f"{label}: ")
    born, age = one.date_of_birth, one.age
    if born is not None:
        past_day(f"{label}: date of birth", born, at)
        if london_date(at) - born > timedelta(days=120 * 366):
            raise Invalid(f"{label}: date of birth", "this is more than 120 years ago.")
    if age is not None and not 0 <= age <= 120:
        raise Invalid(f"{label}: age", "write the age in years, from 0 to 120.")
    if one.notice_on is not None:
        past_day(f"{label}: privacy notice", one.notice_on, at)
    if one.undertaking_on is not None:
        past_day(f"{label}: undertaking", one.undertaking_on, at)
    return replace(
        one,
        name=name,
        age=None if born is not None else age,
        notice_on=(one.notice_on or on) if one.notice_way else None,
        undertaking_on=(one.undertaking_on or on) if one.undertaking else None,
        **checked_contact(asdict(one), f"{label}: "),
    )
