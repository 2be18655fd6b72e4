"""Express agreements: a source's permission to share named records with one recipient, given and taken back (C8)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import bindparam, select

from okf.asker import may_read
from okf.cases.commands.on_case import on_case, on_part, part_of
from okf.clock import day_after, london_date
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, unknown
from okf.store import facts
from okf.store.marks import agreement_mark
from okf.store.models import ExpressAgreement, InformationShare, Record
from okf.store.shares import RECIPIENT_WORDS, may_leave, question_of
from okf.terms import Action, HowGiven, Outcome, ShareStatus
from okf.validation import past_moment, words, words_or_none

_OF_CASE = select(Record.id).where(
    Record.case_ref == bindparam("case_ref"), Record.id.in_(bindparam("ids", expanding=True))
)

_UNSENT = (
    select(InformationShare)
    .where(
        InformationShare.case_ref == bindparam("case_ref"),
        InformationShare.status.in_((ShareStatus.DRAFT, ShareStatus.AWAITING_APPROVAL)),
    )
    .order_by(InformationShare.ref)
)


def agree_to_share(
    desk: Desk,
    case_ref: str,
    *,
    source: str,
    records: Sequence[str],
    recipient: Mapping[str, object],
    purpose: str | None = None,
    channel: str | None = None,
    given_at: datetime | None = None,
    expires_on: date | None = None,
    one_use: bool = False,
    conditions: str | None = None,
    given_how: HowGiven | None = None,
    evidence: str | None = None,
) -> str:
    """Put on record that a source agreed to share these records with one recipient; its reference.

    It holds to the end of the day on which it expires. `evidence` says where
    it can be seen that they did, such as who was there or which letter;
    `conditions` are the source's own, ticked before anything goes out on it.

    Raises:
        NotFound, Refused: as `on_case`, asked for the source's own part of the case.
        Invalid: no records, or some that are not of this case or not open to whoever is here; no recipient; an end
            that has passed.
    """
    part = part_of(desk, case_ref, source)
    with on_case(desk, Action.AGREE_TO_SHARE, case_ref, compartment=part) as deed:
        if not records or set(records) - _readable(deed, records):
            raise Invalid("Records", "choose records of this case.")
        if not recipient.get("type"):
            raise Invalid("To whom", "say who is to receive them.")
        if expires_on is not None and expires_on < london_date(deed.at):
            raise Invalid("Last day", "this day has passed.")
        named = {
            key: words(key.capitalize(), str(recipient[key]), at_most=300)
            for key in RECIPIENT_WORDS
            if recipient.get(key)
        }
        agreement = ExpressAgreement(
            id=desk.new_ref("E"),
            case_ref=case_ref,
            source=source,
            records=list(dict.fromkeys(records)),
            recipient={key: value for key, value in recipient.items() if key not in RECIPIENT_WORDS},
            recipient_words=json.dumps(named, ensure_ascii=False) if named else None,
            purpose=words_or_none("For what", purpose, at_most=200),
            channel=words_or_none("By which channel", channel, at_most=80),
            conditions=words_or_none("On which conditions", conditions, at_most=2_000),
            given_at=past_moment("When it was given", given_at or deed.at, deed.at),
            given_how=given_how,
            evidence=words_or_none("Where it can be seen", evidence, at_most=2_000),
            expires_on=day_after(expires_on) if expires_on else None,
            one_use=one_use,
            recorded_by=desk.actor,
            recorded_at=deed.at,
        )
        deed.add(agreement)
        deed.about(agreement.id, case_ref)
        deed.note(
            records=list(records),
            one_use=one_use,
            compartment=part,
            given_how=given_how,
            express_agreements=[agreement_mark(agreement)],
        )
    return agreement.id


def withdraw_agreement(desk: Desk, agreement_id: str, *, told_by: str) -> None:
    """Withdraw an express agreement for its source: from this instant nothing leaves on it.

    A share that was allowed on it and was not sent yet is refused, unless it
    may go without it. It can't be undone: who agrees again gives another. `told_by` says who told
    us, and how.

    Raises:
        NotFound: there is none that they may know of.
        Refused: their access does not include it.
        Conflict: it was withdrawn already.
    """
    with desk.reading() as session:
        found = session.get(ExpressAgreement, agreement_id)
        case_ref = found.case_ref if found else None
        source = found.source if found else ""
    if case_ref is None:
        raise unknown("express agreement", agreement_id)
    said = words("Who told us, and how", told_by, at_most=2_000)
    part, missing = part_of(desk, case_ref, source), unknown("express agreement", agreement_id)
    with on_part(desk, Action.WITHDRAW_AGREEMENT, case_ref, part, missing=missing) as deed:
        agreement = deed.session.get_one(ExpressAgreement, agreement_id)
        if agreement.withdrawn_at is not None:
            raise Conflict("This express agreement was withdrawn already.")
        agreement.withdrawn_at, agreement.withdrawn_by, agreement.withdrawn_words = deed.at, desk.actor, said
        refused = _refuse_shares_on(deed, agreement_id)
        deed.about(agreement_id, case_ref)
        deed.note(compartment=deed.question.compartment, withdrawn=agreement_id, withdrawn_at=deed.at)
        deed.note(**({"shares_refused": refused} if refused else {}))


def _refuse_shares_on(deed: Deed, agreement_id: str) -> list[str]:
    """Refuse what waits to be sent on an agreement and may not go any more; the references."""
    deed.session.flush()
    refused = []
    for share in deed.session.scalars(_UNSENT, {"case_ref": deed.case_ref}):
        if agreement_id not in share.agreements:
            continue
        allowed, decision = may_leave(deed.session, share, question_of(deed.session, share, deed.at))
        if not allowed and decision.decision is Outcome.DENY:
            share.status, share.route = ShareStatus.REFUSED, decision.primary
            refused.append(share.ref)
    return refused


def _readable(deed: Deed, records: Sequence[str]) -> set[str]:
    """The records among these that are of this case and that whoever is here may read."""
    ids = set(deed.session.scalars(_OF_CASE, {"case_ref": deed.case_ref, "ids": list(records)}))
    question = replace(deed.question, compartment=None, record_class=None)
    return {id for id, record in facts.records(deed.session, ids).items() if may_read(question, record)}  # noqa: A001 - the column's name
