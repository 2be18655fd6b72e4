"""What the letter on the duty that stays says of somebody who leaves: what they signed, and when they left (C15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from okf.agreements.queries.own_agreements import SignedVersion, signatures_of
from okf.desk import Desk
from okf.errors import NotFound
from okf.store.models import Person
from okf.terms import Action


@dataclass(frozen=True, slots=True)
class DutyLetter:
    """What the printed reminder of the continuing duty says of one person."""

    name: str
    left_at: datetime | None
    signed: tuple[SignedVersion, ...]
    at: datetime


def duty_letter_of(desk: Desk, username: str) -> DutyLetter:
    """What their letter says: what they signed, when they left; that it was printed goes on the audit record.

    Raises:
        Refused: the reader does not record who leaves.
        NotFound: nobody has this username.
    """
    with desk.permitted(Action.RECORD_LEAVER, about=username) as deed:
        person = deed.session.get(Person, username)
        if person is None:
            raise NotFound(f"Nobody here has the username {username!r}.")
        name, left_at = person.name, person.left_at
        deed.note(did="letter of the continuing duty")
    return DutyLetter(name, left_at, tuple(signatures_of(desk, username)), desk.now())
