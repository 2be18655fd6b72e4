"""Families, references and colleagues found by what somebody typed: only what they may know of, like nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from okf.asker import may_know_case
from okf.cases.queries.own_cases import search_own_cases
from okf.desk import Desk
from okf.intake.queries.enquiry import may_read_enquiry
from okf.match.fold import folded
from okf.match.names import named_so
from okf.people.queries.workers import colleagues
from okf.safeguarding.queries.absences import duty_now
from okf.safeguarding.queries.concern import may_know_concern
from okf.sharing.queries.view import may_know_share

# A reference has a prefix, a hyphen and figures or letters; a name with a hyphen is looked for as both.
_REFERENCE: Final = re.compile(r"[A-Z]{1,4}-[0-9A-Z-]+")
LETTERS_LEAST: Final = 2
NEWEST: Final = 600  # of their cases; the few who hold more are answered in the same time


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found: what it is called, the page that it is on, and a word beside it."""

    said: str
    page: str
    query: tuple[tuple[str, str], ...] = ()
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, by what it is of."""

    families: tuple[Hit, ...] = ()
    references: tuple[Hit, ...] = ()
    people: tuple[Hit, ...] = ()


def find(desk: Desk, words: str) -> Found:
    """What these words find for this person; what they may not know of reads as what does not exist.

    A look for a family is on the audit record as `search_own_cases` puts it there; the words are not.
    """
    if sum(map(len, folded(words).split())) < LETTERS_LEAST:
        return Found()
    return Found(_families(desk, words), _references(desk, words), _people(desk, words))


def _families(desk: Desk, words: str) -> tuple[Hit, ...]:
    return tuple(
        Hit(", ".join(row.parties) or row.ref, "case", (("case", row.ref),), row.ref)
        for row in search_own_cases(desk, words, newest=NEWEST)
        if row.closed_at is None
    )


def _references(desk: Desk, words: str) -> tuple[Hit, ...]:
    ref = words.strip().upper()
    if not _REFERENCE.fullmatch(ref):
        return ()
    with desk.reading() as session:
        return tuple(_of(desk, session, ref))


def _of(desk: Desk, session: Session, ref: str) -> Iterator[Hit]:
    """What is not there is asked of like what is hidden; of enquiries, which cost most, where it may be one's."""
    if may_know_case(desk, session, ref):
        yield Hit(f"Case {ref}", "case", (("case", ref),))
    if ref.startswith("E-") and may_read_enquiry(desk, session, ref):
        yield Hit(f"Enquiry {ref}", "enquiry", (("ref", ref),))
    if may_know_concern(desk, session, ref):
        yield Hit(f"Concern {ref}", "concern", (("ref", ref),))
    if may_know_share(desk, session, ref):
        yield Hit(f"Share {ref}", "share", (("ref", ref),))


def _people(desk: Desk, words: str) -> tuple[Hit, ...]:
    """Colleagues, for who may see them all; for everybody the leads who can be rung now, as on Who is on duty."""
    wanted = folded(words).split()
    leads = {one.name: one for one in duty_now(desk).here if named_so(wanted, folded(one.name))}
    found = [Hit(one.name, "on_duty", (), f"Safeguarding, {one.phone}") for one in leads.values()]
    others = [one for one in colleagues(desk, wanted) if one.name not in leads]
    return (*found, *(Hit(one.name, "agreements", (("person", one.username),), one.username) for one in others))
