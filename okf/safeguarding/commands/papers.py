"""A concern on paper for a referral: blacked out by one person, approved by another, and kept as it went out (C9)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import bindparam, select

from okf.desk import Desk
from okf.errors import Conflict, Invalid
from okf.policy.redaction import Passage, merged
from okf.safeguarding.commands.chronology import on_concern, row_on_concern
from okf.safeguarding.queries.papers import as_it_goes, has_boxes, mark_of, passages_of
from okf.safeguarding.queries.words import parts_of
from okf.store.models import ConcernPaper, ConcernPaperCopy, Person
from okf.store.sealing import open_bytes, seal_bytes
from okf.terms import Action
from okf.validation import words, words_or_none

_WAITING = select(ConcernPaper).where(
    ConcernPaper.concern_ref == bindparam("ref"),
    ConcernPaper.made_by == bindparam("me"),
    ConcernPaper.read_at.is_(None),
    ConcernPaper.replaced_at.is_(None),
)


@dataclass(frozen=True, slots=True)
class PaperContent:
    """Everything that the paper says; what is blacked out is not in it."""

    ref: str
    concern_ref: str
    recipient: str
    purpose: str
    parts: tuple[str, ...]
    boxes: bool
    taken_by: str
    at: datetime


def prepare_paper(
    desk: Desk,
    concern_ref: str,
    *,
    recipient: str,
    purpose: str,
    passages: Mapping[int, Sequence[Passage]],
    reason: str,
    seen: str,
) -> str:
    """Prepare a concern's chronology for a recipient, passages of its parts blacked out; the version's reference.

    Nothing goes out until somebody else has read it. It replaces an earlier
    version of the same person's that still waits. `seen` is the mark of the
    parts as whoever prepares it had them before them.

    Raises:
        Refused, NotFound: they may not work the concern, or it is not there.
        Conflict: somebody wrote to it meanwhile.
        Invalid: it does not say for whom, what for or why something is left out.
    """
    given = {
        "recipient": words("For whom", recipient, at_most=300),
        "purpose": words("What for", purpose, at_most=1_000),
        "reason": words("Why this is left out", reason, at_most=1_000),
    }
    with on_concern(desk, Action.PREPARE_CONCERN_PAPER, concern_ref) as (deed, _):
        parts = parts_of(deed.session, deed.question)
        if mark_of(parts) != seen:
            raise Conflict("Somebody wrote to this concern while you were preparing it. Look through it again.")
        for earlier in deed.session.scalars(_WAITING, {"ref": concern_ref, "me": desk.actor}):
            earlier.replaced_at = deed.at
        black = {at: merged(passages.get(at, ()), len(part)) for at, part in enumerate(parts)}
        paper = ConcernPaper(
            ref=desk.new_ref("CP"),
            concern_ref=concern_ref,
            parts=json.dumps(parts),
            passages=json.dumps({at: places for at, places in black.items() if places}),
            made_by=str(desk.actor),
            made_at=deed.at,
            **given,
        )
        deed.add(paper)
        deed.note(paper=paper.ref)
    return paper.ref


def read_paper_again(desk: Desk, ref: str, *, approved: bool, remark: str | None = None) -> None:
    """Say, as the second reader, that a prepared paper may go out as it is, or send it back with why.

    Raises:
        NotFound: there is no such paper, or they may not read its concern.
        Refused: they prepared it themselves.
        Conflict: it was read already, or replaced.
        Invalid: it is sent back without a word why.
    """
    said = words_or_none("What is to be changed", remark, at_most=2_000)
    if not approved and said is None:
        raise Invalid("What is to be changed", "say it, since you send it back.")
    found = row_on_concern(desk, ConcernPaper, ref, Action.READ_CONCERN_PAPER_AGAIN, "paper")
    with on_concern(desk, Action.READ_CONCERN_PAPER_AGAIN, found.concern_ref, about=found.made_by) as (deed, _):
        paper = deed.session.get_one(ConcernPaper, ref)
        if paper.read_at or paper.replaced_at:
            raise Conflict("This paper does not wait for a second reader any more.")
        paper.read_by, paper.read_at, paper.approved, paper.remark = str(desk.actor), deed.at, approved, said
        deed.note(paper=ref, approved=approved)


def take_out_paper(desk: Desk, ref: str, *, make: Callable[[PaperContent], bytes]) -> bytes:
    """Take out a copy of an approved paper and keep it; who took it out, and when, is on it and on the audit record.

    Raises:
        NotFound: there is no such paper, or they may not work its concern.
        Refused: they may read it, and not take it out.
        Conflict: nobody else has approved it.
    """
    found = row_on_concern(desk, ConcernPaper, ref, Action.READ_CONCERN_PAPER_AGAIN, "paper")
    with on_concern(desk, Action.TAKE_OUT_CONCERN_PAPER, found.concern_ref) as (deed, _):
        paper = deed.session.get_one(ConcernPaper, ref)
        if not paper.approved:
            raise Conflict("A second person must read and approve it first.")
        copy = desk.new_ref("CC")
        parts = as_it_goes(json.loads(paper.parts), passages_of(paper.passages))
        name = deed.session.get_one(Person, desk.actor).name
        content = make(
            PaperContent(
                copy, paper.concern_ref, paper.recipient, paper.purpose, parts, has_boxes(parts), name, deed.at
            )
        )
        digest = sha256(content).hexdigest()
        deed.add(
            ConcernPaperCopy(
                ref=copy,
                paper_ref=ref,
                concern_ref=paper.concern_ref,
                size=len(content),
                sha256=digest,
                content=seal_bytes(deed.session, ConcernPaperCopy.content, copy, paper.sealed_under(), content),
                made_by=str(desk.actor),
                made_at=deed.at,
            )
        )
        deed.note(form="pdf", paper=ref, copy=copy, sha256=digest)
    return content


def open_paper_copy(desk: Desk, ref: str) -> bytes:
    """The exact bytes of a copy that went out, for whoever works its concern; the opening goes on the audit record.

    Raises:
        NotFound: there is none that they may open.
        Conflict: it is not what went out.
    """
    found = row_on_concern(desk, ConcernPaperCopy, ref, Action.TAKE_OUT_CONCERN_PAPER, "paper")
    with on_concern(desk, Action.TAKE_OUT_CONCERN_PAPER, found.concern_ref) as (deed, _):
        content = open_bytes(deed.session, ConcernPaperCopy.content, ref, found.content)
        if sha256(content).hexdigest() != found.sha256:
            raise Conflict("This is not what went out. Tell the data protection lead.")
        deed.note(did="opened a copy again", copy=ref, sha256=found.sha256)
    return content
