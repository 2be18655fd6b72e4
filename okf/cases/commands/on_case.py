"""Deeds on a case: a refusal that would show that the case exists reads as if it did not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from okf.asker import may_know_case
from okf.desk import Deed, Desk
from okf.errors import CasebookError, Invalid, NotFound, Refused, unknown
from okf.policy.facts import CaseFacts
from okf.policy.scopes import compartment_of
from okf.policy.table import ACCESS
from okf.store import facts
from okf.terms import Action, Outcome


@contextmanager
def on_case(desk: Desk, action: Action, case_ref: str, **subject: Any) -> Iterator[Deed]:
    """A permitted deed on a case; `subject` as in `Desk.question`.

    Both answers to somebody who may not know of the case cost the same: each
    puts one refusal on the audit record. A refusal that would stand for any
    case, such as a role that does not include the action, is told as it is.

    Raises:
        NotFound: there is no such case, or none that this person may know of.
        Refused: the policy said no, about a case that they may know of.
    """
    with ExitStack() as stack:
        try:
            deed = stack.enter_context(desk.permitted(action, case_ref, **subject))
        except Refused as refused:
            raise _as_seen(desk, action, case_ref, refused) from None
        except NotFound as missing:
            if str(missing) != str(unknown("case", case_ref)):
                raise
            desk.note_event(action, outcome=Outcome.DENY, unknown="case")
            raise _as_seen(desk, action, case_ref, missing) from None
        yield deed


@contextmanager
def on_part(desk: Desk, action: Action, case_ref: str, part: str, *, missing: NotFound) -> Iterator[Deed]:
    """A permitted deed on something in one part of a case; `missing` is raised for those who may not read that part.

    Raises:
        NotFound: they may not read the part, or not know of the case.
        Refused: the policy said no, about a part that they may read.
    """
    with ExitStack() as stack:
        try:
            deed = stack.enter_context(on_case(desk, action, case_ref, compartment=part))
        except NotFound:
            raise missing from None  # they may not know the case's reference
        except Refused:
            if desk.decide(Action.READ_RECORD, case_ref, compartment=part).allowed:
                raise
            raise missing from None
        yield deed


def case_of(deed: Deed) -> CaseFacts:
    """The case of a deed that was entered by `on_case`."""
    if deed.question.case is None:
        raise LookupError("this deed is not on a case")
    return deed.question.case


def part_of(desk: Desk, case_ref: str, source: str) -> str:
    """The part of a case to which a source's words belong; for a source outside the case, one that nobody holds.

    Raises:
        Invalid: no source is said; the policy, which would refuse it on record, is not asked.
    """
    if not source:
        raise Invalid("Told to us by", "choose who told us: it decides who may read it.")
    with desk.reading() as session:
        case = facts.cases(session, [case_ref]).get(case_ref)
    return (compartment_of(source, case.parties, case.children) if case else None) or "none"


def _as_seen(desk: Desk, action: Action, case_ref: str, error: CasebookError) -> CasebookError:
    if not ACCESS[action].opens_case:
        for_any_case = desk.decide(action)
        if not for_any_case.allowed:
            return Refused(for_any_case)
    with desk.reading() as session:
        return error if may_know_case(desk, session, case_ref) else unknown("case", case_ref)
