"""Who may be shown which words: each column that holds somebody's words, and the question to the policy that opens it.

This is a second reading of what the policy says, apart from the queries: it
asks `okf.policy` row by row, and knows nothing of SQL conditions or pages.
A column that is not here is shown to nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from okf.desk import Desk
from okf.errors import NotFound
from okf.policy.access import decide
from okf.policy.least import CONTACT, Least
from okf.policy.scopes import compartment_of
from okf.store import facts
from okf.store.least import least_on
from okf.store.models import (
    Case,
    Concern,
    ConcernAbout,
    ConcernDecision,
    ContactMarker,
    DecisionRecipientAlso,
    Enquiry,
    InformationShare,
    LowLevelConcern,
    Mediation,
)
from okf.terms import FOR_SAFETY, Action, FamilyField, RecordClass, ShareRoute

JOINT: Final = "joint"


@dataclass
class Casebook:
    """What stands where, for whoever asks: rows by their keys, and the cases of each service user."""

    rows: Mapping[str, Mapping[Any, Any]]
    cases: Mapping[str, Any]
    cases_of: Mapping[str, list[str]]
    concerns_about: Mapping[str, list[str]]
    decisions_of: Mapping[str, list[ConcernDecision | DecisionRecipientAlso]]

    @classmethod
    def read(cls, session: Session) -> Casebook:
        """All of it, once."""
        models = (Concern, ContactMarker, Enquiry, InformationShare, LowLevelConcern, Mediation)
        rows = {model.__tablename__: {row.ref: row for row in session.scalars(select(model))} for model in models}
        cases = facts.cases(session, session.scalars(select(Case.ref)).all())
        cases_of: dict[str, list[str]] = defaultdict(list)
        for ref, case in cases.items():
            for who in (*case.parties, *case.children):
                cases_of[who].append(ref)
        about: dict[str, list[str]] = defaultdict(list)
        for one in session.scalars(select(ConcernAbout).where(ConcernAbout.service_user.is_not(None))):
            about[str(one.service_user)].append(one.concern_ref)
        decisions: dict[str, list[ConcernDecision | DecisionRecipientAlso]] = defaultdict(list)
        shared = session.scalars(select(ConcernDecision).where(ConcernDecision.share_ref.is_not(None)))
        for made in (*shared, *session.scalars(select(DecisionRecipientAlso))):
            decisions[str(made.share_ref)].append(made)
        return cls(rows, cases, cases_of, about, decisions)


@dataclass
class Reader:
    """Somebody who is signed in, and what the policy answers them."""

    desk: Desk
    session: Session
    book: Casebook
    answers: dict[tuple[Any, ...], bool] = field(default_factory=dict)
    leasts: dict[str, Least] = field(default_factory=dict)

    @property
    def who(self) -> str:
        """Their username."""
        return str(self.desk.actor)

    def may(self, action: Action, case_ref: str | None = None, **subject: Any) -> bool:
        """Whether they may do this; each question is asked once."""
        key = (action, case_ref, *sorted(subject.items()))
        if key not in self.answers:
            try:
                self.answers[key] = decide(self.desk.question(self.session, action, case_ref, **subject)).allowed
            except NotFound:
                self.answers[key] = False
        return self.answers[key]

    def opens(self, case_ref: str) -> bool:
        """The case itself."""
        return self.may(Action.OPEN_CASE, case_ref)

    def knows(self, case_ref: str) -> bool:
        """That there is such a case."""
        return self.may(Action.LIST_CASELOAD) or self.may(Action.LIST_CASE, case_ref)

    def reads(self, record: str) -> bool:
        """A record."""
        return self.may(Action.READ_RECORD, record=record)

    def part(self, case_ref: str, compartment: str, kind: RecordClass | None = None) -> bool:
        """A part of a case, or one kind of record in it."""
        return self.may(Action.READ_RECORD, case_ref, compartment=compartment, record_class=kind)

    def private_notes(self, case_ref: str, compartment: str, mediation: str) -> bool:
        """What a mediator keeps of one participant: theirs alone, or by a way without a grant."""
        mediator = self.book.rows["mediation"][mediation].mediator
        kind = RecordClass.MEDIATION_PRIVATE_NOTE
        return self.may(Action.READ_RECORD, case_ref, compartment=compartment, record_class=kind, about=mediator)

    def whole(self, concern: str) -> bool:
        """A concern as those see it who work it or read its decisions again: no report of one's own is enough."""
        return self.may(Action.REVIEW_DECISION, concern=concern) or self.works(concern)

    def works(self, concern: str) -> bool:
        """A concern, to work it."""
        return self.may(Action.TRIAGE_CONCERN, concern=concern)

    def own_report(self, concern: str) -> bool:
        """What they reported themselves, if it is not about them."""
        raised = self.book.rows["concern"][concern].raised_by
        return raised == self.who and self.may(Action.READ_CONCERN, concern=concern)

    def least(self, case_ref: str) -> Least:
        """What they see of the family of a case that opens to them."""
        if case_ref not in self.leasts:
            question = self.desk.question(self.session, Action.OPEN_CASE, case_ref)
            self.leasts[case_ref] = least_on(self.session, question)
        return self.leasts[case_ref]

    def names(self, case_ref: str, service_user: str) -> bool:
        """The name of somebody of a case."""
        return self.opens(case_ref) and self.least(case_ref).names(service_user, self.book.cases[case_ref])

    def own_part(self, service_user: str, fields: Sequence[FamilyField] = ()) -> bool:
        """The part of a case that belongs to one of its people, with these facts in it."""
        for ref in self.book.cases_of[service_user]:
            case = self.book.cases[ref]
            part = compartment_of(service_user, case.parties, case.children)
            if self.opens(ref) and part and self.part(ref, part) and all(map(self.least(ref).shows, fields)):
                return True
        return False


Audience = Callable[[Reader, Any], bool]


def an_appointment(reader: Reader, row: Any) -> bool:
    """One's own; those of others in a part that they read, where they need to know who else works there."""
    mine = row.worker == reader.who or reader.least(row.case_ref).shows(FamilyField.WHO_ELSE_WORKS_HERE)
    return in_part(reader, row) and mine


def everybody(_: Reader, __: Any) -> bool:
    """Whoever is signed in."""
    return True


def nobody(_: Reader, __: Any) -> bool:
    """Nobody at all."""
    return False


def whoever(*actions: Action) -> Audience:
    """Those whom their role allows one of these."""
    return lambda reader, _: any(reader.may(action) for action in actions)


def own(column: str) -> Audience:
    """The person whom the row names there."""
    return lambda reader, row: bool(getattr(row, column) == reader.who)


def either(*audiences: Audience) -> Audience:
    """All who belong to one of these."""
    return lambda reader, row: any(one(reader, row) for one in audiences)


def leads_telephone(reader: Reader, row: Any) -> bool:
    """Whoever is signed in, of those who answer for safeguarding: they are rung in danger, or past the lead."""
    return bool(facts.person(reader.session, row.username).roles(reader.desk.now()) & FOR_SAFETY)


def on_concern(reader: Reader, row: Any) -> bool:
    """Those who see the concern whole."""
    return reader.whole(row.concern_ref)


def added_to_it(column: str) -> Audience:
    """The same, and whoever reported it, of what they put there themselves."""
    return lambda reader, row: (
        reader.whole(row.concern_ref) or (getattr(row, column) == reader.who and reader.own_report(row.concern_ref))
    )


def to_work(reader: Reader, row: Any) -> bool:
    """Those who work the concern."""
    return reader.works(row.concern_ref)


def on_record(reader: Reader, row: Any) -> bool:
    """Those who read the record."""
    return reader.reads(row.record_id)


def decides_on_misfiling(reader: Reader, row: Any) -> bool:
    """Those who may say where a misfiled record belongs."""
    own = reader.who if row.reported_by == reader.who else None
    return reader.may(Action.DECIDE_MISFILING, record=row.record_id, about=own)


def in_part(reader: Reader, row: Any) -> bool:
    """Those who read this part of the case."""
    return reader.part(row.case_ref, row.compartment)


def on_family(reader: Reader, row: Any) -> bool:
    """Those whose work in a case of this person's needs their name; those who work a concern about them."""
    named = any(reader.names(ref, row.ref) for ref in reader.book.cases_of[row.ref])
    return named or any(map(reader.whole, reader.book.concerns_about[row.ref]))


def their_part(column: str, *fields: FamilyField) -> Audience:
    """Those who read this person's own part of a case, and whose work there needs each of these facts."""
    return lambda reader, row: reader.own_part(getattr(row, column), fields)


def on_the_case(one: FamilyField) -> Audience:
    """Those who know the case: who open it, if their work needs this fact."""
    return lambda reader, row: (
        reader.may(Action.LIST_CASELOAD) or (reader.knows(row.ref) and reader.least(row.ref).shows(one))
    )


def of_the_first_adult(reader: Reader, case: Any) -> bool:
    """Those who read the part of whoever asked for help: where they live and when they called is theirs."""
    first = reader.book.cases[case.ref].parties[:1]
    return any(reader.opens(case.ref) and reader.part(case.ref, f"sole:{party}") for party in first)


def on_the_tellers_side(reader: Reader, row: Any) -> bool:
    """Those who read the part of whoever told it; of what nobody else told, the part of whom it is about (C2)."""
    return reader.own_part(row.told_by or row.service_user)


def mediators_notes(reader: Reader, row: Any) -> bool:
    """Those who read the mediator's notes in this part of the case: joint, or private of their own sessions."""
    if row.compartment == JOINT:
        return joint_notes(reader, row)
    return reader.private_notes(row.case_ref, row.compartment, row.mediation_ref)


def screening(reader: Reader, row: Any) -> bool:
    """The same, in the part of the participant who was screened."""
    return reader.private_notes(row.case_ref, f"sole:{row.service_user}", row.mediation_ref)


def joint_notes(reader: Reader, row: Any) -> bool:
    """Those who read what is joint in a mediation."""
    return reader.part(row.case_ref, JOINT, RecordClass.MEDIATION_JOINT_NOTE)


def reviews_incident(reader: Reader, row: Any) -> bool:
    """Those who may review the incident, and whoever put it on record."""
    own_one = row.noted_by == reader.who
    return reader.may(Action.REVIEW_INCIDENT, row.case_ref) or (own_one and reader.may(Action.REVIEW_INCIDENT))


def an_enquiry(reader: Reader, enquiry: Any) -> bool:
    """Intake, and whoever took it."""
    return reader.may(Action.READ_ENQUIRY, about=enquiry.taken_by)


def of_an_enquiry(reader: Reader, row: Any) -> bool:
    """The same, of the people in it."""
    return an_enquiry(reader, reader.book.rows["enquiry"][row.enquiry_ref])


def a_share(reader: Reader, share: Any) -> bool:
    """Who takes part in it and reads each of its records; the leads, where it was for safety.

    Nobody whom it is about; and what went out with a decision on a concern is for those who see that whole.
    """
    if reader.who in share.particulars.get("about", ()):
        return False
    if any(not reader.whole(one.concern_ref) for one in reader.book.decisions_of[share.ref]):
        return False
    for_safety = share.route in (ShareRoute.IMMEDIATE_DANGER, ShareRoute.SAFEGUARDING)
    takes_part = reader.who in (share.asked_by, share.decided_by, share.sent_by, *share.approvals.values())
    return (for_safety and reader.may(Action.REVIEW_SHARE, share.case_ref)) or (
        takes_part and all(map(reader.reads, share.records))
    )


def a_concern(reader: Reader, row: Any) -> bool:
    """Those who see it whole, and whoever reported it."""
    return reader.whole(row.ref) or reader.own_report(row.ref)


def low_level(reader: Reader, row: Any) -> bool:
    """Those who may note one about that worker."""
    return reader.may(Action.NOTE_LOW_LEVEL, grantee=row.person)


AUDIENCES: Final[Mapping[str, Audience]] = {
    # People who work here
    "person.name": everybody,
    "person.team": everybody,
    "former_person.name": everybody,
    "rota_shift.phone": everybody,
    "person.email": either(own("username"), whoever(Action.MANAGE_ACCOUNTS, Action.RECORD_LEAVER)),
    "person.phone": either(own("username"), leads_telephone),
    "signature.typed_name": either(own("person"), whoever(Action.LIST_AGREEMENTS)),
    "agreement_version.title": everybody,
    "agreement_draft.*": whoever(Action.DRAFT_AGREEMENT),
    "authority_step.*": whoever(Action.LIST_DIRECTORY),
    "local_authority.*": whoever(Action.LIST_DIRECTORY),
    "partner_agreement.*": whoever(Action.LIST_AGREEMENTS),
    "paper_signature.*": whoever(Action.FILE_PAPER_SIGNATURE),
    "draft.*": own("person"),
    # Families, and how they are reached
    "service_user.name": on_family,
    # The columns of contact are what follows from the statements, and are shown from those alone.
    "contact_statement.*": on_the_tellers_side,
    "safe_contact_change.*": their_part("service_user", *CONTACT),
    "enquiry.*": an_enquiry,
    "enquiry_person.*": of_an_enquiry,
    "enquiry_correction.*": of_an_enquiry,
    "enquiry_triage.*": of_an_enquiry,
    "look_first_step.reason": lambda reader, row: reader.may(Action.LOOK_FIRST, row.case_ref),
    "case_link.*": lambda reader, row: all(
        reader.may(Action.LINK_CASES, ref) or reader.may(Action.AGREE_TO_LINK, ref)
        for ref in (row.case_ref, row.other_case)
    ),
    "match_decision.why": lambda reader, row: reader.may(Action.DECIDE_MATCH, row.case_ref),
    # Cases
    "case.area": either(whoever(Action.LIST_CASELOAD), of_the_first_adult),
    "case_closure.*": lambda reader, row: reader.opens(row.case_ref),
    "access_grant.purpose": either(own("person"), whoever(Action.SEE_CASE_ACCESS, Action.CONFIRM_GRANT)),
    "access_request.*": either(own("asked_by"), whoever(Action.DECIDE_ACCESS_REQUEST)),
    "custody_access.purpose": either(own("person"), whoever(Action.SEE_CASE_ACCESS)),
    "emergency_access.*": whoever(Action.REVIEW_EMERGENCY_ACCESS),
    "conflict_of_interest.reason": either(own("person"), whoever(Action.LIST_CONFLICTS)),
    "conflict_of_interest.lifted_because": whoever(Action.LIST_CONFLICTS),
    "declared_tie.lifted_because": nobody,
    "declared_tie.reason": either(own("person"), whoever(Action.LIST_CONFLICTS)),
    "declared_tie.*": own("person"),
    "handover.note": lambda reader, row: (
        reader.opens(row.case_ref) and (row.to_person == reader.who or reader.part(row.case_ref, f"sole:{row.party}"))
    ),
    "task.text": lambda reader, row: row.assigned_to == reader.who and reader.opens(row.case_ref),
    "appointment.*": an_appointment,
    # Records
    "record.*": lambda reader, row: reader.reads(row.id),
    "record_correction.*": on_record,
    "record_relabel.*": on_record,
    "stored_file.*": on_record,
    "misfiling.*": decides_on_misfiling,
    "breach.*": lambda reader, row: reader.may(Action.DECIDE_BREACH, row.case_ref),
    # Mediations
    "mediation_session.*": mediators_notes,
    "mediation_proposal.*": mediators_notes,
    "mediation_screening.*": screening,
    "outcome_summary.*": on_record,
    "summary_draft.*": lambda reader, row: (
        reader.book.rows["mediation"][row.mediation_ref].mediator == reader.who
        and reader.part(row.case_ref, JOINT, RecordClass.OUTCOME_SUMMARY)
    ),
    "recording_agreement.*": joint_notes,
    "recording_incident.*": either(joint_notes, reviews_incident),
    # What leaves
    "express_agreement.*": lambda reader, row: all(map(reader.reads, row.records)),
    "information_share.*": a_share,
    "share_package.*": lambda reader, row: a_share(reader, reader.book.rows["information_share"][row.share_ref]),
    "redaction.*": on_record,
    "figure_set.*": whoever(Action.READ_FIGURES),
    "figure_words.*": whoever(Action.READ_FIGURES),
    # Safeguarding
    "concern.*": a_concern,
    "concern_entry.*": added_to_it("entered_by"),
    "concern_mark.*": added_to_it("added_by"),
    "concern_voice.*": added_to_it("added_by"),
    "concern_file.*": added_to_it("added_by"),
    "concern_about_end.*": to_work,
    "concern_review.*": on_concern,
    "concern_decision.*": on_concern,
    "decision_recipient_also.*": on_concern,
    "filled_checklist.*": on_concern,
    "checklist_version.*": whoever(Action.LIST_DECISIONS),
    "concern_informed.*": on_concern,
    "decision_reading.*": on_concern,
    "referral.*": on_concern,
    # Of its concern and of each other one whose lines are in it, which none is that hides from a lead.
    "chronology_paper.*": on_concern,
    "chronology_copy.*": on_concern,
    "referral_escalation.*": on_concern,
    "concern_paper.*": on_concern,
    "concern_paper_copy.*": on_concern,
    "incident_report.*": lambda reader, row: (
        reader.works(row.concern_ref)
        or (row.handed_over_at is not None and reader.may(Action.READ_INCIDENT_REPORT, concern=row.concern_ref))
    ),
    "lado_notice.*": to_work,
    "contact_marker_step.*": lambda reader, row: _marker(reader, reader.book.rows["contact_marker"][row.marker_ref]),
    "low_level_concern.*": low_level,
    "low_level_step.*": lambda reader, row: low_level(reader, reader.book.rows["low_level_concern"][row.low_level_ref]),
}


def _marker(reader: Reader, marker: Any) -> bool:
    return reader.works(marker.concern_ref) if marker.concern_ref else reader.may(Action.LIST_CONCERNS)


def audience_of(place: str) -> Audience:
    """Who may be shown the words of a column, given as `table.column`."""
    return AUDIENCES.get(place) or AUDIENCES.get(f"{place.partition('.')[0]}.*") or nobody
