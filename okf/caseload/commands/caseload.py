"""How much somebody can carry, and the figures of the caseload counted anew."""

from __future__ import annotations

from sqlalchemy import select

from okf.clock import is_past
from okf.desk import Desk
from okf.errors import Invalid, NotFound
from okf.store import kept, match_keys, tallies
from okf.store.models import Case, Person
from okf.terms import Action

LIMIT_MOST = 1000


def limit_caseload(desk: Desk, username: str, *, most: int | None) -> None:
    """Say how many ordinary cases somebody can carry; None for the number that the settings give everyone.

    Raises:
        Refused: their role does not include it.
        NotFound: there is nobody of this name, or they have left.
        Invalid: a number out of bounds.
    """
    if most is not None and not 0 <= most <= LIMIT_MOST:
        raise Invalid("Can carry", f"choose from 0 to {LIMIT_MOST:,}.")
    with desk.permitted(Action.SET_CASELOAD_LIMIT, about=username) as deed:
        person = deed.session.get(Person, username)
        if person is None or is_past(person.left_at, deed.at):
            raise NotFound(f"Nobody who works here has the username {username!r}.")
        deed.note(was=person.caseload_most, most=most)
        person.caseload_most = most


def mend_figures(desk: Desk) -> None:
    """Write all that is kept for speed anew from the facts, for the host alone; costs by all cases and people.

    Raises:
        Refused: on a page, for everyone.
    """
    with desk.permitted(Action.MEND_FIGURES) as deed:
        tallies.mend(deed.session.connection())
        kept.refresh_standings(deed.session, deed.at)
        kept.refresh_allocation(deed.session, deed.at, list(deed.session.scalars(select(Case.ref))))
        kept.mend_openings(deed.session)
        match_keys.mend_match_keys(deed.session)
        deed.note(did="figures counted anew")
