"""One share as whoever looks may see it: the answer, what it carries, what is still to do, and what was sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.desk import Desk
from okf.errors import Conflict, Invalid, unknown
from okf.policy.decision import Decision
from okf.policy.redaction import Passage, Shown, blacked_out
from okf.policy.share_deciders import COMPELLED, DECIDED_BY, SAFETY_ROUTES, deciding_action, routes_for
from okf.policy.share_words import recipient_in_words
from okf.sharing.queries.lists import Known, known, may_open, names_of
from okf.sharing.queries.packages import passages_of, record_words, shown_of, text_hash, to_be_ticked
from okf.sharing.queries.second_readers import awaited
from okf.store.models import InformationShare, Redaction, SharePackage, StoredFile
from okf.store.rows import from_row
from okf.store.shares import asked_of, decided_on_a_concern, may_leave, question_of, words_of
from okf.store.visible import file_in_its_place
from okf.terms import Action, RecordClass, ShareStatus

_VERSIONS = (
    select(Redaction).where(Redaction.share_ref == bindparam("share")).order_by(Redaction.made_at.desc(), Redaction.ref)
)
_FILES = (
    select(StoredFile.ref, StoredFile.record_id, StoredFile.name, StoredFile.kind)
    .where(StoredFile.record_id.in_(bindparam("ids", expanding=True)), file_in_its_place())
    .order_by(StoredFile.added_at, StoredFile.ref)
)
_PACKAGE = select(SharePackage.media_type, SharePackage.size, SharePackage.sha256).where(
    SharePackage.share_ref == bindparam("share")
)
STANDS: Final = (ShareStatus.SENT, ShareStatus.REFUSED)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A version of what goes out: who made it, who is awaited as second reader, and what they said."""

    ref: str
    reason: str
    made_by: str
    made_at: datetime
    is_own: bool
    read_by: str | None
    read_at: datetime | None
    approved: bool | None
    remark: str | None
    awaited: tuple[str, ...]

    @property
    def waits(self) -> bool:
        """Whether it waits for somebody else to read it."""
        return self.approved is None


@dataclass(frozen=True, slots=True)
class Version(Prepared):
    """A blacked-out version of a text; one that does not fit was made of other words."""

    passages: tuple[Passage, ...]
    text: str
    fits: bool


@dataclass(frozen=True, slots=True)
class FileVersion(Prepared):
    """What of a file goes out."""

    shown: Shown


@dataclass(frozen=True, slots=True)
class SharedFile:
    """A file of a record in a share; without a version it stays here."""

    ref: str
    name: str
    kind: str
    version: FileVersion | None


@dataclass(frozen=True, slots=True)
class SharedText:
    """A record in a share, for somebody who may read it; `version` is how it goes out where it is blacked out."""

    id: str
    record_class: RecordClass
    occurred_at: datetime
    title: str | None
    text: str
    files: tuple[SharedFile, ...]
    version: Version | None


@dataclass(frozen=True, slots=True)
class Package:
    """What went out: of which kind, how large, and the hash by which it is known again."""

    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ShareView:
    """A share. `texts` are empty for who may not read them; `answer` is the policy's now, or what it was when done."""

    ref: str
    case_ref: str | None
    status: ShareStatus
    route: str
    to: str
    kind: str
    purpose: str | None
    channel: str | None
    asked_by: str
    asked_at: datetime
    decided_by: str | None
    sent_by: str | None
    sent_at: datetime | None
    refused_by: str | None
    refused_at: datetime | None
    refused_because: str | None
    reviewed_by: str | None
    reviewed_at: datetime | None
    review: str | None
    rationale: str | None
    legal_basis: tuple[str, ...]
    compulsion: str | None
    approvals: dict[str, str]
    records: int
    readable: bool
    texts: tuple[SharedText, ...]
    answer: Decision | None
    conditions: dict[str, str]
    ticked: tuple[str, ...]
    due: dict[str, str]
    package: Package | None
    is_own: bool
    may: frozenset[str]


def may_know_share(desk: Desk, session: Session, ref: str) -> bool:
    """Whether this person may know that a share of this reference exists."""
    found = session.get(InformationShare, ref)
    return bool(found and known(desk, session, [found]))


def share_in_view(desk: Desk, ref: str) -> ShareView:
    """A share as this person may see it.

    Raises:
        NotFound: there is none that they may know of.
    """
    with desk.reading() as session:
        found = session.get(InformationShare, ref)
        seen = known(desk, session, [found]) if found else []
        if not seen:
            raise unknown("share", ref)
        return _view(desk, session, seen[0])


def _view(desk: Desk, session: Session, one: Known) -> ShareView:
    share, readable = one.share, one.readable
    asked = asked_of(share)
    answer, conditions, leaves = _answer(desk, session, share)
    versions: Sequence[Redaction] = session.scalars(_VERSIONS, {"share": share.ref}).all() if readable else ()
    people = [share.asked_by, share.decided_by, share.sent_by, share.refused_by, share.reviewed_by]
    people += [*share.approvals.values(), *(v.made_by for v in versions), *(v.read_by for v in versions)]
    names = names_of(session, people)
    package = session.execute(_PACKAGE, {"share": share.ref}).first()
    paper = asked.get("compulsion") or {}
    told = not share.records or share.route in (*DECIDED_BY, *SAFETY_ROUTES)
    close = readable or (told and not one.tied)
    words = words_of(share).get("particulars", {})

    def name(username: str | None) -> str | None:
        return names.get(username, username) if username else None

    return ShareView(
        ref=share.ref,
        case_ref=one.case_ref,
        status=share.status,
        route=share.route or "",
        to=recipient_in_words(asked["recipient"] if close else share.recipient),
        kind=str(share.recipient.get("type", "")),
        purpose=share.purpose if close else None,
        channel=asked.get("channel"),
        asked_by=name(share.asked_by) or "",
        asked_at=share.asked_at,
        decided_by=name(share.decided_by),
        sent_by=name(share.sent_by),
        sent_at=share.sent_at,
        refused_by=name(share.refused_by),
        refused_at=share.refused_at,
        refused_because=share.refused_because if close else None,
        reviewed_by=name(share.reviewed_by),
        reviewed_at=share.reviewed_at,
        review=share.review if close else None,
        rationale=words.get("rationale") if close else None,
        legal_basis=tuple(asked.get("legal_basis", ())),
        compulsion=", ".join(str(v) for k, v in paper.items() if v and k != "sealed") or None,
        approvals={role: names.get(str(who), str(who)) for role, who in share.approvals.items()},
        records=len(share.records),
        readable=readable,
        texts=_texts(desk, session, share, versions, names) if readable else (),
        answer=answer,
        conditions=conditions,
        ticked=tuple(share.ticked or ()),
        due=dict(share.due),
        package=from_row(Package, package) if package else None,
        is_own=desk.actor in (share.asked_by, share.decided_by),
        may=_may(desk, session, one, leaves=leaves, package=package is not None),
    )


def _answer(desk: Desk, session: Session, share: InformationShare) -> tuple[Decision | None, dict[str, str], bool]:
    """The policy's answer to an open share as things stand now, its conditions in words, and whether it may leave."""
    if share.status in STANDS:
        return None, {}, False
    try:
        question = question_of(session, share, desk.now())
        leaves, decision = may_leave(session, share, question)
        return decision, to_be_ticked(session, question, decision), leaves
    except (Invalid, Conflict):
        return None, {}, False


def _texts(
    desk: Desk, session: Session, share: InformationShare, versions: Sequence[Redaction], names: dict[str, str]
) -> tuple[SharedText, ...]:
    current = {(one.record_id, one.file_ref): one for one in versions if one.replaced_at is None}
    files: dict[str, list[SharedFile]] = {}
    for row in session.execute(_FILES, {"ids": list(share.records)}):
        prepared = current.get((row.record_id, row.ref))
        shown = FileVersion(**_prepared(desk, session, prepared, names), shown=shown_of(prepared)) if prepared else None
        files.setdefault(row.record_id, []).append(from_row(SharedFile, row, version=shown))
    made = []
    for one in record_words(session, share.records):
        redaction = current.get((one.id, None))
        version = _version(desk, session, redaction, one.text, names) if redaction else None
        beside = tuple(files.get(one.id, ()))
        made.append(SharedText(one.id, one.record_class, one.occurred_at, one.title, one.text, beside, version))
    return tuple(made)


def _version(desk: Desk, session: Session, one: Redaction, text: str, names: dict[str, str]) -> Version:
    fits = one.text_sha256 == text_hash(text)
    passages = passages_of(one)
    black = blacked_out(text, passages) if fits else ""
    return Version(**_prepared(desk, session, one, names), passages=passages, text=black, fits=fits)


def _prepared(desk: Desk, session: Session, one: Redaction, names: dict[str, str]) -> dict[str, Any]:
    read_by = names.get(one.read_by, one.read_by) if one.read_by else None
    asked: tuple[str, ...] = ()
    if one.approved is None:
        usernames = awaited(desk, session, one, session.get_one(InformationShare, one.share_ref))
        asked = tuple(names_of(session, usernames).get(who, who) for who in usernames)
    return {
        "ref": one.ref,
        "reason": one.reason,
        "made_by": names.get(one.made_by, one.made_by),
        "made_at": one.made_at,
        "is_own": one.made_by == desk.actor,
        "read_by": read_by,
        "read_at": one.read_at,
        "approved": one.approved,
        "remark": one.remark,
        "awaited": asked,
    }


def _may(desk: Desk, session: Session, one: Known, *, leaves: bool, package: bool) -> frozenset[str]:
    """What this person may do with it now, as the page offers it; each command asks again."""
    share, readable = one.share, one.readable
    roles = desk.person(session).roles(desk.now())
    own = desk.actor in (share.asked_by, share.decided_by)
    opened = share.status not in STANDS
    decides = opened and share.status is ShareStatus.AWAITING_APPROVAL and share.route in routes_for(roles)
    acts = decides and not one.tied
    approves = acts and share.route == COMPELLED and desk.actor not in share.approvals.values()
    sends = opened and leaves and (own or desk.actor in share.approvals.values())
    reviews = share.sent_at is not None and share.route in SAFETY_ROUTES and share.reviewed_at is None
    may: dict[str, Any] = {
        "send": sends and (readable or not share.records or desk.actor in share.approvals.values()),
        "black_out": opened and own and readable,
        "read_again": opened and readable,
        "approve": approves,
        "decide": acts and deciding_action(share.route) is Action.DECIDE_SHARE,
        "refuse": opened and (own or decides),
        "review": reviews
        and desk.actor not in (share.sent_by, share.decided_by)
        and not decided_on_a_concern(session, share.ref)
        and desk.decide(Action.REVIEW_SHARE, share.case_ref).allowed,
        "package": package and may_open(desk, session, one),
    }
    return frozenset(name for name, allowed in may.items() if allowed)
