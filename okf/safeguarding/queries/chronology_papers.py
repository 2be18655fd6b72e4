"""The versions of a family's chronology on paper: what goes, what is left out and why, and where each stands (C9)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from okf.desk import Desk
from okf.errors import NotFound, unknown
from okf.pending import PendingItem, counted
from okf.policy.access import decide
from okf.policy.chronology import left_out, with_words
from okf.policy.facts import PersonFacts, Question
from okf.policy.share_words import recipient_in_words
from okf.policy.sharing import decide_share
from okf.safeguarding.queries.chronology_lines import ChronologyLine, FamilyLines, family_lines, lines_of
from okf.safeguarding.queries.reads import put_reading_on_record, read_in_this_sign_in
from okf.sharing.queries.packages import to_be_ticked
from okf.store.models import ChronologyCopy, ChronologyPaper, InformationShare, Person
from okf.store.rows import from_row
from okf.store.share_facts import share_question
from okf.store.shares import question_of
from okf.store.visible import WHO, binds_of, concerns_read_again_by
from okf.terms import FOR_SAFETY, Action, ShareStatus
from okf.terms.chronologies import ChronologyPurpose, LeftOut

MOST: Final = 20
_MAKER, _READER = aliased(Person), aliased(Person)
_PAPERS = (
    select(ChronologyPaper, _MAKER.name, _READER.name, InformationShare)
    .join(_MAKER, _MAKER.username == ChronologyPaper.made_by)
    .outerjoin(_READER, _READER.username == ChronologyPaper.read_by)
    .outerjoin(InformationShare, InformationShare.ref == ChronologyPaper.share_ref)
    .where(ChronologyPaper.concern_ref == bindparam("ref"))
    .order_by(ChronologyPaper.made_at.desc(), ChronologyPaper.ref)
    .limit(MOST)
)
_COPIES = (
    select(ChronologyCopy.paper_ref, ChronologyCopy.ref, ChronologyCopy.form, ChronologyCopy.sha256)
    .where(ChronologyCopy.concern_ref == bindparam("ref"))
    .order_by(ChronologyCopy.form)
)
_WAITING = (
    select(ChronologyPaper.concern_ref)
    .where(
        ChronologyPaper.read_at.is_(None),
        ChronologyPaper.replaced_at.is_(None),
        ChronologyPaper.made_by != WHO,
        concerns_read_again_by(ChronologyPaper.concern_ref),
    )
    .order_by(ChronologyPaper.made_at, ChronologyPaper.ref)
    .limit(MOST)
)


@dataclass(frozen=True, slots=True)
class FileThatWent:
    """One file of a version, as it went."""

    ref: str
    form: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Version:
    """One version: for whom, what goes and what does not, and where it stands.

    `left_out` has the lines by why, as far as the reader may see them. `fits`
    says that nothing was written about the family since. `status` is the
    share's, from the moment when it was asked for; `conditions` are to be
    ticked before it goes.
    """

    ref: str
    purpose: ChronologyPurpose
    to: str
    rationale: str
    reference: str | None
    first_day: date | None
    last_day: date | None
    lines: tuple[ChronologyLine, ...]
    left_out: Mapping[LeftOut, tuple[ChronologyLine, ...]]
    made_by: str
    made_at: datetime
    replaced: bool
    read_by: str | None
    read_at: datetime | None
    approved: bool | None
    remark: str | None
    is_own: bool
    fits: bool
    status: ShareStatus | None
    conditions: Mapping[str, str]
    files: tuple[FileThatWent, ...]

    @property
    def waits(self) -> bool:
        """Whether it waits for its second reader."""
        return self.read_at is None and not self.replaced


@dataclass(frozen=True, slots=True)
class Chronologies:
    """A concern's versions, newest first, and whether its reader may prepare another."""

    versions: tuple[Version, ...]
    may_prepare: bool


def chronologies_of(desk: Desk, ref: str) -> Chronologies:
    """The versions prepared from one concern's page, of which the reader may read all that goes.

    Raises:
        NotFound: there is no such concern that they may work or read again.
    """
    with desk.reading() as session:
        question = _question(desk, session, Action.READ_CONCERN_PAPER_AGAIN, ref)
        may_prepare = _may(desk, session, Action.PREPARE_CONCERN_PAPER, ref)
        rows = session.execute(_PAPERS, {"ref": ref}).all()
        if not rows:
            return Chronologies((), may_prepare)
        now = family_lines(session, question, Action.READ_CONCERN_PAPER_AGAIN)
        files: dict[str, list[FileThatWent]] = {}
        for row in session.execute(_COPIES, {"ref": ref}):
            files.setdefault(row.paper_ref, []).append(from_row(FileThatWent, row))
        found = [_version(session, question, now, *row, files=files.get(row[0].ref, ())) for row in rows]
    versions = tuple(one for one in found if {line.key for line in one.lines} <= now.facts.keys())
    _on_record(desk, [line for one in versions for line in (*one.lines, *_lines(one))])
    return Chronologies(versions, may_prepare)


def lines_to_choose(desk: Desk, ref: str) -> FamilyLines:
    """Every line of the family that the reader may put on paper from a concern's page, oldest first.

    Raises:
        NotFound: there is no such concern that they work.
        Conflict: there are more than go on one paper.
    """
    with desk.reading() as session:
        question = _question(desk, session, Action.PREPARE_CONCERN_PAPER, ref)
        found = family_lines(session, question, Action.PREPARE_CONCERN_PAPER)
    _on_record(desk, found.lines)
    return found


def proposed(
    found: FamilyLines, purpose: ChronologyPurpose, first_day: date | None, last_day: date | None
) -> dict[str, LeftOut]:
    """What is left out where nobody chooses otherwise, of the lines that the reader may see."""
    return left_out(found.facts.values(), purpose, first_day, last_day)


def asked_by(paper: ChronologyPaper) -> dict[str, Any]:
    """What a version's share asks, without who asks it."""
    return with_words(json.loads(paper.asks), paper.recipient, paper.rationale, paper.reference)


def chronologies_to_read(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """For Today: how many versions wait for this person as second reader."""
    if not person.roles(desk.now()) & FOR_SAFETY:
        return None
    waiting = session.scalars(_WAITING, binds_of(person, desk.now())).all()
    theirs = [ref for ref in waiting if _may(desk, session, Action.READ_CONCERN_PAPER_AGAIN, ref)]
    if not theirs:
        return None
    said = counted(len(theirs), "family's chronology waits", "families' chronologies wait")
    return PendingItem(
        f"{said} for a second reader", "concern", {"ref": theirs[0], "part": "Paper"}, count=len(theirs), act="Read"
    )


def _question(desk: Desk, session: Session, action: Action, ref: str) -> Question:
    try:
        question = desk.question(session, action, concern=ref)
    except NotFound:
        raise unknown("concern", ref) from None
    if not decide(question).allowed:
        raise unknown("concern", ref)
    return question


def _may(desk: Desk, session: Session, action: Action, ref: str) -> bool:
    return decide(desk.question(session, action, concern=ref)).allowed


def _on_record(desk: Desk, lines: Sequence[ChronologyLine]) -> None:
    shown = list(dict.fromkeys(line.concern_ref for line in lines))
    with desk.reading() as session:
        read = read_in_this_sign_in(desk, session, shown)
    for ref in shown:
        if ref not in read:
            put_reading_on_record(desk, ref)


def _lines(version: Version) -> tuple[ChronologyLine, ...]:
    return tuple(line for lines in version.left_out.values() for line in lines)


def _version(
    session: Session,
    question: Question,
    now: FamilyLines,
    paper: ChronologyPaper,
    made_by: str,
    read_by: str | None,
    share: InformationShare | None,
    *,
    files: Sequence[FileThatWent],
) -> Version:
    asks = asked_by(paper)
    why = {key: LeftOut(one) for key, one in json.loads(paper.left_out).items()}
    out: dict[LeftOut, list[ChronologyLine]] = {}
    for line in now.lines:
        if line.key in why:
            out.setdefault(why[line.key], []).append(line)
    return Version(
        ref=paper.ref,
        purpose=paper.purpose,
        to=recipient_in_words(asks["recipient"]),
        rationale=paper.rationale,
        reference=paper.reference,
        first_day=paper.first_day,
        last_day=paper.last_day,
        lines=lines_of(paper.lines, paper.places),
        left_out={reason: tuple(lines) for reason, lines in out.items()},
        made_by=made_by,
        made_at=paper.made_at,
        replaced=paper.replaced_at is not None,
        read_by=read_by,
        read_at=paper.read_at,
        approved=paper.approved,
        remark=paper.remark,
        is_own=paper.made_by == question.person.username,
        fits=now.fit(paper.lines, paper.places, paper.lines_sha256),
        status=share.status if share else None,
        conditions=_conditions(session, question, asks, share),
        files=tuple(files),
    )


def _conditions(
    session: Session, question: Question, asks: Mapping[str, Any], share: InformationShare | None
) -> Mapping[str, str]:
    asked = (
        question_of(session, share, question.at)
        if share
        else share_question(session, {**asks, "actor": question.person.username}, question.at)
    )
    return to_be_ticked(session, asked, decide_share(asked))
