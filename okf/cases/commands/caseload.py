"""What a caseload weighs, how much somebody can carry, and its figures put right."""

from __future__ import annotations

from okf.cases.commands.on_case import on_case
from okf.desk import Desk
from okf.errors import Invalid, NotFound
from okf.store import tallies
from okf.store.models import Case, Person
from okf.terms import Action

HEAVIEST = 5
LIMIT_MOST = 1000


def weigh_case(desk: Desk, case_ref: str, *, complexity: int) -> None:
    """Say as how many ordinary cases one counts against its caseworker's limit.

    Raises:
        NotFound, Refused: as `on_case`.
        Invalid: not from one to five.
    """
    if not 1 <= complexity <= HEAVIEST:
        raise Invalid("Counts as", f"choose from 1 to {HEAVIEST}.")
    with on_case(desk, Action.CHANGE_CASE, case_ref) as deed:
        case = deed.session.get_one(Case, case_ref)
        deed.note(was=case.complexity, complexity=complexity)
        case.complexity = complexity


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
        if person is None or (person.left_at is not None and person.left_at <= deed.at):
            raise NotFound(f"Nobody who works here has the username {username!r}.")
        deed.note(was=person.caseload_most, most=most)
        person.caseload_most = most


def mend_figures(desk: Desk) -> None:
    """Write the caseload's figures anew from the facts, for the host alone; costs by all cases.

    Raises:
        Refused: on a page, for everyone.
    """
    with desk.permitted(Action.MEND_FIGURES) as deed:
        tallies.mend(deed.session.connection())
        deed.note(did="figures counted anew")
