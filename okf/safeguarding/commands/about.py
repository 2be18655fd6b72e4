"""Whom a concern is about: the names somebody typed, tied to people on file without telling whether they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from okf.match.fold import folded
from okf.store.models import CaseChild, CaseParty, Named, Person, ServiceUser
from okf.store.visible import ever_held
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
