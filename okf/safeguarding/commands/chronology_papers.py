"""A family's chronology on paper: prepared by one, read whole by another, let go on the share's authority (C9, C11)."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Final

from sqlalchemy import bindparam, select

from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, Refused, unknown
from okf.policy.chronology import WHY, Meeting, Order, asked_as, barred, torn, with_words
from okf.policy.decision import Decision
from okf.policy.recipients import SAFEGUARDING_RECIPIENTS
from okf.policy.share_deciders import COMPELLED
from okf.policy.share_words import recipient_in_words
from okf.policy.sharing import decide_share
from okf.safeguarding.commands.chronology import append_entry, on_concern, row_on_concern
from okf.safeguarding.queries.about import about_names
from okf.safeguarding.queries.chronology_lines import ChronologyLine, FamilyLines, family_lines, kept, lines_of
from okf.safeguarding.queries.chronology_papers import asked_by
from okf.sharing.commands.shares import mark_sent, new_share
from okf.sharing.queries.packages import to_be_ticked
from okf.store.models import ChronologyCopy, ChronologyPaper, InformationShare, Person
from okf.store.sealing import open_bytes, seal_bytes
from okf.store.share_facts import share_question
from okf.store.shares import may_leave, question_of
from okf.terms import Action, ShareStatus
from okf.terms.chronologies import ChronologyPurpose, LeftOut
from okf.validation import words, words_or_none

CHANGED: Final = "Something was written about this family since this version was prepared. Prepare it anew."
PURPOSES: Final = {Meeting: ChronologyPurpose.MEETING, Order: ChronologyPurpose.ORDER}
_WAITING = select(ChronologyPaper).where(
    ChronologyPaper.concern_ref == bindparam("ref"),
    ChronologyPaper.made_by == bindparam("me"),
    ChronologyPaper.read_at.is_(None),
    ChronologyPaper.replaced_at.is_(None),
)


@dataclass(frozen=True, slots=True)
class ChronologyContent:
    """Everything that the files say; of what is left out there is nothing in it, nor that anything is.

    `about` has, by concern, whom the lines are about.
    """

    ref: str
    recipient: str
    about: Mapping[str, tuple[str, ...]]
    lines: tuple[ChronologyLine, ...]
    taken_by: str
    at: datetime


def prepare_chronology(
    desk: Desk,
    concern_ref: str,
    *,
    for_what: Meeting | Order,
    left_out: Mapping[str, LeftOut],
    seen: str,
    first_day: date | None = None,
    last_day: date | None = None,
) -> str:
    """Prepare a family's chronology for a meeting or an order, each line going or left out for a reason; its reference.

    Nothing goes out until somebody else has read all of it. It replaces an
    earlier version of the same person's that still waits. `seen` is the mark
    of the lines as whoever prepares it had them before them, `left_out` has
    the key of each that does not go.

    Raises:
        Refused: they may not, or the routes of sharing say no.
        NotFound: there is no such concern.
        Conflict: somebody wrote about this family meanwhile.
        Invalid: something of the form is missing, a line may not go, or a line would go without its correction.
    """
    recipient, rationale, reference = _written(for_what)
    if first_day and last_day and last_day < first_day:
        raise Invalid("Until", "choose a day that is not before the first one.")
    purpose, stopped, made = PURPOSES[type(for_what)], None, desk.new_ref("FC")
    with on_concern(desk, Action.PREPARE_CONCERN_PAPER, concern_ref) as (deed, _):
        found = family_lines(deed.session, deed.question, Action.PREPARE_CONCERN_PAPER)
        if found.mark != seen:
            raise Conflict("Somebody wrote about this family while you were preparing it. Look through it again.")
        going = _going(found, left_out, purpose)
        asked = asked_as(deed.question, for_what)
        whole = with_words(asked, recipient, rationale, reference)
        answer = decide_share(share_question(deed.session, {**whole, "actor": desk.actor}, deed.at))
        if not answer.allowed and answer.primary != COMPELLED:
            stopped = deed.decision = answer
        else:
            for earlier in deed.session.scalars(_WAITING, {"ref": concern_ref, "me": desk.actor}):
                earlier.replaced_at = deed.at
            lines, places = kept(going, found.marks)
            deed.add(
                ChronologyPaper(
                    ref=made,
                    concern_ref=concern_ref,
                    purpose=purpose,
                    recipient=recipient,
                    rationale=rationale,
                    reference=reference,
                    asks=json.dumps(asked),
                    first_day=first_day,
                    last_day=last_day,
                    lines=lines,
                    places=places,
                    left_out=json.dumps({key: why for key, why in left_out.items() if key in found.facts}),
                    lines_sha256=found.mark,
                    made_by=str(desk.actor),
                    made_at=deed.at,
                )
            )
            deed.note(chronology=made, purpose=purpose)
    if stopped is not None:
        raise Refused(stopped)
    return made


def read_chronology_again(
    desk: Desk, ref: str, *, approved: bool, seen: Collection[str] = (), remark: str | None = None
) -> None:
    """Say, as the second reader, that a version may go as it is, or send it back with why.

    `seen` are the keys of the lines that they have read: all that go, before
    it may.

    Raises:
        NotFound: there is no such version, or they may not read all that is in it.
        Refused: they prepared it themselves.
        Conflict: it was read already or replaced, or something was written about this family since.
        Invalid: they have not read all of it, or send it back without a word why.
    """
    said = words_or_none("What is to be changed", remark, at_most=2_000)
    if not approved and said is None:
        raise Invalid("What is to be changed", "say it, since you send it back.")
    found = row_on_concern(desk, ChronologyPaper, ref, Action.READ_CONCERN_PAPER_AGAIN, "paper")
    action = Action.READ_CONCERN_PAPER_AGAIN
    with on_concern(desk, action, found.concern_ref, about=found.made_by) as (deed, _):
        paper = deed.session.get_one(ChronologyPaper, ref)
        if paper.read_at or paper.replaced_at:
            raise Conflict("This paper does not wait for a second reader any more.")
        going = _still(deed, paper, action, to_go=approved)
        if approved and {one.key for one in going} - set(seen):
            raise Invalid(
                "I have read lines", "tick each part once you have read it. Nothing goes that you have not read."
            )
        paper.read_by, paper.read_at, paper.approved, paper.remark = str(desk.actor), deed.at, approved, said
        deed.note(chronology=ref, approved=approved)


def let_chronology_go(
    desk: Desk, ref: str, *, ticked: Collection[str], make: Callable[[ChronologyContent], Mapping[str, bytes]]
) -> Decision:
    """Let an approved version go on the authority that holds now; where others must decide first, they are asked.

    `make` gives its files by their form. Each is kept as it went, with its
    hash, and the share is on record with the clauses that it rests on.

    Raises:
        Refused: the routes of sharing say no.
        NotFound: there is no such version, or they may not work all that is in it.
        Conflict: nobody else has approved it, it waits for those who decide, went or was refused already, or something
            was written about this family since it was prepared.
        Invalid: a condition is not ticked.
    """
    found = row_on_concern(desk, ChronologyPaper, ref, Action.TAKE_OUT_CONCERN_PAPER, "paper")
    with on_concern(desk, Action.TAKE_OUT_CONCERN_PAPER, found.concern_ref) as (deed, _):
        paper = deed.session.get_one(ChronologyPaper, ref)
        if not paper.approved:
            raise Conflict("A second person must read and approve it first.")
        going = _still(deed, paper, Action.TAKE_OUT_CONCERN_PAPER, to_go=True)
        share, asked_before = _share(desk, deed, paper)
        question = question_of(deed.session, share, deed.at)
        allowed, decision = may_leave(deed.session, share, question)
        if allowed:
            wanted = to_be_ticked(deed.session, question, decision)
            if missing := [said for key, said in wanted.items() if key not in ticked]:
                raise Invalid(missing[0], "tick it once it is so. All must be met before anything is sent.")
            mark_sent(deed, share, question, decision)
            share.ticked = list(wanted)
            to = recipient_in_words(asked_by(paper)["recipient"])
            name = deed.session.get_one(Person, desk.actor).name
            about = about_names(deed.session, dict.fromkeys(line.concern_ref for line in going))
            files = make(ChronologyContent(ref, to, about, going, name, deed.at))
            deed.note(files={form: _keep(desk, deed, paper, form, content) for form, content in files.items()})
            append_entry(deed, paper.concern_ref, "The family's chronology sent", f"To: {to}. Version {ref}.")
        elif asked_before:
            raise Conflict("It waits for those who must decide it: the data protection lead and a trustee.")
        else:
            deed.decision = decision
        deed.note(chronology=ref, share=share.ref, route=share.route, status=share.status)
    if share.status is ShareStatus.REFUSED:
        raise Refused(decision)
    return decision


def open_chronology_copy(desk: Desk, ref: str) -> bytes:
    """The exact bytes of a file that went out, for whoever works all that is in it; the opening is on record.

    Raises:
        NotFound: there is none that they may open.
        Conflict: it is not what went out.
    """
    found = row_on_concern(desk, ChronologyCopy, ref, Action.TAKE_OUT_CONCERN_PAPER, "paper")
    with on_concern(desk, Action.TAKE_OUT_CONCERN_PAPER, found.concern_ref) as (deed, _):
        paper = deed.session.get_one(ChronologyPaper, found.paper_ref)
        _still(deed, paper, Action.TAKE_OUT_CONCERN_PAPER, to_go=False)
        content = open_bytes(deed.session, ChronologyCopy.content, ref, found.content)
        if sha256(content).hexdigest() != found.sha256:
            raise Conflict("This is not what went out. Tell the data protection lead.")
        deed.note(did="opened a copy again", copy=ref, sha256=found.sha256)
    return content


def _written(for_what: Meeting | Order) -> tuple[str, str, str | None]:
    """To whom, why, and the order's reference, as they were typed."""
    rationale = words("What for, and why they need it", for_what.rationale, at_most=4_000)
    if isinstance(for_what, Order):
        court = words("Court", for_what.court, at_most=300)
        return court, rationale, words("Reference of the order", for_what.reference, at_most=200)
    if for_what.recipient not in SAFEGUARDING_RECIPIENTS:
        raise Invalid("With whom", "choose somebody who is on the list for safeguarding.")
    if not for_what.legal_basis:
        raise Invalid("Legal basis", "choose at least one of the list.")
    return words("Which meeting, and who holds it", for_what.name, at_most=300), rationale, None


def _going(
    found: FamilyLines, left_out: Mapping[str, LeftOut], purpose: ChronologyPurpose
) -> tuple[ChronologyLine, ...]:
    going = tuple(one for one in found.lines if one.key not in left_out)
    for one in going:
        if why := barred(found.facts[one.key], purpose):
            raise Invalid("Goes all the same", f"“{one.what}” of {one.concern_ref} can't go. {WHY[why]}")
    if found_torn := torn(found.facts.values(), left_out):
        concern, _, _ = found_torn[0].partition("/")
        raise Invalid(
            "Left out", f"a line of {concern} and its correction go together. Choose both of them, or neither."
        )
    if not going:
        raise Invalid("Left out", "leave in at least one line, since nothing would go.")
    return going


def _still(deed: Deed, paper: ChronologyPaper, action: Action, *, to_go: bool) -> tuple[ChronologyLine, ...]:
    """The lines of a version for whoever may do this on each of their concerns; to go it must still fit."""
    now = family_lines(deed.session, deed.question, action)
    going = lines_of(paper.lines, paper.places)
    if not {one.key for one in going} <= now.facts.keys():
        raise unknown("paper", paper.ref)
    if to_go and not now.fit(paper.lines, paper.places, paper.lines_sha256):
        raise Conflict(CHANGED)
    return going


def _share(desk: Desk, deed: Deed, paper: ChronologyPaper) -> tuple[InformationShare, bool]:
    """The share on which a version goes, asked for now unless it was before; and whether it was."""
    if paper.share_ref is not None:
        share = deed.session.get_one(InformationShare, paper.share_ref)
        if share.status in (ShareStatus.SENT, ShareStatus.REFUSED):
            raise Conflict(f"This share is {share.status.value} already. Prepare the chronology anew.")
        return share, True
    asked = {**asked_by(paper), "actor": desk.actor}
    question = share_question(deed.session, asked, deed.at)
    share = new_share(desk, deed, question, decide_share(question), asked, None)
    deed.add(share)
    deed.session.flush()
    paper.share_ref = share.ref
    return share, False


def _keep(desk: Desk, deed: Deed, paper: ChronologyPaper, form: str, content: bytes) -> str:
    """Keep a file as it goes; its hash."""
    copy, digest = desk.new_ref("FF"), sha256(content).hexdigest()
    deed.add(
        ChronologyCopy(
            ref=copy,
            paper_ref=paper.ref,
            concern_ref=paper.concern_ref,
            form=form,
            content=seal_bytes(deed.session, ChronologyCopy.content, copy, paper.sealed_under(), content),
            size=len(content),
            sha256=digest,
            made_by=str(desk.actor),
            made_at=deed.at,
        )
    )
    return digest
