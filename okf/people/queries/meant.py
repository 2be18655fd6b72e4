"""Who of those who answer for safeguarding may be meant by somebody's words, and therefore doesn't read them (C9)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from okf.match.mentions import mentioned, roles_mentioned
from okf.people.queries.workers import leads_at
from okf.store.models import FormerPerson, Person
from okf.store.visible import ever_held
from okf.terms import FOR_SAFETY, SAFEGUARDING_LEADS, Role

_TRUSTEES: Final = FOR_SAFETY - SAFEGUARDING_LEADS
# By every name that they have here, or had.
_NAMES: Final = union(
    select(Person.username, Person.name_folded).where(Person.username.in_(ever_held(FOR_SAFETY))),
    select(FormerPerson.person, FormerPerson.name_folded).where(FormerPerson.person.in_(ever_held(FOR_SAFETY))),
)


@dataclass(frozen=True, slots=True)
class Readers:
    """All who are, were or are to be lead, deputy or trustee, by username and folded name; and who is which now."""

    named: Sequence[tuple[str, str]]
    holders: Mapping[Role, frozenset[str]]

    def of(self, roles: Iterable[Role]) -> frozenset[str]:
        """Who holds one of these roles."""
        return frozenset().union(*(self.holders[role] for role in roles))


def readers_at(session: Session, at: datetime) -> Readers:
    """Who answers for safeguarding at an instant; to be asked about many texts."""
    holders = {role: frozenset(who for who, _ in leads_at(session, at, {role})) for role in FOR_SAFETY}
    return Readers([(row[0], row[1]) for row in session.execute(_NAMES)], holders)


def readers_in_words(texts: Iterable[str | None], readers: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Of those who could read it, by username and folded name, whom running text may mean.

    A username counts where it can be nothing else: with a sign or a figure in it.
    """
    said = [text for text in texts if text]
    everything = "\n".join(said).casefold()
    return frozenset(
        username
        for username, name in readers
        if mentioned(said, name) or (not username.isalpha() and username.casefold() in everything)
    )


def in_doubt(
    readers: Readers,
    texts: Iterable[str | None],
    *,
    by_role: Iterable[str | None],
    known_to: Collection[str],
    barred: Collection[str],
) -> frozenset[str]:
    """Those whom these texts may mean by name, and by what they do here those `by_role`.

    Never to whom they are known, such as who wrote them. Somebody has to read them: where
    nobody would be left, beside the `barred`, the trustees are, and else the leads.
    """
    found = (readers_in_words(texts, readers.named) | readers.of(roles_mentioned(by_role))) - {*known_to}
    for last in (_TRUSTEES, SAFEGUARDING_LEADS):
        if readers.of(FOR_SAFETY) <= found | {*barred}:
            found -= readers.of(last)
    return found
