"""Texts blacked out for a share: by whoever asked for it, and read again by somebody else before anything goes out."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import bindparam, select

from okf.commands.checked import words, words_or_none
from okf.commands.shares import read_barred
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, Refused
from okf.policy.decision import Reason, refusal
from okf.policy.redaction import merged
from okf.queries.known import unknown
from okf.queries.packages import record_words, text_hash
from okf.queries.share_lists import known
from okf.store.models import InformationShare, Record, Redaction
from okf.terms import Action, ShareStatus

_CURRENT = select(Redaction).where(
    Redaction.share_ref == bindparam("share"), Redaction.record_id == bindparam("record"),
    Redaction.replaced_at.is_(None),
)  # fmt: skip


def black_out(desk: Desk, share_ref: str, record_id: str, *, passages: Sequence[tuple[int, int]], reason: str) -> str:
    """Black out passages of a record's text for one share; the version's reference. It replaces an earlier version.

    Nothing goes out until somebody else has read it. A version without any
    passage sends the text whole, and is read by somebody else like any other.

    Raises:
        NotFound: there is no such share of theirs, or they may not read the record.
        Conflict: the share was sent or refused already.
        Invalid: no reason is given.
    """
    why = words("Why this is left out", reason, at_most=1_000)
    with desk.permitted(Action.BLACK_OUT) as deed:
        share = _theirs(desk, deed, share_ref, record_id)
        record = deed.session.get_one(Record, record_id)
        text = record_words(deed.session, [record_id])[0].text
        for earlier in deed.session.scalars(_CURRENT, {"share": share_ref, "record": record_id}):
            earlier.replaced_at = deed.at
        redaction = Redaction(
            ref=desk.new_ref("B"),
            share_ref=share_ref,
            record_id=record_id,
            case_ref=record.case_ref,
            text_sha256=text_hash(text),
            passages=json.dumps(merged(passages, len(text))),
            reason=why,
            made_by=str(desk.actor),
            made_at=deed.at,
        )
        deed.add(redaction)
        deed.about(redaction.ref, share.case_ref)
        deed.note(share=share_ref, record=record_id)
    return redaction.ref


def read_again(desk: Desk, ref: str, *, approved: bool, remark: str | None = None) -> None:
    """Say, as the second reader, that a blacked-out text may go out as it is, or send it back with why.

    Raises:
        NotFound: there is no such version, or they may not read the record.
        Refused: they made it themselves.
        Conflict: it was read already, replaced, or its share is done.
        Invalid: it is sent back without a word why.
    """
    said = words_or_none("What is to be changed", remark, at_most=2_000)
    if not approved and said is None:
        raise Invalid("What is to be changed", "write it down first.")
    own = False
    with desk.permitted(Action.SECOND_READ) as deed:
        redaction = deed.session.get(Redaction, ref)
        if redaction is None or read_barred(desk, deed, redaction.record_id) is not None:
            raise unknown("blacked-out text", ref)
        share = deed.session.get_one(InformationShare, redaction.share_ref)
        if not known(desk, deed.session, [share]):  # one about them, or one for safety: it is not theirs to know of
            raise unknown("blacked-out text", ref)
        deed.about(ref, redaction.case_ref)
        deed.note(share=share.ref, record=redaction.record_id, approved=approved)
        if desk.actor == redaction.made_by:
            own, deed.decision = True, refusal([Reason.OWN_REVIEW])
        elif redaction.read_at or redaction.replaced_at or share.status in (ShareStatus.SENT, ShareStatus.REFUSED):
            raise Conflict("This version does not wait for a second reader any more.")
        else:
            redaction.read_by, redaction.read_at, redaction.approved = desk.actor, deed.at, approved
            redaction.remark = said
    if own:
        raise Refused(refusal([Reason.OWN_REVIEW]))


def _theirs(desk: Desk, deed: Deed, share_ref: str, record_id: str) -> InformationShare:
    share = deed.session.get(InformationShare, share_ref)
    if share is None or desk.actor not in (share.asked_by, share.decided_by):
        raise unknown("share", share_ref)
    if record_id not in share.records or read_barred(desk, deed, record_id) is not None:
        raise unknown("record", record_id)
    if share.status in (ShareStatus.SENT, ShareStatus.REFUSED):
        raise Conflict(f"This share is {share.status.value} already.")
    return share
