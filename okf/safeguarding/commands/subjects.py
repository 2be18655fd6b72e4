"""Whom a concern is about, as a lead changes it: people are added or taken off, and nothing is deleted (C9)."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, select

from okf.cases.commands.tell_leads import tell_if_about_a_lead
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid
from okf.safeguarding.commands.about import find_about
from okf.safeguarding.commands.chronology import append_entry, on_concern
from okf.safeguarding.commands.clocks import put_act
from okf.store.models import Concern, ConcernAbout, ConcernAboutEnd, Person, ServiceUser
from okf.store.selects import NO_LONGER_ABOUT
from okf.terms import Action
from okf.terms.concerns import ConcernCategory
from okf.terms.duties import ActKind
from okf.validation import words

REASON: Final = 2_000

_NOW = (
    select(ConcernAbout)
    .where(ConcernAbout.concern_ref == bindparam("ref"), ~NO_LONGER_ABOUT)
    .order_by(ConcernAbout.doubt.is_(True))  # who is meant for certain and in doubt is first taken off as the one
)
NOT_MEANT: Final = "Named in the words, and not meant."


def add_subject(desk: Desk, ref: str, *, who: str, reason: str, entries_seen: int | None = None) -> None:
    """Add somebody to those whom a concern is about; a worker sees nothing of it from this instant on.

    `who` is a worker's username or name, or a service user's reference, or
    their name within the case. If it is about a lead now, the deputy and the
    trustee hear of it; whoever led it and is meant no longer leads it.

    Raises:
        Refused, NotFound: they may not work it, or it is not there.
        Conflict: somebody wrote to it meanwhile, or it is about them already.
        Invalid: nobody on file is called that, or no reason is given.
    """
    who, why = words("Who", who, at_most=200), words("Why it is about them too", reason, at_most=REASON)
    with on_concern(desk, Action.TRIAGE_CONCERN, ref, entries_seen) as (deed, concern):
        found = find_about(deed.session, [who], concern.case_ref, worker_meant=True)
        there = {one.person or one.service_user for one in deed.session.scalars(_NOW, {"ref": ref}) if not one.doubt}
        meant = {*found.workers, *found.service_users}
        if not meant:
            raise Invalid("Who", "nobody on file is called that. Write a worker's name or a service user's reference.")
        if not meant - there:
            raise Conflict("It is about them already.")
        workers = set(found.workers) - there
        for one in (*sorted(workers), *sorted(set(found.service_users) - there)):
            worker, user = (one, None) if one in workers else (None, one)
            deed.add(
                ConcernAbout(
                    concern_ref=ref, person=worker, service_user=user, added_at=deed.at, added_by=str(desk.actor)
                )
            )
        deed.session.flush()
        append_entry(deed, ref, f"Also about {_names(deed, meant - there)}"[:200], why)
        if workers:
            _made_an_allegation(desk, deed, concern, found.workers)
        deed.note(did="whom it is about: added to")


def remove_subject(
    desk: Desk, ref: str, *, who: str, reason: str, doubted: bool = False, entries_seen: int | None = None
) -> None:
    """Say that a concern is not about somebody after all; `who` is their username or reference.

    Their names and cases are told without it from now on. A worker whom it
    was about still sees nothing of it, what was done meanwhile included; one
    who was barred because its words might have meant them sees it again, and
    `doubted` takes off nobody else.

    Raises:
        Refused, NotFound: they may not work it, or it is not there.
        Conflict: somebody wrote to it meanwhile, it is not about them, or is no doubt any more.
        Invalid: no reason is given.
    """
    why = words("Why not", reason, at_most=REASON)
    with on_concern(desk, Action.TRIAGE_CONCERN, ref, entries_seen) as (deed, _):
        now = deed.session.scalars(_NOW, {"ref": ref})
        tie = next((one for one in now if who in (one.person, one.service_user)), None)
        if tie is None:
            raise Conflict("It is not about them, or somebody has put that down already.")
        if doubted and not tie.doubt:
            raise Conflict("Somebody has put down that it is about them. If it is not, take them off, and say why.")
        deed.add(
            ConcernAboutEnd(
                concern_ref=ref,
                person=tie.person,
                service_user=tie.service_user,
                ended_at=deed.at,
                ended_by=str(desk.actor),
                reason=why,
            )
        )
        taken_off = "Not meant:" if tie.doubt else "No longer about"
        append_entry(deed, ref, f"{taken_off} {_names(deed, {who})}"[:200], why)
        deed.note(did="whom it is about: taken off")


def _made_an_allegation(desk: Desk, deed: Deed, concern: Concern, workers: tuple[str, ...]) -> None:
    concern.category = concern.category or ConcernCategory.ABOUT_A_WORKER
    put_act(deed, concern, ActKind.TIED)
    if concern.lead in workers:
        concern.lead = None
        append_entry(deed, concern.ref, "Lead: nobody yet")
    tell_if_about_a_lead(desk, deed, concern.ref)


def _names(deed: Deed, keys: set[str]) -> str:
    people = deed.session.execute(select(Person.username, Person.name).where(Person.username.in_(keys)))
    names = {row.username: row.name for row in people}
    users = deed.session.execute(select(ServiceUser.ref, ServiceUser.name).where(ServiceUser.ref.in_(keys)))
    names |= {row.ref: row.name or row.ref for row in users}
    return ", ".join(names.get(key, key) for key in sorted(keys))
