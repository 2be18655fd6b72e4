"""The neutral contact marker of a case, for whoever is about to make contact; leads see the rest elsewhere (C9)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, select, union_all
from sqlalchemy.orm import Session

from okf.asker import Asker
from okf.desk import Desk
from okf.store.models import CaseChild, CaseParty, Concern, ConcernAbout, ContactMarker
from okf.store.rows import from_row
from okf.store.visible import BARS, WHO, about_workers, of_worker
from okf.terms.concerns import MarkerKind

SPEAK_FIRST: Final = "Speak to the safeguarding lead before contact"

FAMILY = union_all(
    select(CaseParty.case_ref, CaseParty.service_user), select(CaseChild.case_ref, CaseChild.service_user)
).subquery()

MARKER: Any = (
    ContactMarker.ref,
    ContactMarker.kind,
    ContactMarker.case_ref,
    ContactMarker.service_user,
    ContactMarker.concern_ref,
    ContactMarker.shown_to_subjects,
    ContactMarker.set_at,
    ContactMarker.review_on,
    ContactMarker.lifted_at,
)

_CASES: Any = bindparam("cases", expanding=True)

_BEFORE_CONTACT = union_all(
    select(ContactMarker.case_ref.label("on_case"), *MARKER).where(
        ContactMarker.case_ref.in_(_CASES), ContactMarker.lifted_at.is_(None), ContactMarker.kind == MarkerKind.CONTACT
    ),
    select(FAMILY.c.case_ref.label("on_case"), *MARKER)
    .join(ContactMarker, ContactMarker.service_user == FAMILY.c.service_user)
    .where(FAMILY.c.case_ref.in_(_CASES), ContactMarker.lifted_at.is_(None), ContactMarker.kind == MarkerKind.CONTACT),
)

_TIES = (
    select(Concern.ref, Concern.case_ref, Concern.raised_at, Concern.ended_at, ConcernAbout.added_at)
    .join(ConcernAbout, ConcernAbout.concern_ref == Concern.ref)
    .where(of_worker(WHO), BARS)
)
# About a worker, and nobody yet knows whom: whoever is shown its marker may be the one.
_ABOUT_NOBODY_YET = select(Concern.ref).where(
    Concern.ref.in_(bindparam("keys", expanding=True)), Concern.sealed.is_(True), Concern.ref.not_in(about_workers())
)

_USERS = select(ConcernAbout.concern_ref, ConcernAbout.service_user).where(
    ConcernAbout.concern_ref.in_(bindparam("keys", expanding=True)), ConcernAbout.service_user.is_not(None)
)


@dataclass(frozen=True, slots=True)
class Tie:
    """A concern about somebody: since when, until when, on which case and which service users it also is."""

    ref: str
    case_ref: str | None
    since: datetime
    until: datetime | None
    users: frozenset[str]


def before_contact(desk: Desk, case_refs: Collection[str]) -> frozenset[str]:
    """Of these cases, those before any contact on which this reader is to speak to the safeguarding lead.

    For whoever works the case; no reason, no date and nobody's name comes
    with it, and past its review it still stands.
    """
    if not case_refs:
        return frozenset()
    with desk.reading() as session:
        rows = session.execute(_BEFORE_CONTACT, {"cases": list(case_refs)}).all()
        if not rows:
            return frozenset()
        asker = Asker.of(desk, session)
        ties = ties_of(session, asker.who)
        concerns = {row.concern_ref for row in rows if row.concern_ref and not row.shown_to_subjects}
        nobody_yet = set(session.scalars(_ABOUT_NOBODY_YET, {"keys": list(concerns)})) if concerns else set()
        rows = [row for row in rows if row.shown_to_subjects or row.concern_ref not in nobody_yet]
        shown = {row.on_case for row in rows if not hidden_by(row, ties, row.on_case)}
        return frozenset(asker.listed(sorted(shown)))


def ties_of(session: Session, who: str) -> tuple[Tie, ...]:
    """The concerns about somebody who works here, whatever became of them."""
    rows = session.execute(_TIES, {"who": who}).all()
    users: dict[str, set[str]] = defaultdict(set)
    if rows:
        for row in session.execute(_USERS, {"keys": [row.ref for row in rows]}):
            users[row.concern_ref].add(row.service_user)
    return tuple(
        from_row(Tie, row, since=row.added_at or row.raised_at, until=row.ended_at, users=frozenset(users[row.ref]))
        for row in rows
    )


def hidden_by(marker: Any, ties: Iterable[Tie], case_ref: str | None) -> bool:
    """Whether it was set while a concern here was about the reader, and nobody said that they may see it.

    Whom a concern comes to be about later saw the marker before: its going would tell them.
    """
    return not marker.shown_to_subjects and any(
        tie.since <= marker.set_at
        and (tie.until is None or tie.until > marker.set_at)
        and (
            tie.ref == marker.concern_ref
            or (tie.case_ref is not None and tie.case_ref in (case_ref, marker.case_ref))
            or (marker.service_user is not None and marker.service_user in tie.users)
        )
        for tie in ties
    )
