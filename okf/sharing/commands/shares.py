"""Information shares: asked for, decided by the routes of sharing, sent; each on record with its authority (C8-C12)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from okf.asker import may_know_case
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, NotFound, Refused, unknown
from okf.policy.access import decide
from okf.policy.decision import Decision, Reason
from okf.policy.share_deciders import COMPELLED, DECIDERS, PUBLIC
from okf.policy.share_facts import ShareQuestion
from okf.policy.sharing import decide_share, relied_on
from okf.sharing.queries.lists import known, may_open, misplaced
from okf.sharing.queries.packages import PackageContent, content_of, to_be_ticked
from okf.store.models import Case, ExpressAgreement, InformationShare, SharePackage
from okf.store.sealing import open_bytes, seal_bytes
from okf.store.share_facts import share_question
from okf.store.shares import (
    is_of_chronology,
    is_of_their_chronology,
    may_leave,
    of_concerns_about,
    question_of,
    split_sealed,
)
from okf.terms import Action, Outcome, Role, ShareRoute, ShareStatus
from okf.validation import past_moment, plain_value, words_or_none

LONGEST: Final = 20_000
_STANDS: Final = {Outcome.DENY: ShareStatus.REFUSED, Outcome.ESCALATE: ShareStatus.AWAITING_APPROVAL}
# A public share that everybody agreed to waits for the lead's word and the second person; nothing else is open.
_OPEN_QUESTIONS: Final = {Reason.PUBLIC_NOT_AGREED, Reason.LEADS_WORD_MISSING, Reason.SECOND_PERSON_MISSING}


@dataclass(frozen=True, slots=True)
class Asked:
    """The reference of a share that was asked for, and the policy's answer."""

    ref: str
    decision: Decision


@dataclass(frozen=True, slots=True)
class OpenedPackage:
    """The bytes that went out, their media type and their hash."""

    content: bytes
    media_type: str
    sha256: str


def ask_to_share(
    desk: Desk,
    *,
    recipient: Mapping[str, object],
    records: Sequence[str] = (),
    requested_by: Sequence[str] = (),
    purpose: str | None = None,
    case_ref: str | None = None,
    sent_already_at: datetime | None = None,
    told: str | None = None,
    **particulars: Any,
) -> Asked:
    """Ask whether something may leave OKF; the answer is on record with its clauses, refusals too.

    An allowed share is a draft until it is sent; one that somebody else must
    decide waits for them. `particulars` are the other keys of a share's
    question, such as `severity` or `compulsion`. In immediate danger people
    act first: `sent_already_at` is when they did, `told` what they said.

    Raises:
        Refused: the policy said no; the share is on record as refused.
        NotFound: a record is not there, or the asker may not read it.
        Invalid: the question can't be read, or is about more than one case.
    """
    asked = {
        **particulars,
        "recipient": dict(recipient),
        "records": list(records),
        "requested_by": list(requested_by),
        "purpose": words_or_none("For what", purpose, at_most=200),
        "actor": desk.actor,
    }
    asked = {key: value for key, value in asked.items() if value not in (None, [], {})}
    told = words_or_none("What was told", told, at_most=LONGEST)
    try:
        with desk.permitted(Action.SHARE) as deed:
            for record in records:
                _require_readable(desk, deed, record)
            question = share_question(deed.session, asked, deed.at)
            decision = decide_share(question)
            known = _known(desk, deed, case_ref, act_first=decision.primary == ShareRoute.IMMEDIATE_DANGER)
            share = new_share(desk, deed, question, decision, asked, _case(question, known, case_ref))
            if sent_already_at is not None:
                _sent_in_danger(deed, share, past_moment("Sent at", sent_already_at, deed.at))
            deed.add(share)
            if told is not None:
                if case_ref and not (known and may_know_case(desk, deed.session, known)):
                    told = f"Case, as it was written down: {case_ref}\n\n{told}"
                keep_package(deed, share, "text/plain", told.encode())
            deed.decision = decision
            note(deed, share)
    except NotFound:
        desk.note_event(Action.SHARE, outcome=Outcome.DENY, unknown="record")
        raise
    if share.status is ShareStatus.REFUSED:
        raise Refused(decision)
    return Asked(share.ref, decision)


def approve_share(desk: Desk, ref: str) -> None:
    """Approve a share that a legal paper compels; the data protection lead and a trustee must both do so.

    Raises:
        Refused: their role does not include it.
        NotFound: there is no such share.
        Conflict: it does not wait for them, they approved it already, or prepared or read the chronology in it.
    """
    with desk.permitted(Action.APPROVE_SHARE, case_of_share(desk, ref)) as deed:
        share = found_share(deed, ref)
        if share.status is not ShareStatus.AWAITING_APPROVAL or share.route != COMPELLED:
            raise Conflict("This share does not wait for your approval.")
        if desk.actor in share.approvals.values():
            raise Conflict("You have approved it already: a second person must, too.")
        if is_of_their_chronology(deed.session, ref, desk.actor):
            raise Conflict("You prepared this chronology or read it again: somebody else must approve that it goes.")
        roles = desk.person(deed.session).roles(deed.at)
        role = next((role for role in DECIDERS if role in roles and role.value not in share.approvals), None)
        if role is None:
            raise Conflict("Your part of the approval is given already: the other one is wanted.")
        share.approvals = {**share.approvals, role.value: desk.actor}
        if len(share.approvals) == len(DECIDERS):
            share.decided_by, share.decided_at = desk.actor, deed.at
        deed.about(ref, share.case_ref)
        deed.note(approved_as=role)


def send_share(
    desk: Desk, ref: str, *, ticked: Collection[str], make: Callable[[PackageContent], bytes] | None = None
) -> None:
    """Send a share on the authority that holds at this moment; what goes out is kept, sealed.

    It is decided again: an agreement may have been withdrawn since it was
    asked for, or the sender's access ended. `ticked` are the conditions that
    the sender says are met: all of them must be. `make` turns the content
    into the paper that goes out; without it nothing is handed over in
    writing, as on the telephone. One-use agreements are used up.

    Raises:
        Refused: it may not go, or not any more; then the share is on record as refused. Or they may no longer read
            what is in it, and somebody who may must send it.
        NotFound: there is no share of their own of this reference.
        Conflict: it was sent or refused already, waits for somebody's approval, or for a text's second reader.
        Invalid: a condition is not ticked.
    """
    stopped: Decision | None = None
    with desk.permitted(Action.SEND_SHARE) as deed:
        share = found_share(deed, ref)
        if desk.actor not in (share.asked_by, share.decided_by, *share.approvals.values()):
            raise unknown("share", ref)
        if share.status in (ShareStatus.SENT, ShareStatus.REFUSED):
            raise Conflict(f"This share is {share.status.value} already.")
        if is_of_chronology(deed.session, ref):
            raise Conflict("A family's chronology goes from its concern's page, once a second lead has read it.")
        if misplaced(deed.session, share.records):
            raise Conflict("A record in this share may be in the wrong place: nothing of it goes out.")
        question = question_of(deed.session, share, deed.at)
        allowed, decision = may_leave(deed.session, share, question)
        if decision.decision is Outcome.ESCALATE and not allowed:
            raise Conflict("This share waits for the people who must decide it.")
        if not allowed:
            share.status, share.route = ShareStatus.REFUSED, decision.primary
            stopped = deed.decision = decision
        elif barred := _reading_barred(desk, deed, share):
            stopped = deed.decision = barred  # the share's status stays: somebody who may read it can send it
        else:
            content = content_of(deed.session, share, question, decision)
            wanted = to_be_ticked(deed.session, question, decision)
            if wanted.keys() - set(ticked):
                raise Invalid("Conditions", "tick each of them first: all must be met before anything is sent.")
            mark_sent(deed, share, question, decision)
            share.ticked = list(wanted)
            if make is not None and share.records:
                keep_package(deed, share, "application/pdf", make(content))
        note(deed, share)
    if stopped is not None:
        raise Refused(stopped)


def open_package(desk: Desk, share_ref: str) -> OpenedPackage:
    """The exact bytes that went out with a share, for whoever may read all that is in it; the opening is on record.

    Without a record in it, it is for whoever asked and for whoever may look at it again.

    Raises:
        NotFound: there is none that they may open.
        Conflict: it is not what was sent.
    """
    with desk.permitted(Action.OPEN_PACKAGE) as deed:
        share, package = found_share(deed, share_ref), deed.session.get(SharePackage, share_ref)
        told_of = known(desk, deed.session, [share])
        if package is None or not told_of or not may_open(desk, deed.session, told_of[0]):
            raise unknown("share", share_ref)
        content = open_bytes(deed.session, SharePackage.content, share_ref, package.content)
        if sha256(content).hexdigest() != package.sha256:
            raise Conflict("This is not what was sent. Tell the data protection lead.")
        deed.about(share_ref, share.case_ref)
        deed.note(sha256=package.sha256)
    return OpenedPackage(content, package.media_type, package.sha256)


def new_share(
    desk: Desk, deed: Deed, q: ShareQuestion, decision: Decision, asked: Mapping[str, Any], case_ref: str | None
) -> InformationShare:
    """A share that was asked for, with the policy's answer: a draft, refused, or waiting for whoever decides it."""
    own = {"recipient", "records", "requested_by", "purpose", "actor"}
    more = {key: plain_value(value) for key, value in asked.items() if key not in own}
    recipient, particulars, words = split_sealed(asked["recipient"], more)
    waits = decision.primary == PUBLIC and set(decision.reasons) <= _OPEN_QUESTIONS
    open_still = decision.decision is Outcome.ESCALATE or waits
    return InformationShare(
        ref=desk.new_ref("S"),
        case_ref=case_ref,
        status=ShareStatus.AWAITING_APPROVAL if waits else _STANDS.get(decision.decision, ShareStatus.DRAFT),
        records=[record.id for record in q.records],
        recipient=recipient,
        purpose=q.purpose,
        requested_by=list(q.requested_by),
        particulars=particulars,
        words=words,
        asked_by=str(desk.actor),
        asked_at=deed.at,
        route=decision.primary,
        agreements=[one.id for one in relied_on(q, decision)],
        clauses=[clause.name for clause in decision.clauses],
        approvals={},
        decided_by=None if open_still else desk.actor,
        decided_at=None if open_still else deed.at,
        conditions=list(decision.conditions),
        due={name: when.isoformat() for name, when in decision.due.items()},
    )


def keep_package(deed: Deed, share: InformationShare, media_type: str, content: bytes) -> None:
    """Keep what goes out with a share, sealed, and its hash."""
    deed.session.flush()
    share.sent_sha256 = sha256(content).hexdigest()
    sealed = seal_bytes(deed.session, SharePackage.content, share.ref, share.sealed_under(), content)
    deed.add(
        SharePackage(
            share_ref=share.ref,
            media_type=media_type,
            content=sealed,
            size=len(content),
            sha256=share.sent_sha256,
            made_by=deed.question.person.username,
            made_at=deed.at,
        )
    )


def found_share(deed: Deed, ref: str) -> InformationShare:
    """A share on file.

    Raises:
        NotFound: there is none of this reference, or it is about whoever is here.
    """
    share = deed.session.get(InformationShare, ref)
    who = deed.question.person.username
    if share is None or who in share.particulars.get("about", ()) or ref in of_concerns_about(deed.session, who):
        raise unknown("share", ref)
    return share


def case_of_share(desk: Desk, ref: str) -> str | None:
    """The case of a share, so that a declared tie bars whoever decides; None if the share is about them."""
    with desk.reading() as session:
        share = session.get(InformationShare, ref)
    return share.case_ref if share and desk.actor not in share.particulars.get("about", ()) else None


def note(deed: Deed, share: InformationShare) -> None:
    """Note a share for the audit record: its authority and the recipient's kind, without names or words."""
    deed.about(share.ref, share.case_ref)
    deed.note(
        route=share.route,
        agreements=share.agreements,
        recipient=str(share.recipient.get("type")),
        records=share.records,
        conditions=share.conditions,
        status=share.status,
    )
    if share.sent_sha256:
        deed.note(sha256=share.sent_sha256)


def read_barred(desk: Desk, deed: Deed, record: str) -> Decision | None:
    """Why whoever is here may not read a record; None if they may."""
    decision = decide(desk.question(deed.session, Action.READ_RECORD, record=record))
    return None if decision.allowed else decision


def _require_readable(desk: Desk, deed: Deed, record: str) -> None:
    """Stop as if there were no such record, unless they may read it or are the data protection lead."""
    roles = desk.person(deed.session).roles(deed.at)
    unread = read_barred(desk, deed, record) is not None and Role.DATA_PROTECTION_LEAD not in roles
    if unread or misplaced(deed.session, [record]):
        raise unknown("record", record)


def _reading_barred(desk: Desk, deed: Deed, share: InformationShare) -> Decision | None:
    """What bars the sender from reading a record of it; nothing bars those who approved a compelled share."""
    if share.route == COMPELLED and desk.actor in share.approvals.values():
        return None
    return next((barred for record in share.records if (barred := read_barred(desk, deed, record))), None)


def _known(desk: Desk, deed: Deed, named: str | None, *, act_first: bool) -> str | None:
    """The named case if it is on file and they may know it; in danger the share is tied to it in any case."""
    if named is None or deed.session.get(Case, named) is None:
        return None
    return named if act_first or may_know_case(desk, deed.session, named) else None


def _case(question: ShareQuestion, known: str | None, named: str | None) -> str | None:
    refs = {record.case_ref for record in question.records}
    if len(refs) > 1 or (refs and named and named not in refs):
        raise Invalid("Records", "choose records of one case: each case's share is decided on its own.")
    return next(iter(refs), known)


def _sent_in_danger(deed: Deed, share: InformationShare, at: datetime) -> None:
    if share.route != ShareRoute.IMMEDIATE_DANGER:
        raise Invalid("Sent at", "only in immediate danger is something sent before it is asked.")
    share.status, share.sent_at, share.sent_by = ShareStatus.SENT, at, share.asked_by
    deed.note(sent=True)


def mark_sent(deed: Deed, share: InformationShare, question: ShareQuestion, decision: Decision) -> None:
    """Let a share that may leave go now, on this decision; one-use agreements are used up by it."""
    for agreement in relied_on(question, decision):
        if agreement.one_use:
            deed.session.get_one(ExpressAgreement, agreement.id).used_at = deed.at
    share.status, share.sent_at, share.sent_by = ShareStatus.SENT, deed.at, deed.question.person.username
    share.route, share.agreements = decision.primary, [one.id for one in relied_on(question, decision)]
    share.clauses = [clause.name for clause in decision.clauses]
    marked = ["without_prejudice_marking"] if question.mediation_material else []
    share.conditions = list(dict.fromkeys((*decision.conditions, *marked)))
    if decision.allowed:
        deed.decision = decision
