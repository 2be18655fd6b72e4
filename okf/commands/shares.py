"""Information shares: asked for, decided by the routes of sharing, sent; each on record with its authority (C8-C12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from okf.commands.checked import past_moment, words_or_none
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, NotFound, Refused
from okf.policy.access import decide
from okf.policy.decision import Decision
from okf.policy.share_facts import ShareQuestion
from okf.policy.sharing import decide_share, relied_on
from okf.queries.known import unknown
from okf.store.models import ExpressAgreement, InformationShare
from okf.store.share_facts import share_question
from okf.store.shares import COMPELLED, DECIDERS, may_leave, question_of
from okf.terms import Action, Outcome, Role, ShareStatus

DANGER: Final = "immediate_danger"
_STANDS: Final = {Outcome.DENY: ShareStatus.REFUSED, Outcome.ESCALATE: ShareStatus.AWAITING_APPROVAL}


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of asking to share: its reference, and the policy's answer."""

    ref: str
    decision: Decision


def ask_to_share(
    desk: Desk,
    *,
    recipient: Mapping[str, Any],
    records: Sequence[str] = (),
    requested_by: Sequence[str] = (),
    purpose: str | None = None,
    case_ref: str | None = None,
    sent_already_at: datetime | None = None,
    **particulars: Any,
) -> Asked:
    """Ask whether something may leave OKF; the answer is on record with its clauses, refusals too.

    An allowed share is a draft until it is sent; one that somebody else must
    decide waits for them. `particulars` are the other keys of a share's
    question, such as `severity` or `compulsion`. In immediate danger people
    act first: `sent_already_at` is when they did.

    Raises:
        Refused: the policy said no; the share is on record as refused.
        NotFound: a record is not there, or the asker may not read it.
        Invalid: the question can't be read, or is about more than one case.
    """
    asked = {
        **particulars, "recipient": dict(recipient), "records": list(records), "requested_by": list(requested_by),
        "purpose": words_or_none("For what", purpose, at_most=200), "actor": desk.actor,
    }  # fmt: skip
    asked = {key: value for key, value in asked.items() if value not in (None, [], {})}
    try:
        with desk.permitted(Action.SHARE) as deed:
            for record in records:
                _require_readable(desk, deed, record)
            question = share_question(deed.session, asked, deed.at)
            decision = decide_share(question)
            share = _share(desk, deed, question, decision, asked, _case(question, case_ref))
            if sent_already_at is not None:
                _sent_in_danger(desk, deed, share, past_moment("Sent at", sent_already_at, deed.at))
            deed.add(share)
            _tell(deed, share, decision)
    except NotFound:
        desk.note_event(Action.SHARE, outcome=Outcome.DENY, unknown="record")
        raise
    if decision.decision is Outcome.DENY:
        raise Refused(decision)
    return Asked(share.ref, decision)


def approve_share(desk: Desk, ref: str) -> None:
    """Approve a share that a legal paper compels: the data protection lead and a trustee, two people, both must.

    Raises:
        Refused: their role does not include it.
        NotFound: there is no such share.
        Conflict: it does not wait for them, or they approved it already.
    """
    with desk.permitted(Action.APPROVE_SHARE) as deed:
        share = _find(deed, ref)
        if share.status is not ShareStatus.AWAITING_APPROVAL or share.route != COMPELLED:
            raise Conflict("This share does not wait for your approval.")
        if desk.actor in share.approvals.values():
            raise Conflict("You have approved it already: a second person must, too.")
        theirs = desk.person(deed.session).roles(deed.at)
        role = next((role for role in DECIDERS if role in theirs and role.value not in share.approvals), None)
        if role is None:
            raise Conflict("Your part of the approval is given already: the other one is wanted.")
        share.approvals = {**share.approvals, role.value: desk.actor}
        if len(share.approvals) == len(DECIDERS):
            share.decided_by, share.decided_at = desk.actor, deed.at
        deed.about(ref, share.case_ref)
        deed.note(approved_as=role)


def send_share(desk: Desk, ref: str, *, content_sha256: str | None = None) -> None:
    """Put on record that a share was sent, on the authority that holds at this moment; one-use agreements are used up.

    It is decided again: an agreement may have been withdrawn since it was asked for.

    Raises:
        Refused: it may not go, or not any more; the share is on record as refused.
        NotFound: there is no such share of theirs.
        Conflict: it was sent or refused already, or waits for somebody's approval.
    """
    with desk.permitted(Action.SEND_SHARE) as deed:
        share = _find(deed, ref)
        if desk.actor not in (share.asked_by, *share.approvals.values()):
            raise unknown("share", ref)
        if share.status in (ShareStatus.SENT, ShareStatus.REFUSED):
            raise Conflict(f"This share is {share.status.value} already.")
        question = question_of(deed.session, share, deed.at)
        allowed, decision = may_leave(deed.session, share, question)
        if decision.decision is Outcome.ESCALATE and not allowed:
            raise Conflict("This share waits for the people who must decide it.")
        if allowed:
            _send(desk, deed, share, question, decision)
            share.sent_sha256 = content_sha256
        else:
            share.status = ShareStatus.REFUSED
            deed.decision = decision
        _note(deed, share)
    if not allowed:
        raise Refused(decision)


def _require_readable(desk: Desk, deed: Deed, record: str) -> None:
    """Nobody learns by asking that a record is there; the data protection lead knows the record of everything."""
    question = desk.question(deed.session, Action.READ_RECORD, record=record)
    roles = question.person.roles(question.at)
    if not decide(question).allowed and Role.DATA_PROTECTION_LEAD not in roles:
        raise unknown("record", record)


def _case(question: ShareQuestion, named: str | None) -> str | None:
    refs = {record.case_ref for record in question.records} | ({named} if named else set())
    if len(refs) > 1:
        raise Invalid("Records", "choose records of one case: each case's share is decided on its own.")
    return next(iter(refs), None)


def _share(
    desk: Desk, deed: Deed, q: ShareQuestion, decision: Decision, asked: Mapping[str, Any], case_ref: str | None
) -> InformationShare:
    own = {"recipient", "records", "requested_by", "purpose", "actor"}
    return InformationShare(
        ref=desk.new_ref("S"),
        case_ref=case_ref,
        status=_STANDS.get(decision.decision, ShareStatus.DRAFT),
        records=[record.id for record in q.records],
        recipient=dict(asked["recipient"]),
        purpose=q.purpose,
        requested_by=list(q.requested_by),
        particulars={key: _plain(value) for key, value in asked.items() if key not in own},
        asked_by=str(desk.actor),
        asked_at=deed.at,
        route=decision.primary,
        agreements=[one.id for one in relied_on(q, decision)],
        clauses=[clause.name for clause in decision.clauses],
        approvals={},
        decided_by=None if decision.decision is Outcome.ESCALATE else desk.actor,
        decided_at=None if decision.decision is Outcome.ESCALATE else deed.at,
        conditions=list(decision.conditions),
        due={name: when.isoformat() for name, when in decision.due.items()},
    )


def _sent_in_danger(desk: Desk, deed: Deed, share: InformationShare, at: datetime) -> None:
    if share.route != DANGER:
        raise Invalid("Sent at", "only in immediate danger is something sent before it is asked.")
    share.status, share.sent_at, share.sent_by = ShareStatus.SENT, at, desk.actor
    deed.note(sent=True)


def _send(desk: Desk, deed: Deed, share: InformationShare, question: ShareQuestion, decision: Decision) -> None:
    for agreement in relied_on(question, decision):
        if agreement.one_use:
            deed.session.get_one(ExpressAgreement, agreement.id).used_at = deed.at
    share.status, share.sent_at, share.sent_by = ShareStatus.SENT, deed.at, desk.actor
    share.route, share.agreements = decision.primary, [one.id for one in relied_on(question, decision)]
    share.clauses = [clause.name for clause in decision.clauses]
    marked = ["without_prejudice_marking"] if question.mediation_material else []
    share.conditions = list(dict.fromkeys((*decision.conditions, *marked)))
    if decision.allowed:
        deed.decision = decision


def _find(deed: Deed, ref: str) -> InformationShare:
    share = deed.session.get(InformationShare, ref)
    if share is None:
        raise unknown("share", ref)
    return share


def _tell(deed: Deed, share: InformationShare, decision: Decision) -> None:
    deed.decision = decision
    _note(deed, share)


def _note(deed: Deed, share: InformationShare) -> None:
    """What the record keeps of a share: to what kind of recipient, on which authority; not who, and no words."""
    deed.about(share.ref, share.case_ref)
    deed.note(
        route=share.route, agreements=share.agreements, recipient=str(share.recipient.get("type")),
        records=share.records, conditions=share.conditions, status=share.status,
    )  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value
