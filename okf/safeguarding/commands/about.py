"""Whom a concern is about: the names somebody typed, tied to people on file without telling whether they are."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from okf.store.models import CaseChild, CaseParty, Person, ServiceUser
from okf.store.visible import ever_held
from okf.terms import FOR_SAFETY

_SHORTEST_NAME = 3

_READERS = select(Person.username, Person.name).where(Person.username.in_(ever_held(FOR_SAFETY)))


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
    said = {word for line in lines for word in _words(line)}
    for username, name in session.execute(_READERS):
        parts = {part for part in _words(name) if len(part) >= _SHORTEST_NAME} | {username.casefold()}
        whole = set(_words(name))
        if (whole and whole <= said) or (worker_meant and parts & said):
            workers.add(username)
    return About(tuple(sorted(_service_users(session, lines, case_ref))), tuple(sorted(workers)))


def _workers(session: Session, lines: Sequence[str]) -> Iterable[str]:
    names = [_folded(line) for line in lines]
    return session.scalars(
        select(Person.username).where(or_(Person.username.in_({*lines, *names}), func.lower(Person.name).in_(names)))
    )


def _service_users(session: Session, lines: Sequence[str], case_ref: str | None) -> set[str]:
    found = set(session.scalars(select(ServiceUser.ref).where(ServiceUser.ref.in_(lines))))
    if case_ref is None:
        return found
    names = {_folded(line) for line in lines}
    for link in (CaseParty, CaseChild):
        family = (
            select(ServiceUser.ref, ServiceUser.name)
            .join(link, link.service_user == ServiceUser.ref)
            .where(link.case_ref == case_ref)
        )
        found |= {ref for ref, name in session.execute(family) if name and _folded(name) in names}
    return found


def _lines(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[\n;,]| and ", text) if part.strip()]


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", _folded(text))


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
