"""Re-labelling: who told a record is changed by two people, and until both agree it stays where it is (C2)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, select

from okf.asker import on_file
from okf.cases.commands.on_case import case_of
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid
from okf.policy.scopes import compartment_of
from okf.records.commands.records import check_people, note_present, on_record
from okf.store.models import Record, RecordRelabel, RecordSubject
from okf.terms import MEDIATION_MATERIAL, Action
from okf.terms.records import Answer
from okf.validation import words

_SUBJECTS = select(RecordSubject.service_user).where(RecordSubject.record_id == bindparam("id"))
_OPEN = select(RecordRelabel.ref).where(RecordRelabel.record_id == bindparam("id"), RecordRelabel.answered_at.is_(None))


def propose_relabel(
    desk: Desk, record_id: str, *, source: str, subjects: Sequence[str], reason: str, present: Sequence[str] = ()
) -> str:
    """Propose that a record was told by somebody else, or is about others; the proposal's reference.

    It opens nothing to its proposer, who can read the record already.

    Raises:
        NotFound, Refused: as `on_record`.
        Conflict: another proposal for it waits.
        Invalid: somebody who is not of this case, one party alone where it is called both, the label that it has,
            no reason, or mediation material.
    """
    with on_record(desk, Action.CHANGE_RECORD, record_id) as deed:
        case = case_of(deed)
        check_people(case, source, subjects)
        record = deed.session.get_one(Record, record_id)
        if record.record_class in MEDIATION_MATERIAL:
            raise Invalid("Record", "what was said in a mediation stays under that mediation.")
        if source != record.source:
            note_present(deed, case, record.record_class, source, present)
        if deed.session.scalar(_OPEN, {"id": record_id}) is not None:
            raise Conflict("A proposal to re-label this record waits already.")
        had = sorted(deed.session.scalars(_SUBJECTS, {"id": record_id}))
        if (source, sorted({*subjects})) == (record.source, had):
            raise Invalid("Told to us by", "this is how it is labelled now.")
        proposal = RecordRelabel(
            ref=desk.new_ref("RL"),
            record_id=record_id,
            case_ref=deed.case_ref,
            source=source,
            compartment=compartment_of(source, case.parties, case.children),
            subjects=sorted({*subjects}),
            was_source=record.source,
            was_compartment=record.compartment,
            was_subjects=had,
            reason=words("Why it is labelled wrongly", reason, at_most=1_000),
            proposed_by=str(desk.actor),
            proposed_at=deed.at,
        )
        deed.add(proposal)
        deed.note(did="re-labelling proposed", proposal=proposal.ref, was=record.compartment, to=proposal.compartment)
    return proposal.ref


def approve_relabel(desk: Desk, proposal_ref: str) -> None:
    """Move a record under the label that somebody else proposed.

    Raises:
        NotFound, Refused: as `on_record`; also for one's own proposal.
        Conflict: it is answered already, or the record has moved since.
    """
    found = on_file(desk, RecordRelabel, proposal_ref, "proposal")
    with on_record(
        desk, Action.APPROVE_RELABEL, found.record_id, noun="proposal", key=proposal_ref, about=found.proposed_by
    ) as deed:
        proposal = _answer(desk, deed, proposal_ref, Answer.APPROVED)
        record = deed.session.get_one(Record, proposal.record_id)
        if record.compartment != proposal.was_compartment or record.source != proposal.was_source:
            raise Conflict("The record has another label since this was proposed.")
        record.source, record.compartment = proposal.source, proposal.compartment
        deed.session.execute(delete(RecordSubject).where(RecordSubject.record_id == record.id))
        deed.add(*(RecordSubject(record_id=record.id, service_user=one) for one in proposal.subjects))
        deed.note(was=proposal.was_compartment, to=proposal.compartment, proposed_by=proposal.proposed_by)


def decline_relabel(desk: Desk, proposal_ref: str) -> None:
    """Leave a record where it is: said by somebody else, or by the proposer, who takes it back.

    Raises:
        NotFound, Refused: as `on_record`.
        Conflict: it is answered already.
    """
    found = on_file(desk, RecordRelabel, proposal_ref, "proposal")
    own = found.proposed_by == desk.actor
    action = Action.CHANGE_RECORD if own else Action.APPROVE_RELABEL
    with on_record(desk, action, found.record_id, noun="proposal", key=proposal_ref) as deed:
        _answer(desk, deed, proposal_ref, Answer.WITHDRAWN if own else Answer.DECLINED)


def _answer(desk: Desk, deed: Deed, proposal_ref: str, answer: Answer) -> RecordRelabel:
    proposal = deed.session.get_one(RecordRelabel, proposal_ref)
    if proposal.answered_at is not None:
        raise Conflict("Somebody has answered this proposal already.")
    proposal.answer, proposal.answered_by, proposal.answered_at = answer, str(desk.actor), deed.at
    deed.note(did=f"re-labelling {answer.value}", proposal=proposal_ref)
    return proposal
