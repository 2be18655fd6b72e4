"""An enquiry registered for support, or put on the case that the family has: in one transaction, its words with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import bindparam, delete, select

from okf.cases.commands.cases import NewServiceUser, open_within, state_of
from okf.cases.commands.look_first import put_step
from okf.cases.commands.on_case import case_of, on_case
from okf.cases.commands.people import note_within, state_within
from okf.cases.commands.to_read import ASKED_AGAIN, to_read
from okf.clock import london_date
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid
from okf.intake.commands.enquiries import forget_drafts_of, waiting_enquiry
from okf.intake.contact_details import LABELS, told_in_words
from okf.intake.first_call import NOTHING_ASKED, first_call_of
from okf.intake.queries.alike import alike
from okf.intake.queries.enquiry import asked_of, earlier_of
from okf.intake.queries.matches import look
from okf.policy.words import moment
from okf.store.case_links import joined_cases, new_parties
from okf.store.models import (
    AccessGrant,
    CaseLink,
    Enquiry,
    EnquiryCorrection,
    EnquiryPerson,
    EnquiryTriage,
    Person,
    Record,
    RecordSubject,
)
from okf.store.visible import account_on, live_grants, untied
from okf.terms import Action, CaseStatus, RecordClass, SupportKind
from okf.terms.caseload import CaseLinkKind
from okf.terms.intake import ContactCheck, EnquiryPart, EnquiryStatus
from okf.terms.look_first import LookStep
from okf.terms.records import Direction
from okf.validation import words

_PEOPLE = select(EnquiryPerson).order_by(EnquiryPerson.position)
_LEADS = (
    select(AccessGrant.person)
    .join(Person, Person.username == AccessGrant.person)
    .where(
        AccessGrant.case_ref == bindparam("case_ref"),
        AccessGrant.lead_for == bindparam("party"),
        live_grants(),
        account_on(),
        untied(),
    )
    .distinct()
)


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
    with desk.permitted(Action.REGISTER_ENQUIRY, enquiry=ref) as deed:
        enquiry = waiting_enquiry(deed.session, ref, seen)
        people = list(deed.session.scalars(_PEOPLE.where(EnquiryPerson.enquiry_ref == ref)))
        known |= {
            one.id: _found(desk, deed, ref, one, same_as[one.id]) for one in people if same_as and one.id in same_as
        }
        joining = [one for one in people if one.id not in left_out]
        if not any(one.part is EnquiryPart.CALLER for one in joining):
            raise Invalid("Who asks", "who asks for help can't be left out.")
        _refuse_tied(deed, known.values())
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
            _note(deed, one, refs[one.id])
            if one.id in known:
                _state(deed, enquiry, one, refs[one.id], opened.parties[0], sure=one.id in contact_from_now)
        asks = next(one for one in joining if one.part is EnquiryPart.CALLER)
        _state_needs(deed, enquiry, opened.parties[0], sure=asks.id not in known or asks.id in contact_from_now)
        left = [one for one in people if one.id in left_out]
        caller, title = opened.parties[0], f"First contact ({_way(enquiry)})"
        _add_record(desk, deed, enquiry, opened.ref, caller, [refs[one.id] for one in joining], left, title)
        _hand_to_the_case(deed, enquiry, opened.ref, str(desk.actor))
        deed.note(enquiry=ref, on_file=len(known), left_out=len(people) - len(joining))
    return opened.ref


def put_on_case(
    desk: Desk, ref: str, case_ref: str, *, party: str, seen: int, contact_from_now: bool = False
) -> tuple[str, ...]:
    """Put an enquiry on the case that its family has, on the side of the party who called; who leads for them.

    What was told is a record in that party's own part from now on, and no
    longer stands in the enquiry, which reads as every registered one. Whoever
    leads for them has a task to read it; where nobody does, the case waits for
    that side's allocation as before, and whoever comes to lead has it then. Nothing else of the case changes, so that
    nobody on another side can read of it (C2). One that ended as a duplicate
    is put on its case too.

    Raises:
        NotFound, Refused: as `on_case`; there is no such enquiry.
        Conflict: it is decided, or somebody else changed it meanwhile.
        Invalid: nobody's side of this case, the side of somebody else in the enquiry, or a case that was joined
            into another.
    """
    with on_case(desk, Action.PUT_ON_CASE, case_ref, enquiry=ref) as deed:
        enquiry = waiting_enquiry(deed.session, ref, seen, also=EnquiryStatus.DUPLICATE)
        case, people = case_of(deed), list(deed.session.scalars(_PEOPLE.where(EnquiryPerson.enquiry_ref == ref)))
        caller = next((one for one in people if one.part is EnquiryPart.CALLER), None)
        if party not in case.parties:
            raise Invalid("Whose side", "choose a party of this case.")
        _refuse_joined(deed, case_ref)
        fits = {one.id for one in people if _may_be(deed, ref, one, party)}
        if fits and (caller is None or caller.id not in fits):
            raise Invalid("Whose side", "this party is like somebody else in the enquiry, not like who asks.")
        noted = [one for one in people if one is not caller]
        if caller is not None:
            _note(deed, caller, party)
            _state(deed, enquiry, caller, party, party, sure=contact_from_now)
            _state_needs(deed, enquiry, party, sure=contact_from_now)
        record = _add_record(desk, deed, enquiry, case_ref, party, [party], noted, f"{ASKED_AGAIN} ({_way(enquiry)})")
        leads = tuple(sorted(deed.session.scalars(_LEADS, {"case_ref": case_ref, "party": party, "at": deed.at})))
        for who in leads:
            to_read(desk, deed, case_ref, party, who, deed.at)
        _hand_to_the_case(deed, enquiry, case_ref, str(desk.actor))
        deed.about(ref, case_ref)
        deed.note(record=record, party=party, told=leads)
    return leads


def put_as_new_party(
    desk: Desk,
    ref: str,
    case_ref: str,
    *,
    seen: int,
    relation: str,
    kind_of_support: SupportKind | None = None,
    same_as: str | None = None,
    contact_from_now: bool = False,
) -> str:
    """Put an enquiry beside the case to which its caller belongs, of which they are no party yet; their own case.

    Their side is a case of its own, in which what was told is the first record, and which waits for a lead caseworker
    as any. A link says that they belong to this one (`relation`: who they are to the family), to those who decide on
    both and work for no side. Nothing of this case changes, so that nobody on it can read that they called, nor
    whoever comes to work for them that there is another case (C2). It bars as every link does. Two people join it into
    this one once both sides may know (`families.ask_to_link`).

    `same_as` is whom a look showed the caller to be; `kind_of_support` is asked where the enquiry does not say.

    Raises:
        NotFound, Refused: as `on_case`; there is no such enquiry.
        Conflict: it is decided, somebody else changed it meanwhile, or a declared tie bars whoever puts it there.
        Invalid: nobody is named as who asks, they are a party of this case already, no relation or kind of support, or
            a case that was joined into another or is a new party's own.
    """
    who = words("Who they are to the family", relation, at_most=200)
    with on_case(desk, Action.PUT_ON_CASE, case_ref, enquiry=ref) as deed:
        enquiry = waiting_enquiry(deed.session, ref, seen, also=EnquiryStatus.DUPLICATE)
        people = list(deed.session.scalars(_PEOPLE.where(EnquiryPerson.enquiry_ref == ref)))
        caller = next((one for one in people if one.part is EnquiryPart.CALLER), None)
        if caller is None:
            raise Invalid("Who asks", "nobody is named as who asks.")
        kind = kind_of_support or enquiry.kind_of_support
        if kind is None:
            raise Invalid("Kind of support", "choose what they ask for.")
        _refuse_joined(deed, case_ref)
        if kept := new_parties(deed.session, [case_ref]).get(case_ref):
            raise Invalid("Case", f"it is the own case of a new party of {kept.other_case}: put it beside that one.")
        known = _found(desk, deed, ref, caller, same_as) if same_as else None
        _refuse_tied(deed, [known] if known else [])
        if known in case_of(deed).parties:
            raise Invalid("Who asks", "they are a party of this case: choose their side of it.")
        opened = open_within(
            desk,
            deed,
            kind_of_support=kind,
            area=enquiry.area,
            parties=[known or _new(enquiry, caller)],
            children=(),
            first_contact_at=enquiry.received_at,
            status=CaseStatus.OPEN,
            subjects=[str(asked_of(ref, caller).subject)],
            noted=(enquiry.taken_by, enquiry.taken_at),
        )
        (party,) = opened.parties
        _note(deed, caller, party)
        if known:
            _state(deed, enquiry, caller, party, party, sure=contact_from_now)
        _state_needs(deed, enquiry, party, sure=contact_from_now or not known)
        others = [one for one in people if one is not caller]
        title = f"First contact ({_way(enquiry)})"
        record = _add_record(desk, deed, enquiry, opened.ref, party, [party], others, title)
        link = CaseLink(
            ref=desk.new_ref("L"),
            case_ref=opened.ref,
            other_case=case_ref,
            kind=CaseLinkKind.NEW_PARTY,
            why=who,
            asked_at=deed.at,
            asked_by=ref,  # the call itself asks for it: it bars, and opens nothing
            agreed_at=deed.at,
            agreed_by=str(desk.actor),
        )
        deed.add(link)
        _hand_to_the_case(deed, enquiry, opened.ref, str(desk.actor))
        deed.about(ref, opened.ref)
        deed.note(record=record, link=link.ref, on_file=int(known is not None))
    return opened.ref


def _refuse_joined(deed: Deed, case_ref: str) -> None:
    if into := joined_cases(deed.session, [case_ref]).get(case_ref):
        raise Invalid("Case", f"it was joined into {into}: put it on that one.")


def _refuse_tied(deed: Deed, known: Iterable[str]) -> None:
    ties = {tie.service_user for tie in deed.question.person.conflicts if tie.stands(deed.at)}
    if ties.intersection(known):
        raise Conflict("You declared a tie to somebody in this family: somebody else must register it.")


def _note(deed: Deed, one: EnquiryPerson, ref: str) -> None:
    """Keep that somebody was given the notice, and asked for the undertaking."""
    note_within(deed, ref, notice=(one.notice_way, one.notice_on), undertaking=(one.undertaking, one.undertaking_on))


def _may_be(deed: Deed, ref: str, one: EnquiryPerson, party: str) -> bool:
    asked = asked_of(ref, one)
    return any(found.ref == party for found in alike(deed.session, asked.applicant, subject=asked.subject))


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


def _state(deed: Deed, enquiry: Enquiry, one: EnquiryPerson, ref: str, caller: str, *, sure: bool) -> None:
    """Keep what the caller told of how somebody on file is reached as the caller's word."""
    state_of(
        deed,
        ref,
        _new(enquiry, one),
        told_by=caller,
        told_at=enquiry.received_at,
        noted=(enquiry.taken_by, enquiry.taken_at),
        sure=sure,
    )


def _state_needs(deed: Deed, enquiry: Enquiry, caller: str, *, sure: bool) -> None:
    """Keep which language and what access the caller needs, so that it stands on their card."""
    if needs := first_call_of(deed.session.get(EnquiryTriage, enquiry.ref)).needs:
        state_within(
            deed,
            caller,
            needs,
            told_by=caller,
            told_at=enquiry.received_at,
            how=ContactCheck.OWN_WORD if sure else None,
            noted=(enquiry.taken_by, enquiry.taken_at),
        )


def _in_words(one: EnquiryPerson) -> str:
    """How to reach somebody who joins no case, as the caller told it, in words."""
    told = told_in_words({name: getattr(one, name) for name in LABELS})
    born = f", born {one.date_of_birth}" if one.date_of_birth else f", aged {one.age}" if one.age is not None else ""
    return f"Told about {one.name} ({one.part.replace('_', ' ')}{born}). {told}".strip()


def _way(enquiry: Enquiry) -> str:
    return enquiry.channel.replace("_", " ")


def _add_record(
    desk: Desk,
    deed: Deed,
    enquiry: Enquiry,
    case_ref: str,
    caller: str,
    subjects: Sequence[str],
    only_noted: Sequence[EnquiryPerson],
    title: str,
) -> str | None:
    """Put what the caller said on the case as a record in the caller's own part (C2); its id, None if it is nothing."""
    told = first_call_of(deed.session.get(EnquiryTriage, enquiry.ref))
    if told.look_first:
        put_step(deed, case_ref, LookStep.SET, "Set at a first call: its words are on the caller's side.")
    answered = [f"{label}: {answer}" for label, answer in told.in_words()] if told != NOTHING_ASKED else []
    said = ["\n".join(answered), enquiry.words, f"Noted by whoever took it: {enquiry.note}" if enquiry.note else None]
    said += [_in_words(one) for one in only_noted]
    said += [
        f"Told before, until {one.changed_by} changed it on {moment(one.changed_at)}:\n{one.stood}"
        for one in earlier_of(deed.session, enquiry.ref)
    ]
    text = "\n\n".join(one for one in said if one)
    if not text:
        return None
    record = Record(
        id=desk.new_ref("N"),
        case_ref=case_ref,
        record_class=RecordClass.COMMUNICATION,
        source=caller,
        compartment=f"sole:{caller}",
        occurred_at=enquiry.received_at,
        title=title,
        text=text,
        written_by=enquiry.taken_by,
        written_at=enquiry.taken_at,
        direction=Direction.TO_US,
    )
    deed.add(record)
    deed.session.flush()
    deed.add(*(RecordSubject(record_id=record.id, service_user=one) for one in dict.fromkeys(subjects)))
    return record.id


def _hand_to_the_case(deed: Deed, enquiry: Enquiry, case_ref: str, by: str) -> None:
    """Take people and words out of the enquiry: it keeps its date and outcome, the rest is in the case."""
    for told in (EnquiryPerson, EnquiryTriage, EnquiryCorrection):
        deed.session.execute(delete(told).where(told.enquiry_ref == enquiry.ref))
    forget_drafts_of(deed, enquiry.ref)
    enquiry.words = enquiry.note = None
    enquiry.status, enquiry.case_ref = EnquiryStatus.REGISTERED, case_ref
    enquiry.decided_at, enquiry.decided_by = deed.at, by
