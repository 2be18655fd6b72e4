"""Whom a concern is about, or may mean: names and words tied to people on file, telling nobody (C9)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from okf.cases.commands.tell_leads import tell_if_about_a_lead
from okf.desk import Deed, Desk
from okf.match.fold import folded
from okf.people.queries.meant import in_doubt, readers_at
from okf.store.models import CaseChild, CaseParty, Concern, ConcernAbout, Named, Person, ServiceUser
from okf.store.visible import barred_from, ever_held
from okf.terms import FOR_SAFETY

_SHORTEST_NAME = 3

_READERS = select(Person.username, Person.name_folded).where(Person.username.in_(ever_held(FOR_SAFETY)))


@dataclass(frozen=True, slots=True)
class About:
    """The people on file who were meant."""

    service_users: tuple[str, ...]
    workers: tuple[str, ...]


def find_about(session: Session, typed: Sequence[str], case_ref: str | None, *, worker_meant: bool) -> About:
    """Tie what was typed to service users and workers on file.

    A reference, a username or a worker's whole name ties by itself; a service
    user's name only within the case. Whoever could read the concern as lead or
    trustee is tied more easily, by their names within a longer line and, if a
    worker is meant, by one of them: better a lead too many who can't read an
    allegation than the one whom it is about.
    """
    lines = [line for text in typed for line in _lines(text)]
    if not lines:
        return About((), ())
    workers = set(_workers(session, lines))
    workers |= readers_meant(typed, session.execute(_READERS).all(), worker_meant=worker_meant)
    return About(tuple(sorted(_service_users(session, lines, case_ref))), tuple(sorted(workers)))


def readers_meant(typed: Sequence[str], readers: Iterable[tuple[str, str]], *, worker_meant: bool) -> frozenset[str]:
    """Of those who could read it, by username and folded name, whom it may be about."""
    said = {word for text in typed for line in _lines(text) for word in folded(line).split()}
    found = set()
    for username, name in readers:
        whole = set(name.split())
        parts = {part for part in whole if len(part) >= _SHORTEST_NAME} | {folded(username)}
        if (whole and whole <= said) or (worker_meant and parts & said):
            found.add(username)
    return frozenset(found)


def bar_who_may_be_meant(
    desk: Desk,
    deed: Deed,
    ref: str,
    texts: Iterable[str | None],
    *,
    by_role: Iterable[str | None],
    also: Collection[str] = (),
    later: bool = False,
) -> bool:
    """Bar from a concern every lead, deputy and trustee whom these words may mean, and `also`; whether there is one.

    In the words `by_role` they are meant by what they do here too.

    As if it were about them, until somebody else has found that it is not.
    Never who writes the words, who knows them; `later` than the concern was raised.
    """
    me, barred = str(desk.actor), {str(one) for one in deed.session.scalars(barred_from(ref))}
    readers, gone = readers_at(deed.session, deed.at), barred | {*also}
    meant = in_doubt(readers, texts, by_role=by_role, known_to=[me], barred=gone - {me})
    doubted = ({*meant, *also} - barred) - {me}
    at, by = (deed.at, str(desk.actor)) if later else (None, None)
    deed.add(
        *(ConcernAbout(concern_ref=ref, person=one, doubt=True, added_at=at, added_by=by) for one in sorted(doubted))
    )
    concern = deed.session.get_one(Concern, ref)
    if concern.lead in doubted:
        concern.lead = None
    if doubted and later:
        tell_if_about_a_lead(desk, deed, ref)
    return bool(doubted)


def known_worker(session: Session, username: str | None) -> Sequence[str]:
    """The one of this username, if there is one; of nobody it tells nothing."""
    return session.scalars(select(Person.username).where(Person.username == username)).all() if username else ()


def _workers(session: Session, lines: Sequence[str]) -> Iterable[str]:
    usernames = {form for line in lines for form in (line, line.casefold())}
    return session.scalars(
        select(Person.username).where(or_(Person.username.in_(usernames), _is_one_of(Person, lines)))
    )


def _service_users(session: Session, lines: Sequence[str], case_ref: str | None) -> set[str]:
    found = set(session.scalars(select(ServiceUser.ref).where(ServiceUser.ref.in_(lines))))
    if case_ref is None:
        return found
    for link in (CaseParty, CaseChild):
        found.update(
            session.scalars(
                select(ServiceUser.ref)
                .join(link, link.service_user == ServiceUser.ref)
                .where(link.case_ref == case_ref, _is_one_of(ServiceUser, lines))
            )
        )
    return found


def _is_one_of(model: type[Named], lines: Sequence[str]) -> ColumnElement[bool]:
    """Their name is one of the lines, wherever its blanks are: "O Brien" is O’Brien."""
    names = {folded(line).replace(" ", "") for line in lines} - {""}
    return func.replace(model.name_folded, " ", "").in_(names)


def _lines(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[\n;,]| and ", text) if part.strip()]
