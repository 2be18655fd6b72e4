"""An enquiry registered for support: its case opened, its people on file, in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, select

from okf.cases.commands.cases import NewServiceUser, OpenedCase, open_within, state_of
from okf.cases.commands.people import note_within
from okf.clock import london_date
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid
from okf.intake.commands.enquiries import forget_drafts_of, waiting_enquiry
from okf.intake.contact_details import LABELS
from okf.intake.queries.enquiry import asked_of
from okf.intake.queries.matches import look
from okf.store.models import Enquiry, EnquiryPerson, Record, RecordSubject
from okf.terms import Action, CaseStatus, RecordClass, SupportKind
from okf.terms.intake import EnquiryPart, EnquiryStatus

_PEOPLE = select(EnquiryPerson).order_by(EnquiryPerson.position)


def register_enquiry(
    desk: Desk,
    ref: str,
    *,
    seen: int,
    kind_of_support: SupportKind,
    area: str | None = None,
    on_file: Mapping[int, str] | None = None,
    same_as: Mapping[int, str] | None = None,
    left_out: Collection[int] = (),
    contact_from_now: Collection[int] = (),
) -> str:
    """Open the case of an enquiry; the case's reference.

    `on_file` names service users whom somebody in the enquiry is, `same_as`
    the same by what a look for them showed, `left_out` who joins no case; each
    by the person's number in the enquiry. What was told of
    how anybody is reached is kept as the caller's word. Of the caller it is
    their own, and callable; of a caller on file only where they are in
    `contact_from_now`: whoever registers is sure who called. Nobody else's
    safe contact changes by what a caller says. What was told is the case's
    from now on, in the caller's own part of it, and no longer stands in the
    enquiry. The case is open and has no caseworker
    yet; the undertaking that was asked for blocks nothing (C14).

    Raises:
        Refused: their role does not include it.
        NotFound: there is no such enquiry, or a reference names nobody on file.
        Conflict: it is decided, somebody else changed it meanwhile, or a declared tie bars whoever registers.
        Invalid: the caller is left out, or the same person is there twice.
    """
    known = {number: told.strip() for number, told in (on_file or {}).items() if told and told.strip()}
    with desk.permitted(Action.REGISTER_ENQUIRY) as deed:
        enquiry = waiting_enquiry(deed.session, ref, seen)
        people = list(deed.session.scalars(_PEOPLE.where(EnquiryPerson.enquiry_ref == ref)))
        known |= {
            one.id: _found(desk, deed, ref, one, same_as[one.id]) for one in people if same_as and one.id in same_as
        }
        joining = [one for one in people if one.id not in left_out]
        if not any(one.part is EnquiryPart.CALLER for one in joining):
            raise Invalid("Who asks", "who asks for help can't be left out.")
        ties = {tie.service_user for tie in deed.question.person.conflicts if tie.stands(deed.at)}
        if ties.intersection(known.values()):
            raise Conflict("You declared a tie to somebody in this family: somebody else must register it.")
        adults = [one for one in joining if one.part is not EnquiryPart.CHILD]
        adults.sort(key=lambda one: one.part is not EnquiryPart.CALLER)  # whose word all of it is
        children = [one for one in joining if one.part is EnquiryPart.CHILD]
        opened = open_within(
            desk,
            deed,
            kind_of_support=kind_of_support,
            area=area or enquiry.area,
            parties=[known.get(one.id) or _new(enquiry, one) for one in adults],
            children=[known.get(one.id) or _new(enquiry, one) for one in children],
            first_contact_at=enquiry.received_at,
            status=CaseStatus.OPEN,
            subjects=[str(asked_of(ref, one).subject) for one in (*adults, *children)],
            noted=(enquiry.taken_by, enquiry.taken_at),
        )
        refs = {one.id: to for one, to in zip((*adults, *children), (*opened.parties, *opened.children), strict=True)}
        for one in joining:
            note_within(
                deed,
                refs[one.id],
                notice=(one.notice_way, one.notice_on),
                undertaking=(one.undertaking, one.undertaking_on),
            )
            if one.id in known:
                state_of(
                    deed,
                    refs[one.id],
                    _new(enquiry, one),
                    told_by=opened.parties[0],
                    told_at=enquiry.received_at,
                    noted=(enquiry.taken_by, enquiry.taken_at),
                    sure=one.id in contact_from_now,
                )
        left = [one for one in people if one.id in left_out]
        _first_record(desk, deed, enquiry, opened, [refs[one.id] for one in joining], left)
        _hand_to_the_case(deed, enquiry, opened.ref, str(desk.actor))
        deed.note(enquiry=ref, on_file=len(known), left_out=len(people) - len(joining))
    return opened.ref


def _found(desk: Desk, deed: Deed, ref: str, one: EnquiryPerson, handle: str) -> str:
    """The service user that a look for matches named by this handle, if it still finds them."""
    found = look(desk, deed.session, asked_of(ref, one)).people.get(handle)
    if found is None:
        raise Conflict("Somebody whom you chose is no longer found. Look again; nothing was changed.")
    return found


def _new(enquiry: Enquiry, one: EnquiryPerson) -> NewServiceUser:
    return NewServiceUser(
        name=one.name,
        date_of_birth=one.date_of_birth,
        told_age=one.age,
        told_age_on=london_date(enquiry.received_at) if one.age is not None else None,
        **{name: getattr(one, name) for name in LABELS},
    )


def _contact(one: EnquiryPerson) -> dict[str, object]:
    """How to reach somebody, as far as it was told."""
    return {name: getattr(one, name) for name in LABELS if getattr(one, name) is not None}


def _in_words(one: EnquiryPerson) -> str:
    """How to reach somebody who joins no case, as the caller told it, in words."""
    told = [f"{LABELS[name]}: {_plain(value)}" for name, value in _contact(one).items()]
    born = f", born {one.date_of_birth}" if one.date_of_birth else f", aged {one.age}" if one.age is not None else ""
    return f"Told about {one.name} ({one.part.replace('_', ' ')}{born}). {'; '.join(told)}".strip()


def _plain(value: object) -> str:
    return ("safe" if value else "NOT SAFE") if isinstance(value, bool) else str(value)


def _first_record(
    desk: Desk,
    deed: Deed,
    enquiry: Enquiry,
    opened: OpenedCase,
    subjects: Sequence[str],
    only_noted: Sequence[EnquiryPerson],
) -> None:
    """Put what the caller said on the case as its first record, in the caller's own part (C2)."""
    said = [enquiry.words, f"Noted by whoever took it: {enquiry.note}" if enquiry.note else None]
    said += [_in_words(one) for one in only_noted]
    text = "\n\n".join(one for one in said if one)
    if not text:
        return
    caller = opened.parties[0]
    record = Record(
        id=desk.new_ref("N"),
        case_ref=opened.ref,
        record_class=RecordClass.COMMUNICATION,
        source=caller,
        compartment=f"sole:{caller}",
        occurred_at=enquiry.received_at,
        title=f"First contact ({enquiry.channel.replace('_', ' ')})",
        text=text,
        written_by=enquiry.taken_by,
        written_at=enquiry.taken_at,
    )
    deed.add(record)
    deed.session.flush()
    deed.add(*(RecordSubject(record_id=record.id, service_user=one) for one in dict.fromkeys(subjects)))


def _hand_to_the_case(deed: Deed, enquiry: Enquiry, case_ref: str, by: str) -> None:
    """Take people and words out of the enquiry: it keeps its date and outcome, the rest is in the case."""
    deed.session.execute(delete(EnquiryPerson).where(EnquiryPerson.enquiry_ref == enquiry.ref))
    forget_drafts_of(deed, enquiry.ref)
    enquiry.words = enquiry.note = None
    enquiry.status, enquiry.case_ref = EnquiryStatus.REGISTERED, case_ref
    enquiry.decided_at, enquiry.decided_by = deed.at, by
